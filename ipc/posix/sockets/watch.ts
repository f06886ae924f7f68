/**
 * Waiting for many sockets, whoever waits for which: one thread of the pool for all, where each stream would take one
 * of its own for as long as its other side is silent.
 *
 * @module
 */

import { Poller } from "./poller.ts";
import type { Interest } from "./poll.ts";

interface Waiter {
  readonly interest: Interest;
  readonly wake: () => void;
}

/** Owns the poller. The descriptors are others'. */
export class Watch implements AsyncDisposable {
  readonly #poller = new Poller();
  readonly #waiters = new Set<Waiter>();
  #watching: Promise<void> | null = null;

  /** Resolves when the socket is ready, or closed: whoever asks tries again, and finds out. */
  async until(interest: Interest): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.add({ interest, wake: resolve });
    if (this.#watching === null) {
      this.#watching = this.#watch().finally(() => this.#watching = null);
    } else {
      this.#poller.wake();
    }
    await promise;
  }

  async #watch(): Promise<void> {
    while (true) {
      for (const waiter of this.#waiters) {
        if (!waiter.interest.descriptor.isOpen) this.#wake(waiter);
      }
      const waiters = [...this.#waiters];
      if (waiters.length === 0) return;
      const came = await this.#poller.wait(waiters.map(({ interest }) => interest));
      waiters.forEach((waiter, at) => {
        const { canRead = false, canWrite = false, isHungUp = false } = came[at] ?? {};
        const isReady = waiter.interest.want === "read" ? canRead : canWrite || isHungUp;
        if (isReady) this.#wake(waiter);
      });
    }
  }

  #wake(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    waiter.wake();
  }

  /** Frees the thread when nobody waits any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watching;
    await this.#poller[Symbol.asyncDispose]();
  }
}
