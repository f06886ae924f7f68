/**
 * What a socket can be set to: setsockopt(2), socket(7), tcp(7).
 *
 * A setting belongs to the socket and not to the descriptor: whoever else has the socket has it set, too.
 *
 * @module
 */

import { SOL_SOCKET } from "../constants.ts";
import { type Descriptor, numberOf } from "../descriptor.ts";
import { byteLengthOf, newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";

const IPPROTO_TCP = 6;

/** Levels and numbers on Linux; the same on x86-64 and on arm64. */
const OPTIONS = {
  SO_REUSEADDR: [SOL_SOCKET, 2],
  SO_SNDBUF: [SOL_SOCKET, 7],
  SO_KEEPALIVE: [SOL_SOCKET, 9],
  SO_LINGER: [SOL_SOCKET, 13],
  SO_REUSEPORT: [SOL_SOCKET, 15],
  SO_RCVTIMEO: [SOL_SOCKET, 20],
  SO_SNDTIMEO: [SOL_SOCKET, 21],
  TCP_NODELAY: [IPPROTO_TCP, 1],
  TCP_KEEPIDLE: [IPPROTO_TCP, 4],
  TCP_KEEPINTVL: [IPPROTO_TCP, 5],
  TCP_KEEPCNT: [IPPROTO_TCP, 6],
} as const;

type OptionName = keyof typeof OPTIONS;

let libc: Libc<"setsockopt"> | null = null;

function open(): Libc<"setsockopt"> {
  return libc ??= openLibc(["setsockopt"]);
}

/** Opens the function that the others here call, so that they go on when FFI was given up. */
export function openOptions(): void {
  openErrors();
  open();
}

function set(descriptor: Descriptor, name: OptionName, ...values: number[]): void {
  setAt(numberOf(descriptor), name, ...values);
}

function setAt(number: number, name: OptionName, ...values: number[]): void {
  const words = newWords(values.length);
  for (let at = 0; at < values.length; at++) words[at] = values[at] ?? 0;
  const [level, option] = OPTIONS[name];
  const length = byteLengthOf(words);
  const result = open().setsockopt(number, level, option, words, length);
  if (result === -1) throwLastError(`Cannot set ${name}`);
}

/** Turns on what is on or off, setsockopt(2). Throws `PosixError`. */
export function enable(descriptor: Descriptor, name: "SO_REUSEADDR" | "SO_REUSEPORT"): void {
  set(descriptor, name, 1);
}

/**
 * Sends small pieces at once, or waits for what was sent before to arrive, TCP_NODELAY in tcp(7). Throws
 * `PosixError`.
 */
export function setNoDelay(descriptor: Descriptor, isOn: boolean): void {
  set(descriptor, "TCP_NODELAY", isOn ? 1 : 0);
}

/**
 * Limits what waits in the kernel to be sent, SO_SNDBUF in socket(7): it takes twice as many bytes, for what it needs
 * itself. Throws `PosixError`.
 */
export function setSendBuffer(descriptor: Descriptor, bytes: number): void {
  set(descriptor, "SO_SNDBUF", bytes);
}

/** When an idle connection is asked whether its other side is there. The times are whole seconds from 1 on. */
export interface KeepAlive {
  /** After so much silence for the first time. */
  readonly idleS: number;
  /** Then so often. */
  readonly intervalS: number;
  /** After so many questions without an answer it fails, with ETIMEDOUT. */
  readonly count: number;
}

/** Asks whether the other side is there, SO_KEEPALIVE in socket(7) and tcp(7). Throws `PosixError`: EINVAL. */
export function setKeepAlive(descriptor: Descriptor, options: KeepAlive): void {
  setKeepAliveOf(numberOf(descriptor), options);
}

/** The same for a socket that this process has by that number, whoever owns it. Throws `PosixError`. */
export function setKeepAliveOf(number: number, options: KeepAlive): void {
  setAt(number, "TCP_KEEPIDLE", options.idleS);
  setAt(number, "TCP_KEEPINTVL", options.intervalS);
  setAt(number, "TCP_KEEPCNT", options.count);
  setAt(number, "SO_KEEPALIVE", 1);
}

/**
 * What the last close does with bytes that were not sent yet, SO_LINGER in socket(7): null sends them while the
 * process goes on, 0 resets the connection, and more than that blocks the process for as many seconds. Throws
 * `PosixError`.
 */
export function setLinger(descriptor: Descriptor, seconds: number | null): void {
  set(descriptor, "SO_LINGER", seconds === null ? 0 : 1, seconds ?? 0);
}

/** How long an operation of others waits on a socket; 0 is for ever. */
export interface Timeouts {
  /** A receive, in milliseconds. */
  readonly receiveMs?: number;
  /** A send, in milliseconds. */
  readonly sendMs?: number;
}

/**
 * Limits how long a blocking call on the socket waits, SO_RCVTIMEO and SO_SNDTIMEO in socket(7). The calls of
 * `transfer.ts` wait for nothing, so it is for others who have the socket: who hands it to a program sets them back
 * to 0. Throws `PosixError`.
 */
export function setTimeouts(descriptor: Descriptor, { receiveMs, sendMs }: Timeouts): void {
  if (receiveMs !== undefined) set(descriptor, "SO_RCVTIMEO", ...timeval(receiveMs));
  if (sendMs !== undefined) set(descriptor, "SO_SNDTIMEO", ...timeval(sendMs));
}

/** A struct timeval: seconds and microseconds, of 64 bits each. */
function timeval(ms: number): [number, number, number, number] {
  const us = Math.round(ms * 1000);
  return [Math.floor(us / 1_000_000), 0, us % 1_000_000, 0];
}
