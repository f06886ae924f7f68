/**
 * How long an accepted connection waits until a worker takes it: no longer than it may be idle or last, and a little
 * longer than a worker may take to start, whose own failure tells more.
 *
 * Nobody reads from a client that waits. One that leaves meanwhile is found out when its bytes are relayed, or costs
 * its slot for as long as this lasts.
 *
 * @module
 */

import { type Clock, NEEDLESS } from "../../ipc/clock.ts";
import type { CloseReason } from "../events.ts";
import { START_MS } from "./process/worker_process.ts";

const WAIT_MS = START_MS + 1000;

/** What a wait limit is made with. */
export interface WaitLimitOptions {
  /** Measures it. */
  readonly clock: Clock;
  /** How long a connection may be idle, in milliseconds; 0 means for ever. */
  readonly idleTimeoutMs: number;
  /** How long the connection may still last, in milliseconds; `Infinity`, or absent, is for ever. */
  readonly timeLeftMs?: number;
}

/** Runs from its making to its disposal. Costs a timer only where somebody waits. */
export class WaitLimit implements Disposable {
  /** Why a connection is closed that has waited for so long. */
  readonly reason: CloseReason;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #over = new AbortController();
  readonly #disposed = new AbortController();
  #ended: Promise<void> | null = null;

  /** Starts to wait. */
  constructor({ clock, idleTimeoutMs, timeLeftMs = Infinity }: WaitLimitOptions) {
    const idleMs = idleTimeoutMs === 0 ? Infinity : idleTimeoutMs;
    const waitMs = Math.min(WAIT_MS, idleMs, timeLeftMs);
    this.reason = waitMs === WAIT_MS
      ? "worker_failed"
      : waitMs === idleMs
      ? "idle_timeout"
      : "max_duration";
    this.#clock = clock;
    this.#endsAt = clock.now() + waitMs;
  }

  /** Resolves when it is over, or disposed. */
  get ended(): Promise<void> {
    return this.#ended ??= this.#wait();
  }

  async #wait(): Promise<void> {
    await this.#clock.sleep(Math.max(0, this.#endsAt - this.#clock.now()), this.#disposed.signal);
    if (!this.#disposed.signal.aborted) this.#over.abort();
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    // Held by the timer, which always settles.
    void this.ended;
    return this.#over.signal;
  }

  /** Whether it is over, and was not disposed before. */
  get isOver(): boolean {
    if (this.#disposed.signal.aborted) return false;
    return this.#over.signal.aborted || this.#clock.now() >= this.#endsAt;
  }

  /** Stops to wait. */
  [Symbol.dispose](): void {
    this.#disposed.abort(NEEDLESS);
  }
}
