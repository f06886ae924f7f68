/**
 * Notices that nothing has happened for a time. One timer for each: activity only notes the time, and the timer looks
 * again when it fires, so a busy connection costs no timers.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** What an idle timer is made with. */
export interface IdleTimerOptions {
  /** How long nothing may happen; 0 means for ever. */
  readonly timeoutMs: number;
  /** Measures it. */
  readonly clock: Clock;
  /** Called once, when nothing has happened for that long. */
  readonly onIdle: () => void;
}

/** Runs from its making to its disposal. */
export class IdleTimer implements Disposable {
  readonly #options: IdleTimerOptions;
  readonly #disposed = new AbortController();
  #lastActivity: number;

  /** Starts to wait, unless the timeout is 0. */
  constructor(options: IdleTimerOptions) {
    this.#options = options;
    this.#lastActivity = options.timeoutMs === 0 ? 0 : options.clock.now();
    if (options.timeoutMs > 0) this.#watch();
  }

  /** What to call when something happens; undefined where nobody waits. */
  get onActivity(): (() => void) | undefined {
    const { clock, timeoutMs } = this.#options;
    return timeoutMs === 0 ? undefined : () => this.#lastActivity = clock.now();
  }

  async #watch(): Promise<void> {
    const { clock, timeoutMs, onIdle } = this.#options;
    const { signal } = this.#disposed;
    let left = timeoutMs;
    while (left > 0) {
      await clock.sleep(left, signal);
      if (signal.aborted) return;
      left = this.#lastActivity + timeoutMs - clock.now();
    }
    onIdle();
  }

  /** Stops to wait. */
  [Symbol.dispose](): void {
    this.#disposed.abort();
  }
}
