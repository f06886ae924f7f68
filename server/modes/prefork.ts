/**
 * Prefork mode: a fixed set of workers, started first, each of which takes one connection at a time as a unit of work,
 * and the next when it has finished. One that ends is replaced.
 *
 * Assumes an admission of as many slots as there are workers: further clients wait in the kernel's queue.
 *
 * @module
 */

import type { AcceptedConnection } from "../accept/connection.ts";
import { WaitLimit } from "../parent/wait_limit.ts";
import { WorkerPool } from "../parent/pool.ts";
import { reasonWithoutWorker, type Workers } from "../parent/workers.ts";
import type { Mode } from "./mode.ts";
import type { ServerContext } from "../context.ts";

/** What this mode is told besides. */
export interface PreforkOptions {
  /** The workers, each of which serves one connection after another. */
  readonly workers: Workers;
  /** How many of them there are. */
  readonly size: number;
}

/** Decides which worker gets which connection. Disposing it ends the workers. */
export class PreforkMode implements Mode {
  readonly #context: ServerContext;
  readonly #workers: Workers;
  readonly #pool: WorkerPool;

  /** Starts no worker yet. */
  constructor(context: ServerContext, { workers, size }: PreforkOptions) {
    this.#context = context;
    this.#workers = workers;
    this.#pool = new WorkerPool({
      size,
      countsTaken: true,
      // More than there are cores would only start all of them later.
      startsAtOnce: navigator.hardwareConcurrency,
      start: () => workers.start(null),
      clock: context.clock,
      events: context.events,
    });
  }

  /** Starts the workers. */
  start(): void {
    this.#pool.fill();
  }

  /** Gives the connection to the worker that was ready last, and takes the worker back when it has finished. */
  async serve(connection: AcceptedConnection): Promise<void> {
    using limit = new WaitLimit({ ...this.#context, timeLeftMs: connection.timeLeftMs });
    while (true) {
      const worker = await this.#pool.take(limit);
      if (worker === null) {
        connection.tellAccepted(null);
        connection.refuse(reasonWithoutWorker(this.#workers, limit));
        return;
      }
      const engagement = await this.#workers.engage(worker, { connection, limit });
      // It ended while it was idle: another one will do.
      if (engagement.opened === null && !limit.isOver) continue;
      connection.tellAccepted(worker.pid);
      if (engagement.opened === null) {
        connection.refuse(limit.reason);
        this.#pool.putBack(worker);
        return;
      }
      limit[Symbol.dispose]();
      this.#pool.noteServing(worker);
      await this.#workers.serve(connection, engagement);
      if (await engagement.done === "finished") this.#pool.giveBack(worker);
      else await worker.reported;
      return;
    }
  }

  /** Nothing: a worker that ends may still have to be replaced for a connection that waits. */
  drain(): void {}

  /** Ends every worker, and so every connection. */
  endAll(): Promise<void> {
    this.#pool.close();
    return this.#workers.endAll();
  }

  /** Ends what is left, and leaves no file behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#pool.close();
    await this.#workers[Symbol.asyncDispose]();
    await this.#pool[Symbol.asyncDispose]();
  }
}
