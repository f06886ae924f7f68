/**
 * What libc reports where it could not do what it was called for.
 *
 * @module
 */

import { errnoName } from "../errno_names.ts";
import { byteLengthOf, newBytes, toSize } from "./intrinsics.ts";
import { type Libc, openLibc } from "./libc.ts";

/** The errors that calls here expect, by their numbers on Linux (errno(3)). */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  EACCES: 13,
  EMFILE: 24,
  ENOTSOCK: 88,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EOPNOTSUPP: 95,
  EINPROGRESS: 115,
} as const;

/** The longest text of an error is some 50 bytes. */
const TEXT_BYTES = 256;

interface Errors {
  readonly libc: Libc<"__xpg_strerror_r">;
  readonly text: Uint8Array<ArrayBuffer>;
  /**
   * The memory in which libc keeps the error of this thread. An isolate of V8 stays in one thread, so it is looked for
   * once; and it is read as an array, because `Deno.UnsafePointerView` reads nothing more where FFI was given up.
   */
  readonly errno: Int32Array;
}

let errors: Errors | null = null;

function open(): Errors {
  if (errors !== null) return errors;
  const libc = openLibc(["__errno_location", "__xpg_strerror_r"]);
  const location = libc.__errno_location();
  if (location === null) throw new TypeError("libc has no errno");
  const errno = new Int32Array(new Deno.UnsafePointerView(location).getArrayBuffer(4));
  errors = { libc, text: newBytes(TEXT_BYTES), errno };
  return errors;
}

/** Opens what the others here work with, so that they go on when FFI was given up. */
export function openErrors(): void {
  open();
}

/**
 * The error of the call to libc that was made last, errno(3). It has to be read right after it, and tells nothing of a
 * call in another thread.
 */
export function lastErrno(): number {
  return open().errno[0] ?? 0;
}

/**
 * libc could not do something: `Cannot receive: Connection reset by peer (os error 104)`, as Deno words it, too. For
 * `errnoOf`, `reasonOf` and `isStreamError` it is the operating system's error, as one of Deno's own is.
 */
export class PosixError extends Error {
  /** The error's name, such as `ECONNRESET`. */
  readonly code: string;
  /** The error's number. */
  readonly errno: number;

  /** Makes the error of `action`, which could not be done: `Cannot receive`. The text is that of strerror_r(3). */
  constructor(action: string, errno: number) {
    super(`${action}: ${textOf(errno)} (os error ${errno})`);
    this.code = errnoName(errno);
    this.errno = errno;
  }

  static {
    this.prototype.name = "PosixError";
  }
}

/** Throws the {@linkcode PosixError} of the call that was made last. */
export function throwLastError(action: string): never {
  throw new PosixError(action, lastErrno());
}

/** Nothing could be done now: poll(2) tells when that is worth another try. */
export type Again = "again";

/** Tells that the call which was made last would have had to wait, or was interrupted; else throws its error. */
export function againOrThrow(action: string): Again {
  const errno = lastErrno();
  if (errno === ERRNO.EAGAIN || errno === ERRNO.EINTR) return "again";
  throw new PosixError(action, errno);
}

function textOf(errno: number): string {
  const { libc, text } = open();
  // It ends the text with a zero whatever it returns, and has one for what is no error, too.
  libc.__xpg_strerror_r(errno, text, toSize(byteLengthOf(text)));
  let read = "";
  // ASCII: Deno leaves libc in the "C" locale.
  for (let at = 0, code; (code = text[at] ?? 0) !== 0; at++) read += String.fromCharCode(code);
  return read;
}
