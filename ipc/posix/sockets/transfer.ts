/**
 * Bytes through a connected socket, and its end.
 *
 * But for one that says so no call here waits, whatever the socket is set to: whoever has to wait does so with
 * `poll.ts`. Each one works on the buffer that it is given, within its bounds, and is done with it when it returns.
 *
 * @module
 */

import { MSG_DONTWAIT, MSG_NOSIGNAL } from "../constants.ts";
import { type Descriptor, numberOf } from "../descriptor.ts";
import { byteLengthOf, toSize } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { type Again, againOrThrow, openErrors, throwLastError } from "../posix_error.ts";

/** `<sys/socket.h>` of Linux; the same on x86-64 and on arm64. */
const HOW: Readonly<Record<Direction, number>> = { read: 0, write: 1, both: 2 };

/** What of a connection is ended. */
export type Direction = "read" | "write" | "both";

/** More than this is not moved by one call, so that its result fits into 32 bits. */
const CALL_BYTES_MAX = 1 << 30;

let libc: Libc<"recv" | "send" | "shutdown"> | null = null;

/** Opens the functions that the others here call, so that they go on when FFI was given up. */
export function openTransfer(): void {
  openErrors();
  open();
}

function open(): Libc<"recv" | "send" | "shutdown"> {
  return libc ??= openLibc(["recv", "send", "shutdown"]);
}

/**
 * Receives into `buffer`, recv(2). Returns how many bytes it got, null at the end of file, or `again` where there are
 * none yet. Throws {@linkcode PosixError}.
 */
export function receive(descriptor: Descriptor, buffer: Uint8Array): number | null | Again {
  return receiveWith(MSG_DONTWAIT, descriptor, buffer);
}

/**
 * Likewise, but waits here where there are none yet, for as long as `setTimeouts` has set: without that for ever, and
 * nothing else happens in the process meanwhile.
 */
export function receiveInTime(descriptor: Descriptor, buffer: Uint8Array): number | null | Again {
  return receiveWith(0, descriptor, buffer);
}

function receiveWith(
  flags: number,
  descriptor: Descriptor,
  buffer: Uint8Array,
): number | null | Again {
  const number = numberOf(descriptor);
  const room = limitedLengthOf(buffer);
  // Of no room at all the kernel says what it says at an end of file.
  if (room === 0) return 0;
  const count = open().recv(number, asBuffer(buffer), toSize(room), flags);
  if (count > 0) return count;
  return count === 0 ? null : againOrThrow("Cannot receive");
}

/**
 * Sends from `bytes`, send(2). Returns how many were taken, which may be fewer than there are, or `again` where there
 * is no room. Throws {@linkcode PosixError}; where nobody reads any more that is EPIPE, and no signal comes.
 */
export function send(descriptor: Descriptor, bytes: Uint8Array): number | Again {
  const number = numberOf(descriptor);
  const length = limitedLengthOf(bytes);
  const count = open().send(number, asBuffer(bytes), toSize(length), MSG_DONTWAIT | MSG_NOSIGNAL);
  return count === -1 ? againOrThrow("Cannot send") : count;
}

/** The types of Deno 2.6 do not know that the call takes shared memory as well. */
function asBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

function limitedLengthOf(bytes: Uint8Array): number {
  const length = byteLengthOf(bytes);
  return length < CALL_BYTES_MAX ? length : CALL_BYTES_MAX;
}

/**
 * Ends one direction of a connection or both, shutdown(2), whoever else has it open. Throws {@linkcode PosixError}:
 * ENOTCONN where the other side has reset it.
 */
export function shutdown(descriptor: Descriptor, direction: Direction): void {
  const result = open().shutdown(numberOf(descriptor), HOW[direction]);
  if (result === -1) throwLastError("Cannot shut down");
}

/**
 * What ends both directions of a socket that was open when this was called, and may not be any more when it ends them:
 * for {@linkcode holdOpen}. Waits in poll(2) end by that, and an error tells nothing more.
 */
export function prepareShutdown(descriptor: Descriptor): () => void {
  const number = numberOf(descriptor);
  return () => {
    open().shutdown(number, HOW.both);
  };
}
