/**
 * Why a handshake failed: what an operator can do something with, and not what TLS says of its own tries.
 *
 * @module
 */

/** Why there is no secured socket: what the log says of the client. */
export interface HandshakeFailure {
  /** A part of a sentence. */
  readonly error: string;
}

/** What is said of a client that does not speak TLS. */
export const NOT_TLS = "what it sends is not TLS";

/** Of one that ends its direction. */
export const ENDED = "it ended the connection within the handshake";

/** Of one that resets the connection. */
export const LOST = "it was lost within the handshake";

/** Of one that does not trust the server. */
export const UNKNOWN_CA = "it does not know the CA of this server's certificate";

/** Of one that is told of by TLS in words that are not known here. */
export function failedFor(reason: string): string {
  return `the handshake failed (${reason})`;
}

/** Of one that took so long, or was under way when that signal ended everything. */
export function lateFailure(limitMs: number, signal: AbortSignal): HandshakeFailure {
  return {
    error: signal.aborted
      ? "the server stopped within the handshake"
      : `it made no handshake of TLS in ${Math.round(limitMs / 100) / 10} s`,
  };
}
