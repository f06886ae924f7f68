/**
 * Keeping new connections from a listening socket that is still open.
 *
 * What is in its queue when a socket is closed is reset, and between the last look into the queue and the close
 * another connection may come. So a filter, SO_ATTACH_FILTER in socket(7), drops what begins a connection: its client
 * sends that again a second later, and by then another socket of the same port has it.
 *
 * @module
 */

import { SOL_SOCKET } from "../constants.ts";
import { type Descriptor, numberOf } from "../descriptor.ts";
import { newBytes } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";

/** `<asm/socket.h>` of Linux; the same on x86-64 and on arm64. */
const SO_ATTACH_FILTER = 26;

/**
 * Classic BPF, `<linux/filter.h>`: code, where to go on if true and if false, operand. A TCP header has its flags in
 * byte 13; what begins a connection has SYN (2) and not ACK (16).
 */
const PROGRAM = [
  [0x30, 0, 0, 13], // load that byte
  [0x54, 0, 0, 0x12], // and these bits of it
  [0x15, 0, 1, 0x02], // SYN alone?
  [0x06, 0, 0, 0], // then drop it
  [0x06, 0, 0, 0xffff_ffff], // or else take all of it
] as const;

/** A struct sock_fprog: how many instructions there are, and where. */
const HEAD_BYTES = 16;
const POINTER_AT = 8;
const INSTRUCTION_BYTES = 8;

let libc: Libc<"setsockopt"> | null = null;

function open(): Libc<"setsockopt"> {
  return libc ??= openLibc(["setsockopt"]);
}

/** Opens the function that the other here calls. */
export function openHandshakes(): void {
  openErrors();
  open();
}

/**
 * Drops what would begin a connection to a listening socket of TCP from now on. Handshakes that have begun go on, and
 * so do connections. Throws `PosixError`.
 */
export function dropHandshakes(listener: Descriptor): void {
  const { setsockopt } = open();
  openErrors();
  const bytes = newBytes(HEAD_BYTES + PROGRAM.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  view.setUint16(0, PROGRAM.length, true);
  view.setBigUint64(POINTER_AT, base + BigInt(HEAD_BYTES), true);
  PROGRAM.forEach(([code, ifTrue, ifFalse, operand], number) => {
    const at = HEAD_BYTES + number * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, ifTrue);
    view.setUint8(at + 3, ifFalse);
    view.setUint32(at + 4, operand, true);
  });
  const number = numberOf(listener);
  // The kernel takes HEAD_BYTES, and follows the pointer: all of it is in one array, which is held.
  const result = setsockopt(number, SOL_SOCKET, SO_ATTACH_FILTER, bytes, HEAD_BYTES);
  if (result === -1) throwLastError("Cannot keep connections from a listening socket");
}
