/**
 * Listening sockets that this process was started with, sd_listen_fds(3).
 *
 * @module
 */

import { type Descriptor, takeOwnership } from "../descriptor.ts";
import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";
import { openSocketKinds, socketKindOf } from "./socket_kind.ts";

/** `<asm/ioctls.h>` of Linux; the same on x86-64 and on arm64. */
const FIOCLEX = 0x5451n;
const FIONBIO = 0x5421n;

let libc: Libc<"ioctl"> | null = null;

function open(): Libc<"ioctl"> {
  return libc ??= openLibc(["ioctl"]);
}

/** Opens the functions that the other here calls. */
export function openHanded(): void {
  openErrors();
  openSocketKinds();
  open();
}

/**
 * The owner of the listening socket that this process was started with at that number, of the internet or of this
 * machine alone; null for anything else. From now on no program inherits it, and accepting does not wait. Others may
 * have it besides: closing it here closes this process's copy. Throws `PosixError`, and `OperationalError` where FFI
 * may not be used.
 */
export function adoptListener(number: number): Descriptor | null {
  const own = takeOwnership();
  const { ioctl } = open();
  const kind = socketKindOf(number);
  if (kind === null || !kind.isStream || !kind.isListening) return null;
  const one = newWords(1);
  one[0] = 1;
  for (const request of [FIOCLEX, FIONBIO]) {
    if (ioctl(number, request, one) === -1) throwLastError(`Cannot use descriptor ${number}`);
  }
  return own(number);
}
