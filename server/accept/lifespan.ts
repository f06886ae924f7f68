/**
 * How long a connection may still last (`--max-duration`). It costs a timer where there is a limit, and else nothing.
 *
 * @module
 */

import { type Clock, NEEDLESS } from "../../ipc/clock.ts";

/** What a lifespan is made with. */
export interface LifespanOptions {
  /** How long it is, in milliseconds; `Infinity` is without end. */
  readonly leftMs: number;
  /** Measures it. */
  readonly clock: Clock;
}

/** Runs from its making to its disposal. */
export class Lifespan implements Disposable {
  /** Aborts when it is over; undefined where it is without end. */
  readonly signal: AbortSignal | undefined;
  readonly #disposed: AbortController | undefined;

  /** Starts to wait. */
  constructor({ leftMs, clock }: LifespanOptions) {
    if (leftMs === Infinity) return;
    const over = new AbortController();
    const disposed = new AbortController();
    this.signal = over.signal;
    this.#disposed = disposed;
    clock.sleep(leftMs, disposed.signal).then(() => {
      if (!disposed.signal.aborted) over.abort(NEEDLESS);
    });
  }

  /** Stops to wait. */
  [Symbol.dispose](): void {
    this.#disposed?.abort(NEEDLESS);
  }
}
