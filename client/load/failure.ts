/**
 * How a connection of a load can fail.
 *
 * @module
 */

import { errnoOf, isStreamError, reasonOf } from "../../ipc/errors.ts";
import { HandshakeError, TruncatedError } from "../connection/tls_errors.ts";

/** Every kind of failure, in the words of the report. */
export const FAILURE_WORDS = {
  refused: "refused",
  reset: "reset",
  timedOut: "timed out",
  closedEarly: "closed early",
  shortEcho: "short echo",
  wrongEcho: "wrong echo",
  unreachable: "unreachable",
  handshake: "TLS handshake",
  noPort: "no free local port",
  noDescriptor: "no file descriptor",
  other: "other",
  processLost: "load process lost",
} as const;

/** A kind of failure, as the JSON report calls it. */
export type FailureKind = keyof typeof FAILURE_WORDS;

/** The kinds of failure, in the order of the report. */
export const FAILURE_KINDS = Object.keys(FAILURE_WORDS) as readonly FailureKind[];

const KINDS: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  // The write after a reset that a read was told before.
  EPIPE: "reset",
  ECONNABORTED: "reset",
  ETIMEDOUT: "timedOut",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  // From connect(2): "no more ephemeral ports", see ip(7) on ip_local_port_range.
  EADDRNOTAVAIL: "noPort",
  EMFILE: "noDescriptor",
  ENFILE: "noDescriptor",
};

/** A connection failed in a way that no error of the operating system tells. */
export class VisitError extends Error {
  /** The kind of failure. */
  readonly kind: FailureKind;

  /** Makes the error of a kind; the message says more. */
  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The host name does not stand for any address: no connection of this load can be made. */
export class UnresolvedError extends Error {}

/** A failure as it is counted. */
export interface Failure {
  /** What it counts as. */
  readonly kind: FailureKind;
  /** What happened, in a line. */
  readonly reason: string;
}

/** What an error of a connection counts as. Throws the error on if it is a bug. */
export function failureOf(error: unknown): Failure {
  if (error instanceof VisitError) return { kind: error.kind, reason: error.message };
  if (!isStreamError(error)) throw error;
  if (error instanceof HandshakeError) return { kind: "handshake", reason: error.message };
  if (error instanceof TruncatedError) return { kind: "closedEarly", reason: error.message };
  return { kind: KINDS[errnoOf(error) ?? ""] ?? "other", reason: reasonOf(error) };
}
