/**
 * A process beside this one, for as long as that runs: it is told what it has to know over its standard input, and ends
 * with that, when this process is killed too. It has a session of its own: a Ctrl-C is for this process.
 *
 * @module
 */

import type { SelfCommand } from "./self.ts";
import { type Clock, within } from "../ipc/clock.ts";
import { errnoOf, isStreamError, OperationalError, spawnReasonOf } from "../ipc/errors.ts";
import { startAnywhere } from "../ipc/working_folder.ts";
import { say } from "../ipc/say.ts";

/** How a process ended, in words that stand behind its name. */
export function formatEnd({ code, signal }: Deno.CommandStatus): string {
  return signal === null ? say`exited with status ${code}` : say`was killed by ${signal}`;
}

/** How long one may take to end unless told. */
const END_MS = 1000;

/** How a companion is started. */
export interface CompanionOptions {
  /** What it is called in an error. */
  readonly name: string;
  /** Times its end. */
  readonly clock: Clock;
  /** Whether it has a standard output of its own, or none. */
  readonly stdout: "piped" | "null";
  /** Whether it has a standard error of its own, or this process's; that unless told. */
  readonly stderr?: "piped" | "inherit";
  /** How long it may take to end when its input does; one that was stopped (SIGSTOP) does not notice. */
  readonly endMs?: number;
}

/** Owns the process. Disposing ends it. */
export class Companion implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #options: CompanionOptions;
  #isClosing = false;

  /** Starts it. Throws {@linkcode OperationalError} if it cannot. */
  constructor(command: SelfCommand, options: CompanionOptions) {
    this.#options = options;
    this.#child = spawn(command, options);
    this.#input = this.#child.stdin.getWriter();
    this.#input.closed.catch(() => {});
  }

  /** The process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Its standard output, where it has one. */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#child.stdout;
  }

  /** Its standard error, where it has one of its own. */
  get stderr(): ReadableStream<Uint8Array> {
    return this.#child.stderr;
  }

  /** Whether it ends because it is to. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Resolves to how it ended, or to null if it was made to. */
  async ended(): Promise<string | null> {
    const status = await this.#child.status;
    return this.#isClosing ? null : formatEnd(status);
  }

  /** Writes to its input. Resolves when that is taken, or the process is gone, which its end tells. */
  async write(text: string): Promise<void> {
    if (this.#isClosing) return;
    try {
      await this.#input.write(new TextEncoder().encode(text));
    } catch (error) {
      if (!isStreamError(error)) throw error;
    }
  }

  /** Ends it, by force if need be, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    const closed = this.#input.close().catch((error) => {
      // It is gone, or was going.
      if (!isStreamError(error) && !(error instanceof TypeError)) throw error;
    });
    const { status } = this.#child;
    const { clock, endMs = END_MS } = this.#options;
    await within(endMs, Promise.all([closed, status]), { clock });
    this.#kill();
    await status;
    await closed;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // Deno's own error for a process that it has reaped already.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

function spawn({ path, args }: SelfCommand, options: CompanionOptions): Deno.ChildProcess {
  const command = new Deno.Command(path, {
    args: [...args],
    stdin: "piped",
    stdout: options.stdout,
    stderr: options.stderr ?? "inherit",
    detached: true,
  });
  try {
    return startAnywhere(() => command.spawn());
  } catch (cause) {
    if (errnoOf(cause) === null) throw cause;
    throw new OperationalError(say`Cannot start ${options.name}: ${spawnReasonOf(cause)}`, {
      cause,
    });
  }
}
