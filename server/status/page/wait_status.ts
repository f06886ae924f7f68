/**
 * A wait status as a C program sees it: what the macros of wait(2) make of it.
 *
 * @module
 */

import type { EndedWorker } from "../state.ts";

/** The numbers of Linux, as signal(7) has them for x86-64 and arm64. */
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGSYS: 31,
};

/** The two lines that a C program would print of it. */
export function waitStatusLines(
  { status, signal }: Pick<EndedWorker, "status" | "signal">,
): readonly [predicate: string, value: string] {
  if (signal === null) return ["WIFEXITED → true", `WEXITSTATUS = ${status ?? "?"}`];
  const number = SIGNAL_NUMBERS[signal];
  const value = number === undefined ? signal : `${number} (${signal})`;
  return ["WIFSIGNALED → true", `WTERMSIG = ${value}`];
}
