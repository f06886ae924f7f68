/**
 * What kind of socket has a descriptor's number, whoever opened it.
 *
 * @module
 */

import {
  FAMILY,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../constants.ts";
import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors } from "../posix_error.ts";

let libc: Libc<"getsockopt"> | null = null;

function open(): Libc<"getsockopt"> {
  return libc ??= openLibc(["getsockopt"]);
}

/** Opens the function that the other here calls, so that it goes on when FFI was given up. */
export function openSocketKinds(): void {
  openErrors();
  open();
}

/** A kind of socket. */
export interface SocketKind {
  /** Of this machine alone, or of the internet. */
  readonly family: "unix" | "internet";
  /** Whether its bytes come in order: TCP, where it is of the internet. */
  readonly isStream: boolean;
  /** Whether it takes connections. */
  readonly isListening: boolean;
}

/** Null for what is no socket, also a pipe or a number that nobody has, or one of another family. */
export function socketKindOf(number: number): SocketKind | null {
  const family = familyOf(number);
  const accepts = optionOf(number, SO_ACCEPTCONN);
  if (family === null || accepts === null) return null;
  const isStream = optionOf(number, SO_TYPE) === SOCK_STREAM;
  return { family, isStream, isListening: accepts !== 0 };
}

function familyOf(number: number): SocketKind["family"] | null {
  switch (optionOf(number, SO_DOMAIN)) {
    case FAMILY.unix:
      return "unix";
    case FAMILY.ipv4:
    case FAMILY.ipv6:
      return "internet";
  }
  return null;
}

const value = newWords(1);
const length = newWords(1);

function optionOf(number: number, option: number): number | null {
  length[0] = 4;
  const result = open().getsockopt(number, SOL_SOCKET, option, value, length);
  return result === -1 ? null : value[0] ?? 0;
}
