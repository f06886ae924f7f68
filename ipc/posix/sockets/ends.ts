/**
 * The two ends of a socket.
 *
 * @module
 */

import type { Endpoint } from "../../address.ts";
import { type Descriptor, numberOf } from "../descriptor.ts";
import { newBytes, newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";
import { ADDRESS_BYTES_MAX, decodeEnd } from "./socket_address.ts";

let libc: Libc<"getsockname" | "getpeername"> | null = null;

function open(): Libc<"getsockname" | "getpeername"> {
  return libc ??= openLibc(["getsockname", "getpeername"]);
}

/** Opens the functions that the others here call, so that they go on when FFI was given up. */
export function openEnds(): void {
  openErrors();
  open();
}

const address = newBytes(ADDRESS_BYTES_MAX);
const length = newWords(1);

/**
 * This side's end, getsockname(2); null where it is a socket neither of the internet nor of this machine alone. Throws
 * `PosixError`.
 */
export function localAddrOf(descriptor: Descriptor): Endpoint | null {
  length[0] = ADDRESS_BYTES_MAX;
  const result = open().getsockname(numberOf(descriptor), address, length);
  if (result === -1) throwLastError("Cannot tell the socket's own address");
  return decodeEnd(address, length[0]);
}

/**
 * The other side's end, getpeername(2); null likewise. Throws `PosixError`: ENOTCONN where the other side has reset
 * the connection.
 */
export function remoteAddrOf(descriptor: Descriptor): Endpoint | null {
  length[0] = ADDRESS_BYTES_MAX;
  const result = open().getpeername(numberOf(descriptor), address, length);
  if (result === -1) throwLastError("Cannot tell the address of the other side");
  return decodeEnd(address, length[0]);
}
