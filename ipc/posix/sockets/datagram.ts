/**
 * Datagrams to a Unix-domain socket, unix(7): Deno sends them behind a flag alone.
 *
 * @module
 */

import { MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_NONBLOCK } from "../constants.ts";
import { type Descriptor, takeOwnership } from "../descriptor.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";
import { encodeUnixPath } from "./socket_address.ts";

/** `<sys/socket.h>` of Linux; the same on x86-64 and on arm64. */
const SOCK_DGRAM = 2;

interface Sending {
  readonly libc: Libc<"socket" | "connect" | "send">;
  readonly own: (number: number) => Descriptor;
}

let sending: Sending | null = null;

function open(): Sending {
  if (sending !== null) return sending;
  const own = takeOwnership();
  openErrors();
  sending = { libc: openLibc(["socket", "connect", "send"]), own };
  return sending;
}

/**
 * Sends one datagram to the socket at that path, or at that name of the abstract namespace (`@name`). It is sent at
 * once or not at all. Throws `PosixError`: ENOENT, ECONNREFUSED where nobody has the socket, EAGAIN where its reader
 * is behind; and `OperationalError` where libc cannot be called.
 */
export function sendDatagram(path: string, bytes: Uint8Array<ArrayBuffer>): void {
  const action = `Cannot send to ${path}`;
  const { family, bytes: address } = encodeUnixPath(path);
  const { libc, own } = open();
  const number = libc.socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (number === -1) throwLastError(action);
  using _descriptor = own(number);
  if (libc.connect(number, address, address.length) === -1) throwLastError(action);
  if (libc.send(number, bytes, BigInt(bytes.length), MSG_NOSIGNAL) === -1) throwLastError(action);
}
