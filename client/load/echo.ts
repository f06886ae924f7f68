/**
 * The echo of one message: checks what comes back, and tells what is wrong with it.
 *
 * It is short if fewer bytes come back than were sent: the rest is missing at its end, or in the middle of it. That is
 * what a server does that takes what it gets for a string, and sends back what is before the first NUL.
 *
 * @module
 */

import { VisitError } from "./failure.ts";
import type { Pattern, Place } from "./pattern.ts";

/** A message, by where it begins. */
export interface Message extends Place {
  /** Its length. */
  readonly size: number;
}

/** What came back of a message so far. */
export class Echo {
  readonly #pattern: Pattern;
  readonly #message: Message;
  #received = 0;
  #receivedAtMs = -Infinity;
  /** Whether all of the message is sent. An echo is not short before. */
  isSent = false;

  /** Nothing came back yet. */
  constructor(pattern: Pattern, message: Message) {
    this.#pattern = pattern;
    this.#message = message;
  }

  /** How many bytes are still to come. */
  get missing(): number {
    return this.#message.size - this.#received;
  }

  /** Takes what came at that time. Throws {@linkcode VisitError} if it does not belong there. */
  take(bytes: Uint8Array, nowMs: number): void {
    const place = this.#next;
    const wrong = this.#pattern.findWrong(bytes, { ...place, count: bytes.length });
    if (wrong !== -1) throw this.#mistake(bytes.subarray(wrong), wrong);
    this.#received += bytes.length;
    this.#receivedAtMs = nowMs;
  }

  /** The end of file came too early: what that counts as. */
  closed(): VisitError {
    if (this.#isShort) return this.#short("and was closed");
    const { connection, position } = this.#next;
    return new VisitError(
      "closedEarly",
      `connection ${connection} was closed after ${position} bytes`,
    );
  }

  /**
   * What the end of a visit counts as: of a time that has passed, this tells more if a part has come back, and then
   * nothing for half of that time. An echo that was still coming is not short, but slow.
   */
  explain(error: unknown, time: { readonly nowMs: number; readonly timeoutMs: number }): unknown {
    const isTimeout = error instanceof VisitError && error.kind === "timedOut";
    const isSilent = time.nowMs - this.#receivedAtMs >= time.timeoutMs / 2;
    if (!isTimeout || !isSilent || !this.#isShort) return error;
    return this.#short(`and no more within ${time.timeoutMs / 1000} s`);
  }

  get #next(): Place {
    const { connection, position } = this.#message;
    return { connection, position: position + this.#received };
  }

  get #isShort(): boolean {
    return this.isSent && this.#received > 0 && this.missing > 0;
  }

  #mistake(bytes: Uint8Array, index: number): VisitError {
    const { connection } = this.#message;
    this.#received += index;
    const { position } = this.#next;
    const end = position + this.missing;
    const later = this.#pattern.findLater(bytes, { connection, position, end });
    if (later !== -1) {
      return this.#short(`and then those from byte ${later - this.#message.position} on`);
    }
    return new VisitError(
      "wrongEcho",
      `byte ${position} of connection ${connection} came back as ${bytes[0]}`,
    );
  }

  #short(end: string): VisitError {
    const { connection, size } = this.#message;
    const hint = this.#pattern.byteAt(this.#next) === 0
      ? " (the next one was a NUL, which ends a string in C)"
      : "";
    return new VisitError(
      "shortEcho",
      `connection ${connection} got ${this.#received} of ${size} bytes back, ${end}${hint}`,
    );
  }
}
