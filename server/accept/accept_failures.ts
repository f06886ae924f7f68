/**
 * What is done when `accept` fails: whose failure it is decides. Most are of one connection, and the next one may be
 * sound; a client that resets connections in the queue makes as many as it likes, so they must cost nothing.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import { errnoOf, isShortage, reasonOf } from "../../ipc/errors.ts";

/** How long accepting pauses after a failure that lasts. */
const PAUSE_MS = 100;

/** So many failures in a row that no connection explains are the listening socket's: trying again would burn a core. */
const UNEXPLAINED_MAX = 100;

/**
 * The kernel passes on the error of a connection that ended in the queue (accept(2)). ENOTCONN is what Deno makes of
 * one that was accepted, and then has no other side to ask the name of (getpeername(2)).
 */
const OF_ONE_CONNECTION: ReadonlySet<string> = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENONET",
  "ENOPROTOOPT",
  "ENOTCONN",
  "EOPNOTSUPP",
  "EPERM",
  "EPROTO",
  "ETIMEDOUT",
]);

/** Whether `accept` has failed because of one connection, which the next one has nothing to do with. */
export function isOfOneConnection(error: unknown): boolean {
  return OF_ONE_CONNECTION.has(errnoOf(error) ?? "");
}

/** What accepting goes on with. */
export interface AcceptFailuresOptions {
  /** Times the pause. */
  readonly clock: Clock;
  /** Ends the pause. */
  readonly signal: AbortSignal;
  /** Called with the reason of a failure that is not of one connection, unless the one before was told alike. */
  readonly onFailed?: (reason: string) => void;
}

/** Counts the failures of one listening socket, and pauses after those that last. */
export class AcceptFailures {
  readonly #options: AcceptFailuresOptions;
  #aborted = 0;
  #unexplained = 0;
  #lastReason: string | null = null;

  /** Knows of none yet. */
  constructor(options: AcceptFailuresOptions) {
    this.#options = options;
  }

  /** How many connections ended before they could be accepted. */
  get aborted(): number {
    return this.#aborted;
  }

  /** To be called after a connection: what fails next is news. */
  accepted(): void {
    this.#unexplained = 0;
    this.#lastReason = null;
  }

  /** Resolves when `accept` may be tried again. Throws what the operating system did not say. */
  async recover(error: unknown): Promise<void> {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    if (isOfOneConnection(error)) {
      this.#aborted += 1;
      return;
    }
    const reason = reasonOf(error);
    if (reason !== this.#lastReason) this.#options.onFailed?.(reason);
    this.#lastReason = reason;
    if (!isShortage(error) && ++this.#unexplained < UNEXPLAINED_MAX) return;
    await this.#options.clock.sleep(PAUSE_MS, this.#options.signal);
  }
}
