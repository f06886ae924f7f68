/**
 * Hands an open socket to another process: a message that has bytes and a descriptor, unix(7), SCM_RIGHTS in cmsg(3).
 *
 * For the two ends of a pair of type `seqpacket`: there a message arrives whole or not at all, and its descriptor
 * with it. In a stream, bytes of two messages could arrive as one, or half of one's.
 *
 * The structs of a message point to each other. The collector moves small arrays, and frees what only a struct points
 * to; so all of them are in one ArrayBuffer, made once, which this file holds for as long as the process lives. Its
 * pointers are written before any foreign code runs, and nobody else gets hold of it.
 *
 * @module
 */

import { MSG_DONTWAIT, MSG_NOSIGNAL, SOL_SOCKET } from "../constants.ts";
import { type Descriptor, numberOf, takeOwnership } from "../descriptor.ts";
import { byteLengthOf, newBytes } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { type Again, againOrThrow, ERRNO, openErrors, PosixError } from "../posix_error.ts";

/** `<sys/socket.h>` of Linux; the same on x86-64 and on arm64, as are the structs. */
const SCM_RIGHTS = 1;
const MSG_CTRUNC = 0x8;
const MSG_TRUNC = 0x20;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** The most descriptors that the kernel puts into one message. */
const DESCRIPTORS_MAX = 253;

/** The most bytes of one message. */
export const MESSAGE_BYTES_MAX = 4096;

/** The length of a struct cmsghdr: 8 bytes of length, then level and type. */
const CMSGHDR_BYTES = 16;
const CMSG_BYTES = CMSGHDR_BYTES + 4;
const CMSG_BYTES_MAX = CMSGHDR_BYTES + 4 * (DESCRIPTORS_MAX + 1);

/** Where the parts are, in bytes; the struct msghdr of 56 bytes is first. */
const IOVEC_AT = 64;
const CMSG_AT = 80;
const DATA_AT = CMSG_AT + CMSG_BYTES_MAX;

/** Words of 32 bits in it: a pointer and a length are two, of which the upper half of a length is 0. */
const WORD = {
  iov: 16 / 4,
  iovCount: 24 / 4,
  control: 32 / 4,
  controlLength: 40 / 4,
  flags: 48 / 4,
  dataPointer: IOVEC_AT / 4,
  dataLength: (IOVEC_AT + 8) / 4,
  cmsgLength: CMSG_AT / 4,
  cmsgLevel: (CMSG_AT + 8) / 4,
  cmsgType: (CMSG_AT + 12) / 4,
  descriptors: (CMSG_AT + CMSGHDR_BYTES) / 4,
} as const;

