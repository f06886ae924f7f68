/**
 * Runs Deno's own commands for the tools, and finds the reason in what they print when they fail.
 *
 * @module
 */

import { OperationalError } from "../ipc/errors.ts";

/** How a command of Deno ended. */
export interface DenoResult {
  /** The exit status. */
  readonly code: number;
  /** All that it wrote there. */
  readonly stderr: string;
}

/**
 * Runs a command of Deno to its end: of this Deno, unless `path` is that of another. Never prompts, prints nothing.
 * Ends it when the signal aborts, and rejects with {@linkcode OperationalError} then, or when Ctrl-C has ended it.
 */
export async function runDeno(
  args: readonly string[],
  options: {
    readonly path?: string;
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<DenoResult> {
  const command = new Deno.Command(options.path ?? Deno.execPath(), {
    args: [...args],
    cwd: options.cwd,
    // Without colours, so that the reason can be found in it.
    env: { ...options.env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: options.signal,
  });
  const { code, signal, stderr } = await command.output();
  if (options.signal?.aborted || signal === "SIGINT") {
    throw new OperationalError(
      `Stopped "deno ${args[0]}" before its end: nothing was changed`,
    );
  }
  return { code, stderr: new TextDecoder().decode(stderr) };
}

/** The reason in the standard error of a failed command, in one line: of a failed request, else of the error itself. */
export function failureReason(stderr: string): string {
  const [, reason] = /(error sending request .*)/.exec(stderr) ?? /^error: (.*)/m.exec(stderr) ??
    [];
  return reason ?? "it gave no reason";
}
