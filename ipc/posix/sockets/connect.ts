/**
 * Clients, for what Deno's own cannot do: a socket that was made here can reset its connection (`setLinger`).
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../address.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "../constants.ts";
import { type Descriptor, takeOwnership } from "../descriptor.ts";
import { type Libc, openLibc } from "../libc.ts";
import { ERRNO, lastErrno, openErrors, PosixError, throwLastError } from "../posix_error.ts";
import { encodeSocketAddress } from "./socket_address.ts";

interface Connecting {
  readonly libc: Libc<"socket" | "connect">;
  readonly own: (number: number) => Descriptor;
}

let connecting: Connecting | null = null;

function open(): Connecting {
  if (connecting !== null) return connecting;
  const own = takeOwnership();
  openErrors();
  connecting = { libc: openLibc(["socket", "connect"]), own };
  return connecting;
}

/** Opens the functions that the other here calls. */
export function openConnecting(): void {
  open();
}

/**
 * Begins to connect to a numeric address, connect(2), with a socket that does not block: poll(2) tells that it can
 * write when it is connected, or has failed. Throws {@linkcode PosixError} where that is known at once: ECONNREFUSED,
 * EMFILE.
 */
export function startConnecting(endpoint: Endpoint): Descriptor {
  const { family, bytes } = encodeSocketAddress(endpoint);
  const { libc, own } = open();
  const action = `Cannot connect to ${formatEndpoint(endpoint)}`;
  const number = libc.socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (number === -1) throwLastError(action);
  const descriptor = own(number);
  if (libc.connect(number, bytes, bytes.length) === 0) return descriptor;
  const errno = lastErrno();
  if (errno === ERRNO.EINPROGRESS) return descriptor;
  descriptor.close();
  throw new PosixError(action, errno);
}
