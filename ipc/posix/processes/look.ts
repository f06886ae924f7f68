/**
 * How a child ended, without waiting for it: it stays a zombie, as that of a program that never calls wait(2).
 *
 * @module
 */

import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";
import { decodeWaitStatus, type ProcessStatus } from "./wait_status.ts";

/** `<sys/wait.h>` and `<signal.h>` of Linux; the same on x86-64 and on arm64. */
const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
const CLD_EXITED = 1;
const CLD_DUMPED = 3;
const CORE_DUMPED = 0x80;

/** A siginfo_t is 128 bytes; of these words waitid(2) sets code, pid and status. */
const SIGINFO_WORDS = 32;
const WORD = { code: 2, pid: 4, status: 6 } as const;

let libc: Libc<"waitid"> | null = null;

function open(): Libc<"waitid"> {
  return libc ??= openLibc(["waitid"]);
}

/** Opens the function that the other here calls. */
export function openLook(): void {
  openErrors();
  open();
}

/**
 * How a child ended, waitid(2) with WNOWAIT, or null while it has not. That leaves it as it is: somebody still has to
 * wait for it. Throws `PosixError`: ECHILD where it is no child of this process, or was reaped; `RangeError` for what
 * is no pid.
 */
export function lookAt(pid: number): ProcessStatus | null {
  if (!Number.isInteger(pid) || pid <= 0) throw new RangeError(`Cannot look at process ${pid}`);
  const words = newWords(SIGINFO_WORDS);
  const result = open().waitid(P_PID, pid, words, WEXITED | WNOHANG | WNOWAIT);
  if (result === -1) throwLastError(`Cannot look at process ${pid}`);
  if (words[WORD.pid] === 0) return null;
  const code = words[WORD.code] ?? 0;
  const status = words[WORD.status] ?? 0;
  // The word that waitpid(2) would give.
  if (code === CLD_EXITED) return decodeWaitStatus(status << 8);
  return decodeWaitStatus(code === CLD_DUMPED ? status | CORE_DUMPED : status);
}
