/**
 * Notices that nothing has happened for a time. One timer for each: activity only notes the time, and the timer looks
 * again when it fires, so a busy connection costs no timers.
 *
 * Bytes that the other side takes from the kernel are activity too: a write may fill the kernel's send queue at once
 * and the next one wait longer than the timeout, while the other side reads all the time. So the timer looks at that
 * queue now and then, but only while nothing else happens and as long as there is something in it.
 *
 * @module
 */

import { type Clock, NEEDLESS } from "../clock.ts";

/** How often the send queue is looked at in the time of one timeout. */
const LOOKS = 4;

/** What an idle timer is made with. */
export interface IdleTimerOptions {
  /** How long nothing may happen; 0 means for ever. */
  readonly timeoutMs: number;
  /** Measures it. */
  readonly clock: Clock;
  /** Bytes that the other side has still to take from the kernel, or null where nobody can tell. */
  readonly unsentBytes?: (() => Promise<number | null>) | undefined;
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
    const { clock, timeoutMs, unsentBytes, onIdle } = this.#options;
    const { signal } = this.#disposed;
    let since = this.#lastActivity;
    /** What the queue held when it was last looked at since then; null if nobody could tell. It is empty at first. */
    let unsent: number | null = 0;
    let looks = 0;
    while (true) {
      if (this.#lastActivity !== since) [since, unsent, looks] = [this.#lastActivity, null, 0];
      const left = since + timeoutMs - clock.now();
      // An empty queue stays empty until something happens. One look at another shows no change, also where it took
      // long.
      const isSure = unsentBytes === undefined || unsent === 0 || looks >= 2;
      if (left <= 0 && isSure) break;
      const lookMs = unsentBytes === undefined ? timeoutMs : timeoutMs / LOOKS;
      await clock.sleep(left > 0 ? Math.min(lookMs, left) : lookMs, signal);
      if (signal.aborted) return;
      if (unsentBytes === undefined || unsent === 0 || this.#lastActivity !== since) continue;
      const seen = await unsentBytes();
      if (signal.aborted) return;
      looks += 1;
      if (seen === null) continue;
      if (unsent !== null && seen < unsent) this.#lastActivity = since = clock.now();
      unsent = seen;
    }
    onIdle();
  }

  /** Stops to wait. */
  [Symbol.dispose](): void {
    this.#disposed.abort(NEEDLESS);
  }
}
