/**
 * The command that starts this program again, as its own worker: the compiled binary by its path, the source by
 * `deno run main.ts`.
 *
 * @module
 */

/** A program and its arguments, as `Deno.Command` takes them. */
export interface SelfCommand {
  /** The executable. */
  readonly path: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/**
 * What a worker is started with, from source. It opens its socket, connects to the hub and gives up every one of them
 * (see `worker.ts`); a compiled binary carries its own, and its worker does the same.
 */
const WORKER_PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write"];

/** Asked for once, at the start: the system forgets the path when the file is replaced, as an upgrade does. */
const EXECUTABLE = Deno.execPath();

/** The command that runs this program with `args`. */
export function selfCommand(args: readonly string[]): SelfCommand {
  if (Deno.build.standalone) return { path: EXECUTABLE, args };
  const main = new URL("../main.ts", import.meta.url).href;
  return { path: EXECUTABLE, args: ["run", ...WORKER_PERMISSIONS, main, ...args] };
}
