/**
 * Listening sockets that this process was started with, sd_listen_fds(3).
 *
 * @module
 */

import {
  FAMILY,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants.ts";
import { type Descriptor, takeOwnership } from "../descriptor.ts";
import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";

const FAMILIES: readonly number[] = Object.values(FAMILY);

/** `<asm/ioctls.h>` of Linux; the same on x86-64 and on arm64. */
const FIOCLEX = 0x5451n;
const FIONBIO = 0x5421n;

const NAMES = ["getsockopt", "ioctl"] as const;

let libc: Libc<typeof NAMES[number]> | null = null;

function open(): Libc<typeof NAMES[number]> {
  return libc ??= openLibc(NAMES);
}

/** Opens the functions that the other here calls. */
export function openHanded(): void {
  openErrors();
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
  const isStream = optionOf(number, SO_TYPE) === SOCK_STREAM;
  const isKnown = FAMILIES.includes(optionOf(number, SO_DOMAIN) ?? 0);
  if (!isStream || !isKnown || optionOf(number, SO_ACCEPTCONN) !== 1) return null;
  const one = newWords(1);
  one[0] = 1;
  for (const request of [FIOCLEX, FIONBIO]) {
    if (ioctl(number, request, one) === -1) throwLastError(`Cannot use descriptor ${number}`);
  }
  return own(number);
}

function optionOf(number: number, option: number): number | null {
  const value = newWords(1);
  const length = newWords(1);
  length[0] = 4;
  const result = open().getsockopt(number, SOL_SOCKET, option, value, length);
  return result === -1 ? null : value[0] ?? null;
}
