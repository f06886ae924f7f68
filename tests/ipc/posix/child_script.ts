/**
 * Scripts that run in a Deno process of their own: for what belongs to a process, such as its limits and its parent.
 *
 * @module
 */

const POSIX = new URL("../../../ipc/posix/", import.meta.url).href;

/** What every script has: the files of `ipc/posix` by their paths in it. */
const PRELUDE = `const load = (name) => import(${JSON.stringify(POSIX)} + name + ".ts");\n`;

/** How a script is run. */
export interface ScriptOptions {
  /** Most descriptors that its process may have. */
  readonly descriptors?: number;
  /** A shell's command line around it; \`"$@"\` is the script. */
  readonly shell?: string;
}

/** The arguments that make Deno run a module. */
export function argumentsFor(script: string): string[] {
  const url = `data:text/javascript,${encodeURIComponent(PRELUDE + script)}`;
  return ["run", "-A", "--no-check", url];
}

/** Runs a module, and resolves to what it writes. Throws what it says of an error. */
export async function runScript(script: string, options: ScriptOptions = {}): Promise<string> {
  const { descriptors, shell = 'exec "$@"' } = options;
  const limit = descriptors === undefined ? "" : `ulimit -n ${descriptors}; `;
  const args = ["-c", `${limit}${shell}`, "sh", Deno.execPath(), ...argumentsFor(script)];
  const output = await new Deno.Command("sh", { args, stdin: "null" }).output();
  if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout);
}
