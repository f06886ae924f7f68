/**
 * Per-connection mode: a worker process for each connection, which ends with it. With spares, some workers are started
 * ahead, each for one connection.
 *
 * @module
 */

import type { AcceptedConnection } from "../accept/connection.ts";
import { WaitLimit } from "../parent/wait_limit.ts";
import { WorkerPool } from "../parent/pool.ts";
import type { WorkerProcess } from "../parent/process/worker_process.ts";
import {
  type Engagement,
  reasonWithoutWorker,
  type Target,
  type Workers,
} from "../parent/workers.ts";
import type { Mode } from "./mode.ts";
import type { ServerContext } from "../context.ts";

/** What this mode is told besides. */
export interface PerConnectionOptions {
  /** The workers, each of which serves one connection. */
  readonly workers: Workers;
  /** How many started workers are kept waiting. */
  readonly spare: number;
}

/** Decides which worker gets which connection. Disposing it ends the workers. */
export class PerConnectionMode implements Mode {
  readonly #context: ServerContext;
  readonly #workers: Workers;
  readonly #spares: WorkerPool;
  /** Connections that wait until a worker of their own is ready. */
  #waiting = 0;

  /** Starts no worker yet. */
  constructor(context: ServerContext, { workers, spare }: PerConnectionOptions) {
    this.#context = context;
    this.#workers = workers;
    this.#spares = new WorkerPool({
      size: spare,
      countsTaken: false,
      // One at a time, and behind the workers that connections wait for: a burst draws the spares down, and refilling
      // them slows nobody.
      startsAtOnce: 1,
      isBusy: () => this.#waiting > 0,
      start: () => workers.start(null),
      clock: context.clock,
      events: context.events,
    });
  }

  /** Starts the spares. */
  start(): void {
    this.#spares.fill();
  }

  /** Gives the connection a spare worker or one of its own, relays between the two, and reaps the worker. */
  async serve(connection: AcceptedConnection): Promise<void> {
    using limit = new WaitLimit({ ...this.#context, timeLeftMs: connection.timeLeftMs });
    const target = { connection, limit };
    const spare = await this.#engageSpare(target);
    const worker = spare?.worker ?? await this.#workers.startFor(connection, limit);
    connection.tellAccepted(worker?.pid ?? null);
    if (worker === null) {
      connection.refuse(reasonWithoutWorker(this.#workers, limit));
      return;
    }
    const engagement = spare ?? await this.#engageOwn(worker, target);
    if (engagement.opened === null && limit.isOver) {
      connection.refuse(limit.reason);
      await this.#workers.end(worker);
    } else {
      limit[Symbol.dispose]();
      await this.#workers.serve(connection, engagement);
    }
    await worker.reported;
  }

  /** A spare worker, not opened if that has been waited for too long; null if there is none, or it has ended. */
  async #engageSpare(target: Target): Promise<Engagement | null> {
    const worker = this.#spares.takeIdle();
    if (worker === null) return null;
    const engagement = await this.#workers.engage(worker, target);
    return engagement.opened === null && !target.limit.isOver ? null : engagement;
  }

  async #engageOwn(worker: WorkerProcess, target: Target): Promise<Engagement> {
    this.#waiting += 1;
    try {
      return await this.#workers.engage(worker, target);
    } finally {
      this.#waiting -= 1;
      this.#spares.fill();
    }
  }

  /** Starts no more spares. */
  drain(): void {
    this.#spares.close();
  }

  /** Ends every worker, and so every connection. */
  endAll(): Promise<void> {
    this.#spares.close();
    return this.#workers.endAll();
  }

  /** Ends what is left, and leaves no file behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#spares.close();
    await this.#workers[Symbol.asyncDispose]();
    await this.#spares[Symbol.asyncDispose]();
  }
}
