/**
 * How our server is started, as a user starts it: the binary by its command `server`, the source as `deno task server`
 * does.
 *
 * @module
 */

/** As in `deno.json`'s task `server`, which is not there in the binary; a test compares the two. */
export const SERVER_RUN: readonly string[] = [
  "run",
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-ffi",
  "--allow-env=XDG_RUNTIME_DIR,TMPDIR,PATH,NOTIFY_SOCKET,LISTEN_PID,LISTEN_FDS,LISTEN_FDNAMES,LANG,LC_ALL,LC_MESSAGES",
];

/** Where the source begins. */
const MAIN = new URL("../../../main.ts", import.meta.url).href;

/** The command of a server with these arguments. */
export function serverCommand(args: readonly string[]): [string, ...string[]] {
  const source = Deno.build.standalone ? [] : [...SERVER_RUN, MAIN];
  return [Deno.execPath(), ...source, "server", ...args];
}
