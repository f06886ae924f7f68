/**
 * When the kernel told last that a child has ended (SIGCHLD): from then until it is waited for it is a zombie.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";

/** A parent that serves notices a signal sooner than that. */
const ZOMBIE_MS_MAX = 1000;

/** Listens to SIGCHLD, until it is disposed. */
export class ChildSignals implements Disposable {
  readonly #clock: Pick<Clock, "now">;
  readonly #listener = () => void (this.#lastAt = this.#clock.now());
  #lastAt = -Infinity;

  /** Listens. */
  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
    Deno.addSignalListener("SIGCHLD", this.#listener);
  }

  /**
   * How long a child has been a zombie, at least, that was waited for at that time, in milliseconds: the time since the
   * last signal, which is its own or, where several ended, one that came after it. Null if that was too long ago to be.
   * To be asked in a later turn of the event loop: Deno may tell of the end before it tells of the signal.
   */
  zombieMs(reapedAt: number): number | null {
    const sinceMs = Math.max(0, reapedAt - this.#lastAt);
    return sinceMs > ZOMBIE_MS_MAX ? null : sinceMs;
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGCHLD", this.#listener);
  }
}
