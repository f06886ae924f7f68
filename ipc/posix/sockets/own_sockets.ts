/**
 * The sockets that this process has open, whoever opened them: Deno tells nobody the numbers of its own.
 *
 * They are numbers, and nothing is done to what has them: a descriptor may be closed at any time, and its number be
 * another's. Who wants to be sure asks again, and compares the inode.
 *
 * @module
 */

import type { Endpoint } from "../../address.ts";
import { newBytes, newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors } from "../posix_error.ts";
import { openDescriptors, ownDescriptors } from "../proc/descriptors.ts";
import { ADDRESS_BYTES_MAX, decodeSocketAddress, decodeUnixPath } from "./socket_address.ts";
import { openSocketKinds, socketKindOf } from "./socket_kind.ts";

const NAMES = ["getsockname", "getpeername"] as const;

let libc: Libc<typeof NAMES[number]> | null = null;

function open(): Libc<typeof NAMES[number]> {
  return libc ??= openLibc(NAMES);
}

/** Opens what the other here calls, so that it goes on when FFI was given up. */
export function openOwnSockets(): void {
  openErrors();
  openDescriptors();
  openSocketKinds();
  open();
}

/** A socket of this process. */
export interface OwnSocket {
  /** Its descriptor's number. */
  readonly number: number;
  /** By which the kernel knows it. */
  readonly inode: number;
  /** Whether it is of the internet or of this machine alone. */
  readonly family: "tcp" | "unix";
  /** Whether it takes connections. */
  readonly isListening: boolean;
  /** This side's end; null for a Unix-domain socket. */
  readonly local: Endpoint | null;
  /** The other side's end; null where there is none, or none any more. */
  readonly remote: Endpoint | null;
  /** Where a Unix-domain socket is bound to, or else its other side; null where neither is, and for TCP. */
  readonly path: string | null;
}

/**
 * The TCP sockets and the Unix-domain sockets among this process's descriptors, `/proc/self/fd` in proc_pid_fd(5), by
 * their numbers. What is asked of each is getsockopt(2), getsockname(2), getpeername(2); one that is closed meanwhile
 * (by another thread) is left out. Throws `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function ownSockets(): readonly OwnSocket[] {
  const sockets: OwnSocket[] = [];
  for (const { number, inode } of ownDescriptors()) {
    const socket = inode === null ? null : socketOf(number, inode);
    if (socket !== null) sockets.push(socket);
  }
  return sockets;
}

function socketOf(number: number, inode: number): OwnSocket | null {
  const kind = socketKindOf(number);
  // Of the internet TCP alone is shown.
  if (kind === null || (kind.family === "internet" && !kind.isStream)) return null;
  const ends = {
    local: endOf("getsockname", number),
    remote: endOf("getpeername", number),
  };
  return {
    number,
    inode,
    family: kind.family === "internet" ? "tcp" : "unix",
    isListening: kind.isListening,
    local: ends.local?.endpoint ?? null,
    remote: ends.remote?.endpoint ?? null,
    path: ends.local?.path ?? ends.remote?.path ?? null,
  };
}

const length = newWords(1);
const address = newBytes(ADDRESS_BYTES_MAX);

interface End {
  readonly endpoint: Endpoint | null;
  readonly path: string | null;
}

/** Null where there is no such end. */
function endOf(name: "getsockname" | "getpeername", number: number): End | null {
  length[0] = ADDRESS_BYTES_MAX;
  if (open()[name](number, address, length) === -1) return null;
  return {
    endpoint: decodeSocketAddress(address, length[0]),
    path: decodeUnixPath(address, length[0]),
  };
}
