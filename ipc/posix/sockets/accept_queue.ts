/**
 * The queue of connections that wait to be accepted.
 *
 * @module
 */

import { newBytes, newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { ERRNO, lastErrno, openErrors, PosixError } from "../posix_error.ts";

/** `<netinet/tcp.h>` of Linux; the same on x86-64 and on arm64. */
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const TCP_LISTEN = 10;

/** Where these are in a struct tcp_info: for a listening socket the kernel puts its queue there, and its backlog. */
const AT = { state: 0, unacked: 24, sacked: 28 } as const;
const INFO_BYTES = 32;

let libc: Libc<"getsockopt"> | null = null;

function open(): Libc<"getsockopt"> {
  return libc ??= openLibc(["getsockopt"]);
}

/** Opens what the other here calls, so that it goes on when FFI was given up. */
export function openAcceptQueues(): void {
  openErrors();
  open();
}

/** Connections that the kernel has made, and nobody has accepted yet. */
export interface AcceptQueue {
  /** How many they are: up to one more than the backlog. */
  readonly length: number;
  /** What listen(2) was told, or what the system allows if that is less. */
  readonly backlog: number;
}

const info = newBytes(INFO_BYTES);
const view = new DataView(info.buffer);
const size = newWords(1);

/**
 * The queue of the listening TCP socket that has this number in this process, TCP_INFO in tcp(7); null where the
 * number is of no such socket. Nothing is done to the socket, whoever owns it. Throws `PosixError`, and
 * `OperationalError` where FFI may not be used.
 */
export function acceptQueue(number: number): AcceptQueue | null {
  size[0] = INFO_BYTES;
  if (open().getsockopt(number, IPPROTO_TCP, TCP_INFO, info, size) === -1) return nullOrThrow();
  if (info[AT.state] !== TCP_LISTEN) return null;
  return { length: view.getUint32(AT.unacked, true), backlog: view.getUint32(AT.sacked, true) };
}

/** Null where the call that was made last says that the number is of no TCP socket. */
function nullOrThrow(): null {
  const errno = lastErrno();
  switch (errno) {
    case ERRNO.EBADF:
    case ERRNO.ENOTSOCK:
    case ERRNO.EOPNOTSUPP:
    case ERRNO.ENOPROTOOPT:
      return null;
  }
  throw new PosixError("Cannot tell the length of the queue", errno);
}
