/**
 * The workers of one server: starts them, takes a connection to one and tells how that ended, and ends them. The modes
 * decide which worker gets which connection, the transport how the bytes get there.
 *
 * @module
 */

import { LATE, within } from "../../ipc/clock.ts";
import { errnoOf, isShortage, isStreamError, reasonOf } from "../../ipc/errors.ts";
import { type AcceptedConnection, closeReason } from "../accept/connection.ts";
import { Lifespan } from "../accept/lifespan.ts";
import type { WaitLimit } from "./wait_limit.ts";
import type { CloseReason, Outcome } from "../events.ts";
import type { ServerContext } from "../context.ts";
import { Supervisor } from "./supervisor.ts";
import type { OpenedConnection, ProcessTransport } from "./transports/transport.ts";
import type { EngagedWorker, WorkerProcess } from "./process/worker_process.ts";
import { say } from "../../ipc/say.ts";

/** How long a worker may go on with a connection whose client is lost. */
const HANG_UP_MS = 1000;

/** How long it takes until a connection is opened again that could not be for now. */
const RETRY_MS = 100;

/** The ends of a connection after which its worker has nobody left to serve. */
const LOST: ReadonlySet<CloseReason> = new Set([
  "client_lost",
  "idle_timeout",
  "max_duration",
  "server_stopped",
]);

/** A connection that waits for a worker, and how long it does. */
export interface Target {
  /** The connection. */
  readonly connection: AcceptedConnection;
  /** How long it waits. */
  readonly limit: WaitLimit;
}

/** A worker and the connection it serves. */
export interface Engagement extends EngagedWorker {
  /** The connection, opened to it, or null if it could not be. */
  readonly opened: OpenedConnection | null;
}

/** Owns the workers, and the transport to them. */
export class Workers implements AsyncDisposable {
  readonly #context: ServerContext;
  readonly #transport: ProcessTransport;
  readonly #supervisor: Supervisor;
  /** Aborts when all workers have been ended: then no connection goes on. */
  readonly #ended = new AbortController();

  /** Starts none yet. */
  constructor(context: ServerContext, transport: ProcessTransport) {
    const { events, clock } = context;
    this.#context = context;
    this.#transport = transport;
    this.#supervisor = new Supervisor({ events, clock, hub: transport.hub });
  }

  /** Whether the workers are being ended: then none is started any more. */
  get isEnding(): boolean {
    return this.#supervisor.isEnding;
  }

  /**
   * Starts a worker, for a connection or ahead of one (null). Returns null, and tells why, if the process cannot be
   * started.
   */
  start(connection: AcceptedConnection | null): WorkerProcess | null {
    const worker = this.#supervisor.start((number) => this.#transport.start(number, connection));
    if (worker === null) return null;
    worker.exited.then(() => this.#transport.reaped(worker));
    this.#tellOrigin(worker, connection);
    return worker;
  }

  #tellOrigin(worker: WorkerProcess, connection: AcceptedConnection | null): void {
    const { events } = this.#context;
    if (!events.wants("process_started")) return;
    events.emit({
      event: "process_started",
      workerPid: worker.pid,
      connection: connection?.info ?? null,
      origin: this.#transport.originOf(worker, connection),
    });
  }

