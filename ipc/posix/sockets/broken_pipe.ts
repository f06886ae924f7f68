/**
 * Sends as a program in C does that thinks of nothing: where nobody reads any more the kernel sends SIGPIPE, and that
 * ends the process. Deno ignores the signal, and `transfer.ts` asks the kernel for none (MSG_NOSIGNAL).
 *
 * @module
 */

import { MSG_DONTWAIT } from "../constants.ts";
import { type Libc, openLibc } from "../libc.ts";
import { type Again, againOrThrow, openErrors } from "../posix_error.ts";

/** signal(7) and `<signal.h>` of Linux; the same on x86-64 and on arm64. */
const SIGPIPE = 13;
const SIG_DFL = 0n;

let libc: Libc<"send"> | null = null;

/** Lets SIGPIPE end this process from now on, as it does where nobody said otherwise: signal(2). */
export function dieOfBrokenPipes(): void {
  openErrors();
  libc ??= openLibc(["send"]);
  openLibc(["signal"]).signal(SIGPIPE, SIG_DFL);
}

/**
 * Sends to the socket of that number, send(2). Returns how many bytes were taken, or `again` where there is no room.
 * Where nobody reads any more it does not return. Throws `PosixError`: ECONNRESET the first time after a reset.
 */
export function sendOrDie(number: number, bytes: Uint8Array<ArrayBuffer>): number | Again {
  libc ??= openLibc(["send"]);
  const count = libc.send(number, bytes, BigInt(bytes.length), MSG_DONTWAIT);
  return count === -1 ? againOrThrow("Cannot send") : count;
}
