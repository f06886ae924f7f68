/**
 * Waits for many sockets, whoever waits for which, in one thread of the pool: who serves many must not have one for
 * each, since the pool has 32, and whoever keeps them busy would stop everything else that waits there.
 *
 * @module
 */

import type { Descriptor } from "../descriptor.ts";
import type { Interest } from "./poll.ts";
import { Poller } from "./poller.ts";
import { SocketStream } from "./socket_stream.ts";

interface Wait extends PromiseWithResolvers<void> {
  readonly interest: Interest;
}

/** Owns its poller. The descriptors are others'. */
export class SocketWaits implements AsyncDisposable {
  readonly #poller = new Poller();
  readonly #waits = new Set<Wait>();
  /** Whether somebody waits in the pool, or is about to: then whoever comes wakes him. */
  #isRunning = false;
  #running: Promise<void> | null = null;

  /** How many wait. */
  get size(): number {
    return this.#waits.size;
  }

  /**
   * Resolves when the socket is ready for that, or closed here: whoever asks tries again, and finds out. Rejects with
   * `Deno.errors.BadResource` where this is disposed.
   */
  async until(interest: Interest): Promise<void> {
    const wait = { interest, ...Promise.withResolvers<void>() };
    this.#waits.add(wait);
    if (this.#isRunning) this.#poller.wake();
    else this.#running = this.#run();
    await wait.promise;
  }

  /** The socket as a stream whose operations wait here. */
  streamOf(descriptor: Descriptor): SocketStream {
    return new SocketStream(descriptor, { waitMs: 0, wait: (interest) => this.until(interest) });
  }

  /** Waits as long as there is something to wait for. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (true) {
        for (const wait of this.#waits) if (!wait.interest.descriptor.isOpen) this.#end(wait);
        const waits = [...this.#waits];
        if (waits.length === 0) return;
        const came = await this.#poller.wait(waits.map(({ interest }) => interest));
        for (const [at, wait] of waits.entries()) {
          const { canRead = false, canWrite = false, isHungUp = false } = came[at] ?? {};
          if (wait.interest.want === "read" ? canRead : canWrite || isHungUp) this.#end(wait);
        }
      }
    } catch (error) {
      for (const wait of this.#waits) wait.reject(error);
      this.#waits.clear();
    } finally {
      this.#isRunning = false;
    }
  }

  #end(wait: Wait): void {
    this.#waits.delete(wait);
    wait.resolve();
  }

  /** Ends every wait, and resolves when the thread is free. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#poller[Symbol.asyncDispose]();
    await this.#running;
  }
}
