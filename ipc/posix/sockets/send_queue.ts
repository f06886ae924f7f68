/**
 * What the kernel has not got rid of yet: bytes that were sent on a connection, and that its other side has not taken.
 *
 * @module
 */

import { type Descriptor, numberOf } from "../descriptor.ts";
import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";

/** `<linux/sockios.h>`; the same on x86-64 and on arm64. */
const SIOCOUTQ = 0x5411n;

let libc: Libc<"ioctl"> | null = null;

function open(): Libc<"ioctl"> {
  return libc ??= openLibc(["ioctl"]);
}

/** Opens the function that the other here calls, so that it goes on when FFI was given up. */
export function openSendQueues(): void {
  openErrors();
  open();
}

const count = newWords(1);

/** How many bytes the other side has not acknowledged, SIOCOUTQ in tcp(7). Throws `PosixError`. */
export function unsentBytesOf(descriptor: Descriptor): number {
  const result = open().ioctl(numberOf(descriptor), SIOCOUTQ, count);
  if (result === -1) throwLastError("Cannot ask what was not sent");
  return count[0] ?? 0;
}
