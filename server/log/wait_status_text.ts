/**
 * How a process ended, in the words of the macros of `<sys/wait.h>`.
 *
 * @module
 */

import { signalNumber } from "../../ipc/posix/processes/wait_status.ts";
import type { WorkerExit } from "../events.ts";

/**
 * `WIFEXITED(status) is true, WEXITSTATUS(status) is 0`, or `WIFSIGNALED(status) is true, WTERMSIG(status) is 9
 * (SIGKILL)`. The numbers of signals are told of Linux alone: some are others elsewhere.
 */
export function formatWaitStatus(
  { status, signal }: Pick<WorkerExit, "status" | "signal">,
  os: string = Deno.build.os,
): string {
  if (signal === null) return `WIFEXITED(status) is true, WEXITSTATUS(status) is ${status}`;
  const number = os === "linux" ? signalNumber(signal) : null;
  const told = number === null ? signal : `${number} (${signal})`;
  return `WIFSIGNALED(status) is true, WTERMSIG(status) is ${told}`;
}
