/**
 * Whether the server was handed listening sockets, sd_listen_fds(3): asked when its command line is read.
 *
 * @module
 */

import { readVariable } from "../../cli/environment.ts";
import { UsageError } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";

/** What tells of them. */
export const HANDED_VARIABLES: readonly string[] = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

/** More than a service has. */
const COUNT_MAX = 1000;

/** The process that may have been handed sockets. */
export interface HandedProcess {
  /** Its number. */
  readonly pid: number;
  /** Its variables. */
  readonly env: Pick<Deno.Env, "get">;
}

/**
 * How many listening sockets this process was handed: none where they are meant for another, which has passed its
 * variables on. Throws {@linkcode UsageError} where their number is none.
 */
export function countHandedSockets({ pid, env }: HandedProcess = Deno): number {
  if (readVariable("LISTEN_PID", env) !== String(pid)) return 0;
  const text = readVariable("LISTEN_FDS", env) ?? "0";
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= COUNT_MAX) return count;
  const problem = say`expected a whole number from ${0} to ${COUNT_MAX}`;
  throw new UsageError(say`${"LISTEN_FDS"} ${JSON.stringify(text)}: ${problem}`, {
    command: "server",
  });
}
