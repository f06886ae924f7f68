/**
 * The kinds of error that Brood tells apart, the exit status of each, and the plain words for what the
 * operating system reports. Only `exit.ts` prints them.
 *
 * @module
 */

import { errnoName } from "./errno_names.ts";
import { say } from "./say.ts";

/** Exit statuses. 70 is `EX_SOFTWARE` of BSD's `sysexits.h`. */
export const EXIT_STATUS = { done: 0, failed: 1, usage: 2, bug: 70 } as const;

/** The command line cannot be followed. The message is one line that names what is wrong with it. */
export class UsageError extends Error {
  /** The command whose `--help` would have told, or null for the program's own. */
  readonly command: string | null;

  /** Makes the error from its message and the command that was called. */
  constructor(message: string, options: { readonly command?: string } = {}) {
    super(message);
    this.command = options.command ?? null;
  }
}

/**
 * The world did not allow what was asked: a port in use, a connection refused. The message is one line that says
 * what was tried, on what, and why it failed; the reason is also its `cause`.
 */
export class OperationalError extends Error {}

/**
 * A stream failed in a way that no error of the operating system tells, as TLS on top of a socket does. The message
 * says how, in a few words.
 */
export class StreamError extends Error {}

/**
 * The `errno` name that an operating system's error carries, such as `EADDRINUSE`, or null for other errors. Where Deno
 * tells only the number, it is the number's name on Linux, and `errno 42` elsewhere, where they are other numbers.
 */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string") return error.code;
  const [, number] = /\(os error (\d+)\)$/.exec(error.message) ?? [];
  if (number === undefined) return null;
  return Deno.build.os === "linux" ? errnoName(Number(number)) : `errno ${number}`;
}

/**
 * True for what may happen to any socket or pipe in use: the other side reset it or is gone, or this side closed it
 * while an operation was under way. Everything else is a bug and must not be caught.
 */
export function isStreamError(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof StreamError ||
    errnoOf(error) !== null;
}

/**
 * The other side's direction has ended without the word of TLS that it ends: whether that side has closed its socket or
 * somebody between has cut it off, nobody can tell.
 */
export class CutOffError extends Error {
  /** As good as a reset. */
  readonly code = "ECONNRESET";

  /** Says so. */
  constructor() {
    super("The connection ended without a close_notify of TLS");
  }
}

const SHORTAGES: ReadonlySet<string | null> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** True where descriptors or memory are short: only time can mend that, so whoever tries again waits a while. */
export function isShortage(error: unknown): boolean {
  return SHORTAGES.has(errnoOf(error));
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: say`permission denied`,
  EADDRINUSE: say`address already in use`,
  EADDRNOTAVAIL: say`this machine has no such address`,
  EAGAIN: say`it is not ready for more`,
  EAFNOSUPPORT: say`this machine does not support that kind of address`,
  EBADF: say`it is not open for that`,
  ECONNREFUSED: say`connection refused`,
  ECONNRESET: say`connection reset by the other side`,
  EHOSTUNREACH: say`no route to that host`,
  EISDIR: say`it is a folder`,
  EMFILE: say`too many open files in this process (see ulimit -n)`,
  ENETUNREACH: say`network is unreachable`,
  ENFILE: say`too many open files in the system`,
  ENOENT: say`no such file or directory`,
  ENOMEM: say`out of memory`,
  // Of `node:net`, in the place of getaddrinfo's own words.
  ENOTFOUND: say`the host name could not be resolved`,
  ENOTDIR: say`not a directory`,
  ENOSPC: say`no space left on the device`,
  ENXIO: say`no such device, or a pipe that nobody reads`,
  EPERM: say`the system does not permit it`,
  EPIPE: say`broken pipe: nobody reads it any more`,
  EROFS: say`the file system is read-only`,
  ETIMEDOUT: say`timed out`,
};

/** Why something failed, in a few words: the operating system's reason where there is one. */
export function reasonOf(error: unknown): string {
  const errno = errnoOf(error);
  if (errno !== null) return REASONS[errno] ?? errno;
  if (isUnresolved(error)) return say`the host name could not be resolved`;
  return error instanceof Error ? error.message : String(error);
}

/** Why something cannot be done, in a line; null where it was. Throws what is no {@linkcode OperationalError}. */
export function problemOf(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    return error.message;
  }
}

/** Why a process could not be started. */
export function spawnReasonOf(error: unknown): string {
  return errnoOf(error) === "EAGAIN"
    ? say`the limit of processes or memory is reached`
    : reasonOf(error);
}

/** True if a host name stands for no address, is none at all, or nobody could tell. */
export function isUnresolved(error: unknown): boolean {
  // What can be no host name, for a blank or an empty label in it, is not even looked up: Deno takes it for a wrong
  // URI.
  if (error instanceof URIError || errnoOf(error) === "ENOTFOUND") return true;
  // getaddrinfo's failures carry no errno; Deno passes them on under this heading.
  return error instanceof Error &&
    error.message.startsWith("failed to lookup address information");
}