interface Passing {
  readonly libc: Libc<"sendmsg" | "recvmsg">;
  readonly own: (number: number) => Descriptor;
  /** All of the ArrayBuffer, as bytes and as words. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
}

let passing: Passing | null = null;

function open(): Passing {
  if (passing !== null) return passing;
  const own = takeOwnership();
  openErrors();
  const libc = openLibc(["sendmsg", "recvmsg"]);
  const bytes = newBytes(DATA_AT + MESSAGE_BYTES_MAX);
  const words = new Int32Array(bytes.buffer);
  const pointers = new BigUint64Array(bytes.buffer);
  const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  pointers[WORD.iov / 2] = base + BigInt(IOVEC_AT);
  pointers[WORD.iovCount / 2] = 1n;
  pointers[WORD.control / 2] = base + BigInt(CMSG_AT);
  pointers[WORD.dataPointer / 2] = base + BigInt(DATA_AT);
  passing = { libc, own, bytes, words };
  return passing;
}

/** Opens the functions that the others here call, so that they go on when FFI was given up. */
export function openPassing(): void {
  open();
}

/** What goes with one message. */
export interface Message {
  /** 1 to {@linkcode MESSAGE_BYTES_MAX} bytes. One without any would look like the end. */
  readonly bytes: Uint8Array;
  /** What the other process gets another descriptor of; this one stays open here. */
  readonly descriptor: Descriptor;
}

/**
 * Sends a message, sendmsg(2). Returns `sent`, or `again` where the other side has not received enough of those before.
 * Throws `PosixError`: EPIPE where the other side is gone, ETOOMANYREFS where too many descriptors are on their way.
 */
export function sendDescriptor(door: Descriptor, message: Message): "sent" | Again {
  const { libc, bytes, words } = open();
  const length = byteLengthOf(message.bytes);
  if (length === 0 || length > MESSAGE_BYTES_MAX) {
    throw new RangeError(`Cannot send a message of ${length} bytes`);
  }
  const number = numberOf(door);
  words[WORD.descriptors] = numberOf(message.descriptor);
  for (let at = 0; at < length; at++) bytes[DATA_AT + at] = message.bytes[at] ?? 0;
  words[WORD.dataLength] = length;
  words[WORD.controlLength] = CMSG_BYTES;
  words[WORD.cmsgLength] = CMSG_BYTES;
  words[WORD.cmsgLevel] = SOL_SOCKET;
  words[WORD.cmsgType] = SCM_RIGHTS;
  if (libc.sendmsg(number, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) !== -1) return "sent";
  return againOrThrow("Cannot send a descriptor");
}

/** A message that was received. */
export interface Received {
  /** How many bytes of the buffer it has. */
  readonly length: number;
  /** The descriptor that came with it, close-on-exec; null if none did. To be closed by whoever received it. */
  readonly descriptor: Descriptor | null;
}

/**
 * Receives a message into `buffer`, recvmsg(2). Returns null where the other side is gone, or `again` where there is
 * none yet. Of several descriptors the first is given, and the others closed. Throws `PosixError`: EMFILE where this
 * process had no number free for what came, EMSGSIZE where the buffer is too small; then the message is lost, and its
 * descriptor closed. ECONNRESET where the other side is gone and had not received all that it was sent.
 */
export function receiveDescriptor(door: Descriptor, buffer: Uint8Array): Received | null | Again {
  const { libc, own, bytes, words } = open();
  const room = byteLengthOf(buffer);
  words[WORD.dataLength] = room < MESSAGE_BYTES_MAX ? room : MESSAGE_BYTES_MAX;
  words[WORD.controlLength] = CMSG_BYTES_MAX;
  words[WORD.cmsgLength] = 0;
  const length = libc.recvmsg(numberOf(door), bytes, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (length === -1) return againOrThrow("Cannot receive a descriptor");
  const descriptor = ownFirst(words, own);
  const flags = words[WORD.flags] ?? 0;
  if ((flags & (MSG_CTRUNC | MSG_TRUNC)) !== 0) {
    descriptor?.close();
    const errno = (flags & MSG_CTRUNC) !== 0 ? ERRNO.EMFILE : ERRNO.EMSGSIZE;
    throw new PosixError("Cannot receive a descriptor", errno);
  }
  if (length === 0 && descriptor === null) return null;
  for (let at = 0; at < length; at++) buffer[at] = bytes[DATA_AT + at] ?? 0;
  return { length, descriptor };
}

/** Owns the first of the descriptors that the kernel has put into the message, and closes the others. */
function ownFirst(words: Int32Array, own: (number: number) => Descriptor): Descriptor | null {
  const isRights = words[WORD.cmsgLevel] === SOL_SOCKET && words[WORD.cmsgType] === SCM_RIGHTS;
  const length = words[WORD.cmsgLength] ?? 0;
  if (length === 0 || !isRights) return null;
  const count = (length - CMSGHDR_BYTES) / 4;
  let first: Descriptor | null = null;
  for (let at = 0; at < count; at++) {
    const descriptor = own(words[WORD.descriptors + at] ?? -1);
    if (first === null) first = descriptor;
    else descriptor.close();
  }
  return first;
}
