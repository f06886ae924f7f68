/**
 * Makes this process the parent of what its descendants leave behind.
 *
 * @module
 */

import { type Libc, openLibc } from "../libc.ts";
import { throwLastError } from "../posix_error.ts";

/** `<linux/prctl.h>`; the same on x86-64 and on arm64. */
const PR_SET_CHILD_SUBREAPER = 36;

let libc: Libc<"prctl"> | null = null;

function open(): Libc<"prctl"> {
  return libc ??= openLibc(["prctl"]);
}

/**
 * Asks the kernel to make this process the parent of each descendant whose own parent ends, in place of the system's
 * first process: PR_SET_CHILD_SUBREAPER in prctl(2). So whatever it has started, and what that has started, stays below
 * it, in whichever session or group; and whoever calls this has to wait for those that come to it, or they stay
 * zombies. It lasts as long as this process does. Throws `PosixError`, and `OperationalError` where FFI may not be
 * used.
 */
export function adoptOrphans(): void {
  if (open().prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) === -1) {
    throwLastError("Cannot adopt processes");
  }
}
