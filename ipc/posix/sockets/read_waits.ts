/**
 * Waits until sockets can be read, however many they are, in one thread of the pool: who serves many must not have one
 * for each, since the pool has 32, and whoever keeps them busy would stop everything else that waits there.
 *
 * @module
 */

import type { Descriptor } from "../descriptor.ts";
import { Poller } from "./poller.ts";

/** Owns its poller. The descriptors are others'. */
export class ReadWaits implements AsyncDisposable {
  readonly #poller = new Poller();
  readonly #waiting = new Map<Descriptor, PromiseWithResolvers<void>>();
  #isRunning = false;
  #running: Promise<void> | null = null;

  /** How many are waited for. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when there is something to be read, an end of file and an error included, or the descriptor is closed
   * here. Rejects with `Deno.errors.BadResource` where this is disposed. One wait for a descriptor at a time.
   */
  async readable(descriptor: Descriptor): Promise<void> {
    const wait = Promise.withResolvers<void>();
    this.#waiting.set(descriptor, wait);
    if (this.#isRunning) this.#poller.wake();
    else this.#running = this.#run();
    await wait.promise;
  }

  /** Waits as long as there is something to wait for. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (true) {
        for (const descriptor of this.#waiting.keys()) {
          if (!descriptor.isOpen) this.#take(descriptor)?.resolve();
        }
        const waiting = [...this.#waiting.keys()];
        if (waiting.length === 0) return;
        const interests = waiting.map((descriptor) => ({ descriptor, want: "read" } as const));
        const results = await this.#poller.wait(interests);
        for (const [at, descriptor] of waiting.entries()) {
          if (results[at]?.canRead === true) this.#take(descriptor)?.resolve();
        }
      }
    } catch (error) {
      for (const descriptor of this.#waiting.keys()) this.#take(descriptor)?.reject(error);
    } finally {
      this.#isRunning = false;
    }
  }

  #take(descriptor: Descriptor): PromiseWithResolvers<void> | undefined {
    const wait = this.#waiting.get(descriptor);
    this.#waiting.delete(descriptor);
    return wait;
  }

  /** Ends every wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#poller[Symbol.asyncDispose]();
    await this.#running;
  }
}