  /**
   * Starts a worker for a connection, likewise, but tries again where this server is short of descriptors or memory, as
   * long as the connection may wait.
   */
  async startFor(
    connection: AcceptedConnection,
    limit: WaitLimit,
  ): Promise<WorkerProcess | null> {
    while (true) {
      const worker = this.start(connection);
      if (worker !== null || !this.#supervisor.isShort || limit.isOver) return worker;
      await this.#context.clock.sleep(RETRY_MS, limit.signal);
    }
  }

  /**
   * Engages a worker for a connection and opens that to it. If it is not opened the worker has ended, or is made to,
   * unless the connection has waited too long.
   */
  async engage(worker: WorkerProcess, target: Target): Promise<Engagement> {
    const engaged = worker.engage();
    return { ...engaged, opened: await this.#open(engaged, target) };
  }

  /** Where this server is short of descriptors or memory, no worker is to blame: it tries again. */
  async #open(
    engaged: EngagedWorker,
    { connection, limit }: Target,
  ): Promise<OpenedConnection | null> {
    const { worker } = engaged;
    if (!worker.isReady && !await Promise.race([worker.ready, limit.ended])) return null;
    let shortage: string | null = null;
    while (!worker.hasExited && !limit.isOver) {
      try {
        const opened = await this.#transport.open(engaged, connection);
        const { info, descriptorNumber: descriptor } = connection;
        this.#context.events.emit({
          event: "connection_opened",
          connection: info,
          workerPid: worker.pid,
          descriptor,
        });
        return opened;
      } catch (error) {
        if (!isStreamError(error)) throw error;
        shortage = reasonOf(error);
        if (!mayOpenLater(error)) {
          worker.reject(shortage);
          return null;
        }
        await this.#context.clock.sleep(RETRY_MS, limit.signal);
      }
    }
    if (limit.isOver && shortage !== null) this.#tellShortage(worker, shortage);
    return null;
  }

  /** Tells why a connection was given up although there is a worker for it. */
  #tellShortage({ pid: workerPid }: WorkerProcess, shortage: string): void {
    const error = say`Cannot connect to worker ${workerPid}: ${shortage}`;
    this.#context.events.emit({ event: "worker_failed", workerPid, error });
  }

  /** Ends a worker that nobody needs any more. */
  async end(worker: WorkerProcess): Promise<void> {
    await this.#supervisor.end(worker);
  }

  /**
   * Serves a connection that was opened to its worker, or refuses it if it was not; tells how it ended. Resolves
   * when the worker is done with it, or is ended.
   */
  async serve(connection: AcceptedConnection, engagement: Engagement): Promise<void> {
    const { worker, opened } = engagement;
    const closed = Promise.withResolvers<void>();
    worker.reportAfter(closed.promise);
    let outcome: Outcome | null = null;
    try {
      if (opened === null) connection.refuse(await this.#refusalReason(worker));
      else outcome = await this.#carry(opened, { connection, engagement });
      if (outcome !== null) connection.tellClosed(outcome);
    } finally {
      closed.resolve();
    }
    const isLost = outcome !== null && LOST.has(outcome.reason);
    if (isLost) await this.#hangUp(connection.info.id, engagement);
    await this.#transport.finish(worker, { isLost });
  }

  /** Lets a worker finish with a connection that it has lost, but not for long: its handler may take no notice. */
  async #hangUp(connection: number, { worker, done }: Engagement): Promise<void> {
    const isTold = await worker.hangUp(connection);
    if (isTold && await within(HANG_UP_MS, done, this.#context) !== LATE) return;
    await this.#supervisor.end(worker);
  }

  /** Carries a connection between its client and its worker until it is closed. */
  async #carry(
    opened: OpenedConnection,
    { connection, engagement }: {
      readonly connection: AcceptedConnection;
      readonly engagement: Engagement;
    },
  ): Promise<Outcome> {
    const { clock } = this.#context;
    using lifespan = new Lifespan({ leftMs: connection.timeLeftMs, clock });
    const { bytesIn, bytesOut, endedBy } = await opened.carry({
      workerDone: engagement.done,
      signal: this.#ended.signal,
      timeOver: lifespan.signal,
      hangUp: () => this.#hangUp(connection.info.id, engagement),
    });
    const processEnd = this.#reasonOfEnd(engagement);
    const reason = await closeReason(endedBy, processEnd, clock);
    return { bytesIn, bytesOut, reason };
  }

  /** Why a connection closed whose worker is done with it. */
  async #reasonOfEnd(
    { worker, done }: EngagedWorker,
  ): Promise<CloseReason> {
    if (await done === "finished") return "finished";
    const exit = await worker.exited;
    return exit.reason === "killed_by_us" ? "server_stopped" : this.#transport.reasonOf(exit);
  }

  /** Why a connection was not served whose worker ended before it could be. */
  async #refusalReason(worker: WorkerProcess): Promise<CloseReason> {
    const { reason } = await worker.exited;
    return reason === "killed_by_us" ? "server_stopped" : "worker_failed";
  }

  /** Ends every worker, and then every connection, also one whose client does not read what it is still due. */
  async endAll(): Promise<void> {
    await this.#supervisor.endAll();
    this.#ended.abort();
    await this.#supervisor.allReported();
  }

  /** Ends what is left, and leaves no file behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await this.#transport[Symbol.asyncDispose]();
  }
}

/** Why a connection was not served for which there is no worker. */
export function reasonWithoutWorker(
  { isEnding }: Pick<Workers, "isEnding">,
  limit: Pick<WaitLimit, "isOver" | "reason">,
): CloseReason {
  if (isEnding) return "server_stopped";
  return limit.isOver ? limit.reason : "worker_failed";
}

/**
 * True where no worker is to blame that a connection cannot be opened to it, or its queue is full (EAGAIN, unix(7)).
 */
function mayOpenLater(error: unknown): boolean {
  return isShortage(error) || errnoOf(error) === "EAGAIN";
}
