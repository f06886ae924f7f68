/**
 * Per-connection mode: a worker process for each connection, which ends with it. With spares, some workers are started
 * ahead, each for one connection.
 *
 * @module
 */

import type { ByteStream, ConnectionInfo } from "../../ipc/transport.ts";
import type { AcceptedConnection } from "../accept/connection.ts";
import { Patience } from "../accept/patience.ts";
import { WorkerPool } from "../parent/pool.ts";
import type { WorkerProcess } from "../parent/worker_process.ts";
import { Workers } from "../parent/workers.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** What this mode is told besides. */
export interface PerConnectionOptions {
  /** How many started workers are kept waiting. */
  readonly spare: number;
  /** The URL of the handler's module; null for the echo. */
  readonly handlerUrl: string | null;
}

/** Who waits for a worker, and how long. */
interface Target {
  readonly info: ConnectionInfo;
  readonly patience: Patience;
}

/** Owns the workers. */
export class PerConnectionMode implements Mode {
  readonly #context: ModeContext;
  readonly #workers: Workers;
  readonly #spares: WorkerPool;
  /** Connections that wait until a worker of their own is ready. */
  #waiting = 0;

  private constructor(workers: Workers, options: ModeContext & PerConnectionOptions) {
    this.#context = options;
    this.#workers = workers;
    this.#spares = new WorkerPool({
      size: options.spare,
      countsTaken: false,
      // One at a time, and behind the workers that connections wait for: a burst draws the spares down, and refilling
      // them slows nobody.
      startsAtOnce: 1,
      isBusy: () => this.#waiting > 0,
      start: () => workers.start(),
      clock: options.clock,
      events: options.events,
    });
  }

  /** Makes what workers need, but starts none. Throws `OperationalError` where it cannot. */
  static async open(
    context: ModeContext,
    options: PerConnectionOptions,
  ): Promise<PerConnectionMode> {
    const workers = await Workers.open(context, { ...options, connectionsPerWorker: 1 });
    return new PerConnectionMode(workers, { ...context, ...options });
  }

  /** Starts the spares. */
  start(): void {
    this.#spares.fill();
  }

  /** Gives the connection a spare worker or one of its own, relays between the two, and reaps the worker. */
  async serve(connection: AcceptedConnection): Promise<void> {
    using patience = new Patience(this.#context);
    const target = { info: connection.info, patience };
    const spare = await this.#engageSpare(target);
    const worker = spare?.worker ?? this.#workers.start();
    connection.tellAccepted(worker?.pid ?? null);
    if (worker === null) {
      connection.refuse(this.#workers.isEnding ? "server_stopped" : "worker_failed");
      return;
    }
    const done = worker.engage();
    const stream = spare === null ? await this.#connectOwn(worker, target) : spare.stream;
    if (stream === null && patience.isOver) {
      connection.refuse(patience.reason);
      await this.#workers.end(worker);
    } else {
      patience[Symbol.dispose]();
      await this.#workers.serve(connection, { worker, stream, done });
    }
    await worker.reported;
  }

  /** A spare worker with its stream, or none if it has been waited for too long; null if there is none, or it has ended. */
  async #engageSpare(
    target: Target,
  ): Promise<{ readonly worker: WorkerProcess; readonly stream: ByteStream | null } | null> {
    const worker = this.#spares.takeIdle();
    if (worker === null) return null;
    const stream = await this.#workers.connect(worker, target);
    return stream === null && !target.patience.isOver ? null : { worker, stream };
  }

  async #connectOwn(worker: WorkerProcess, target: Target): Promise<ByteStream | null> {
    this.#waiting += 1;
    try {
      return await this.#workers.connect(worker, target);
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
