/**
 * The listening socket, and the connections it gives.
 *
 * The listening socket is nonblocking, because a client that resets its connection may empty the queue between a poll
 * and an accept. What it accepts is blocking: on Linux that is no property which a connection inherits, and programs
 * expect it.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../address.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "../constants.ts";
import { type Descriptor, numberOf, takeOwnership } from "../descriptor.ts";
import { newBytes, newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { type Again, againOrThrow, openErrors, throwLastError } from "../posix_error.ts";
import {
  ADDRESS_BYTES_MAX,
  decodeEnd,
  encodeSocketAddress,
  encodeUnixPath,
} from "./socket_address.ts";
import { enable } from "./socket_options.ts";

interface Listening {
  readonly libc: Libc<"socket" | "bind" | "listen" | "accept4">;
  readonly own: (number: number) => Descriptor;
}

let listening: Listening | null = null;

function open(): Listening {
  if (listening !== null) return listening;
  const own = takeOwnership();
  openErrors();
  listening = { libc: openLibc(["socket", "bind", "listen", "accept4"]), own };
  return listening;
}

/** Opens the functions that the others here call. */
export function openListening(): void {
  open();
}

/** Where a listening socket is. */
export interface BindOptions extends Endpoint {
  /** Whether others may listen on the same port besides: those of this user who say so, too. */
  readonly reusesPort?: boolean;
}

/** What a listening socket is told. */
export interface ListenOptions extends BindOptions {
  /** Connections that may wait in the kernel's queue; the kernel may take fewer. */
  readonly backlog: number;
}

/**
 * Listens on a numeric address: socket(2), bind(2), listen(2), with SO_REUSEADDR, and SO_REUSEPORT where that is asked
 * for. Port 0 takes a free one ({@linkcode localAddrOf} tells which); `::` takes IPv4, too, unless the system says
 * otherwise. Or on the path of a Unix-domain socket, where nothing may be yet. Throws {@linkcode PosixError}:
 * EADDRINUSE, EADDRNOTAVAIL, EACCES; `RangeError` for a path that is too long.
 */
export function listen(options: ListenOptions): Descriptor {
  const descriptor = bind(options);
  try {
    startListening(descriptor, options);
    return descriptor;
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

/**
 * Does the first part of {@linkcode listen}: the address is taken, and the kernel gives the socket no connection yet.
 * Throws as that does.
 */
export function bind(options: BindOptions): Descriptor {
  const { path, reusesPort = false } = options;
  const { family, bytes } = path === undefined
    ? encodeSocketAddress(options)
    : encodeUnixPath(path);
  const { libc, own } = open();
  const action = `Cannot listen on ${formatEndpoint(options)}`;
  const number = libc.socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (number === -1) throwLastError(action);
  const descriptor = own(number);
  try {
    if (path === undefined) enable(descriptor, "SO_REUSEADDR");
    if (reusesPort) enable(descriptor, "SO_REUSEPORT");
    if (libc.bind(number, bytes, bytes.length) === -1) throwLastError(action);
    return descriptor;
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

/**
 * Does the rest: from now on the kernel gives the socket connections. Throws {@linkcode PosixError}: EADDRINUSE where
 * somebody who shares no port has begun to listen there since the bind.
 */
export function startListening(bound: Descriptor, options: ListenOptions): void {
  const { libc } = open();
  if (libc.listen(numberOf(bound), options.backlog) === -1) {
    throwLastError(`Cannot listen on ${formatEndpoint(options)}`);
  }
}

/** A connection that was accepted. */
export interface Accepted {
  /** To be closed by whoever accepted it. */
  readonly descriptor: Descriptor;
  /** The client's end. */
  readonly remoteAddr: Endpoint;
}

const address = newBytes(ADDRESS_BYTES_MAX);
const length = newWords(1);

/**
 * Takes the next connection off the queue of a socket of {@linkcode listen}, accept4(2), or `again` where there is
 * none. Throws {@linkcode PosixError}: besides EMFILE and the like also what went wrong with that one connection.
 */
export function accept(listener: Descriptor): Accepted | Again {
  const { libc, own } = open();
  length[0] = ADDRESS_BYTES_MAX;
  const number = libc.accept4(numberOf(listener), address, length, SOCK_CLOEXEC);
  if (number === -1) return againOrThrow("Cannot accept");
  const descriptor = own(number);
  const remoteAddr = decodeEnd(address, length[0]);
  if (remoteAddr !== null) return { descriptor, remoteAddr };
  descriptor.close();
  throw new TypeError("The listening socket is of no family that is known");
}
