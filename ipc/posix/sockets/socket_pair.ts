/**
 * Descriptors that belong to no network: the two ends between a parent and its child, and what a child was started
 * with.
 *
 * @module
 */

import { FAMILY, SO_TYPE, SOCK_CLOEXEC, SOL_SOCKET } from "../constants.ts";
import { type Descriptor, takeOwnership } from "../descriptor.ts";
import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";

/** `<sys/socket.h>` of Linux; the same on x86-64 and on arm64. */
const TYPES: Readonly<Record<PairType, number>> = { stream: 1, seqpacket: 5 };

/**
 * `seqpacket` keeps messages apart: each is received whole, with the descriptor that came with it. `stream` is bytes
 * alone; a descriptor comes with the first of those that it was sent with.
 */
export type PairType = "stream" | "seqpacket";

interface Pairing {
  readonly libc: Libc<"socketpair">;
  readonly own: (number: number) => Descriptor;
}

let pairing: Pairing | null = null;
let options: Libc<"getsockopt"> | null = null;

function open(): Pairing {
  openErrors();
  return pairing ??= { own: takeOwnership(), libc: openLibc(["socketpair"]) };
}

/** Opens the functions that the others here call. */
export function openSocketPairs(): void {
  open();
  openInheriting();
}

function openInheriting(): Libc<"getsockopt"> {
  openErrors();
  return options ??= openLibc(["getsockopt"]);
}

/** Two Unix-domain sockets that are connected to each other, socketpair(2). Throws `PosixError`: EMFILE. */
export function openSocketPair(type: PairType): [Descriptor, Descriptor] {
  const { libc, own } = open();
  const numbers = newWords(2);
  const result = libc.socketpair(FAMILY.unix, TYPES[type] | SOCK_CLOEXEC, 0, numbers);
  if (result === -1) throwLastError("Cannot make a pair of sockets");
  const [one = -1, other = -1] = numbers;
  return [own(one), own(other)];
}

/**
 * The owner of a socket that this process was started with, which nobody else here may own: the child's side of
 * {@linkcode spawn}. Throws `PosixError` where the number is of no socket, getsockopt(2): EBADF, ENOTSOCK. Who may
 * not use FFI, or not any more, makes no owner of anything.
 */
export function inheritSocket(number: number): Descriptor {
  // Asked for anew, however often that was granted before.
  const own = takeOwnership();
  const { getsockopt } = openInheriting();
  const length = newWords(1);
  length[0] = 4;
  const result = getsockopt(number, SOL_SOCKET, SO_TYPE, newWords(1), length);
  if (result === -1) throwLastError(`Cannot use descriptor ${number}`);
  return own(number);
}
