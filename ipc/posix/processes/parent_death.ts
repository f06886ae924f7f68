/**
 * Ends this process with its parent.
 *
 * @module
 */

import { type Libc, openLibc } from "../libc.ts";
import { throwLastError } from "../posix_error.ts";

/** `<linux/prctl.h>`; the same on x86-64 and on arm64. */
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9n;

let libc: Libc<"prctl" | "getppid"> | null = null;

function open(): Libc<"prctl" | "getppid"> {
  return libc ??= openLibc(["prctl", "getppid"]);
}

/**
 * Asks the kernel to kill this process, with SIGKILL, when the thread that started it ends: PR_SET_PDEATHSIG in
 * prctl(2). For a parent that is a Deno process, that is its main thread, which lives as long as it does. So not even
 * a handler that loops for ever outlives its server.
 *
 * Returns whether `parentPid` is its parent still, getppid(2): one that has ended before this was asked for ends
 * nothing, and whoever called has to. Throws `PosixError`.
 */
export function dieWithParent(parentPid: number): boolean {
  const libc = open();
  const result = libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
  if (result === -1) throwLastError("Cannot end with the parent");
  return libc.getppid() === parentPid;
}
