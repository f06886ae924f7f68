/**
 * The workers of one server with all that they need: the run folder, the hub, the command that starts one, and the way
 * of a connection through one. The modes decide which worker gets which connection.
 *
 * @module
 */

import {
  errnoOf,
  EXIT_STATUS,
  isShortage,
  isStreamError,
  OperationalError,
  reasonOf,
} from "../../ipc/errors.ts";
import { relay } from "../../ipc/relay.ts";
import type { ByteStream, ConnectionInfo } from "../../ipc/transport.ts";
import { UnixParentTransport } from "../../ipc/transports/unix.ts";
import { type AcceptedConnection, closeReason, type Outcome } from "../accept/connection.ts";
import type { CloseReason, WorkerExit } from "../events.ts";
import { GuardProcess } from "./guard_process.ts";
import { Home } from "./home/home.ts";
import type { ModeContext } from "../modes/mode.ts";
import { openSessions, type SessionCommand, type SessionSpawn } from "./spawn/own_session.ts";
import type { Patience } from "../accept/patience.ts";
import type { RunFolder } from "./home/run_folder.ts";
import { Supervisor } from "./supervisor.ts";
import { workerCommand } from "./worker_command.ts";
import type { EngagementEnd, WorkerProcess } from "./worker_process.ts";

/** What the workers are started with. */
export interface WorkersOptions {
  /** How many connections one serves before it exits; 0 means no end. */
  readonly connectionsPerWorker: number;
  /** The URL of the handler's module; null for the echo. */
  readonly handlerUrl: string | null;
}

/** How long a worker may go on with a connection whose client is lost. */
const HANG_UP_MS = 1000;

/** How long it takes until a stream is tried again that cannot be opened for now. */
const RETRY_MS = 100;

/** A worker and the connection it serves. */
export interface Engagement {
  /** The worker. */
  readonly worker: WorkerProcess;
  /** The stream that carries the connection to it, or null if it could not be opened. */
  readonly stream: ByteStream | null;
  /** Resolves when the worker is done with the connection. */
  readonly done: Promise<EngagementEnd>;
}

/** What workers are made with. */
interface Parts {
  readonly folder: RunFolder;
  readonly spawn: SessionSpawn;
  readonly supervisor: Supervisor;
  readonly guard: GuardProcess | null;
  readonly owned: AsyncDisposableStack;
}

/** Owns the run folder, the hub, the workers, and the guard of those that run a module. */
export class Workers implements AsyncDisposable {
  readonly #folder: RunFolder;
  readonly #spawn: SessionSpawn;
  readonly #supervisor: Supervisor;
  readonly #guard: GuardProcess | null;
  readonly #owned: AsyncDisposableStack;
  readonly #options: ModeContext & WorkersOptions;
  /** Aborts when all workers have been ended: then no connection goes on. */
  readonly #ended = new AbortController();
  #isFolderSound = true;

  private constructor(parts: Parts, options: ModeContext & WorkersOptions) {
    this.#folder = parts.folder;
    this.#spawn = parts.spawn;
    this.#supervisor = parts.supervisor;
    this.#guard = parts.guard;
    this.#owned = parts.owned;
    this.#options = options;
  }

  /** Makes the run folder and opens the hub. Throws `OperationalError` where it cannot. */
  static async open(context: ModeContext, options: WorkersOptions): Promise<Workers> {
    if (Deno.build.os === "windows") {
      throw new OperationalError(
        "Cannot start workers: Deno has no Unix-domain sockets on Windows; use --transport pipe",
      );
    }
    const { events, clock } = context;
    await using stack = new AsyncDisposableStack();
    const { folder, hub } = stack.use(await Home.open(clock));
    const spawn = await openSessions(folder.launcherPath);
    // An echo notices that the server is gone; a module may run for ever and notice nothing.
    const guard = options.handlerUrl === null ? null : stack.use(new GuardProcess(context));
    const supervisor = stack.use(new Supervisor({ events, clock, hub }));
    const parts = { folder, spawn, supervisor, guard, owned: stack.move() };
    return new Workers(parts, { ...context, ...options });
  }

  /** Whether the workers are being ended: then none is started any more. */
  get isEnding(): boolean {
    return this.#supervisor.isEnding;
  }

  /** Starts a worker. Returns null, and tells why, if the process cannot be started. */
  start(): WorkerProcess | null {
    const worker = this.#supervisor.start((number) => this.#spawn(this.#command(number), "null"));
    if (worker === null) return null;
    this.#guard?.watch(worker.pid);
    worker.exited.then(() => {
      this.#guard?.forget(worker.pid);
      this.#removeSocket(worker.number);
    });
    return worker;
  }

  /** A folder that can no more be written ends the connections that need it, and not the server. */
  #removeSocket(worker: number): void {
    try {
      this.#folder.removeWorker(worker);
      this.#isFolderSound = true;
    } catch (cause) {
      if (errnoOf(cause) === null) throw cause;
      if (!this.#isFolderSound) return;
      this.#isFolderSound = false;
      const error = `Cannot remove ${this.#folder.workerPath(worker)}: ${reasonOf(cause)}`;
      this.#options.events.emit({ event: "run_folder_failed", error });
    }
  }

  #command(worker: number): SessionCommand {
    const { connectionsPerWorker, handlerUrl } = this.#options;
    return workerCommand({
      transport: "unix",
      socket: this.#folder.workerPath(worker),
      control: this.#folder.hubPath,
      handlerUrl,
      worker,
      connections: connectionsPerWorker,
    });
  }

  /**
   * Opens a stream for a connection to a worker, or gives null: then the worker has ended, or is made to, unless the
   * patience is over. Where this server is short of descriptors or memory, no worker is to blame: it tries again.
   */
  async connect(
    worker: WorkerProcess,
    { info, patience }: { readonly info: ConnectionInfo; readonly patience: Patience },
  ): Promise<ByteStream | null> {
    if (!await Promise.race([worker.ready, patience.ended])) return null;
    const transport = new UnixParentTransport(this.#folder.workerPath(worker.number));
    let shortage: string | null = null;
    while (!worker.hasExited && !patience.isOver) {
      try {
        return await transport.open(info);
      } catch (error) {
        if (!isStreamError(error)) throw error;
        shortage = reasonOf(error);
        if (!mayOpenLater(error)) {
          worker.reject(shortage);
          return null;
        }
        await this.#options.clock.sleep(RETRY_MS, patience.signal);
      }
    }
    if (patience.isOver && shortage !== null) this.#tellShortage(worker, shortage);
    return null;
  }

  /** Tells why a connection was given up although there is a worker for it. */
  #tellShortage({ pid: workerPid }: WorkerProcess, shortage: string): void {
    const error = `Cannot connect to worker ${workerPid}: ${shortage}`;
    this.#options.events.emit({ event: "worker_failed", workerPid, error });
  }

  /** Ends a worker that nobody needs any more. */
  async end(worker: WorkerProcess): Promise<void> {
    await this.#supervisor.end(worker);
  }

  /** Serves a connection through the stream to its worker, or refuses it if there is none; tells how it ended. */
  async serve(connection: AcceptedConnection, engagement: Engagement): Promise<void> {
    const { worker, stream, done } = engagement;
    const closed = Promise.withResolvers<void>();
    worker.reportAfter(closed.promise);
    let outcome: Outcome | null = null;
    try {
      if (stream === null) connection.refuse(refusalReason(await worker.exited));
      else outcome = await this.#relay(connection, { worker, stream, done });
      if (outcome !== null) connection.tellClosed(outcome);
    } finally {
      closed.resolve();
    }
    if (outcome?.reason === "client_lost" || outcome?.reason === "idle_timeout") {
      await this.#hangUp(connection.info.id, engagement);
    }
  }

  /** Lets a worker finish with a connection that it has lost, but not for long: its handler may take no notice. */
  async #hangUp(connection: number, { worker, done }: Engagement): Promise<void> {
    await worker.hangUp(connection);
    const settled = new AbortController();
    const patience = this.#options.clock.sleep(HANG_UP_MS, settled.signal).then(() =>
      "late" as const
    );
    const outcome = await Promise.race([done, patience]);
    settled.abort();
    if (outcome === "late") await this.#supervisor.end(worker);
  }

  /** Relays between a client and the stream to its worker until both are closed. */
  async #relay(
    connection: AcceptedConnection,
    engagement: Engagement & { readonly stream: ByteStream },
  ): Promise<Outcome> {
    const { clock, idleTimeoutMs } = this.#options;
    const { bytesIn, bytesOut, endedBy } = await relay(connection.stream, engagement.stream, {
      onInbound: connection.onMessage,
      serverGone: engagement.done,
      unsentBytes: () => connection.unsentBytes(),
      idleTimeoutMs,
      clock,
      signal: this.#ended.signal,
    });
    const reason = await closeReason(endedBy, reasonOfEnd(engagement), clock);
    return { bytesIn, bytesOut, reason };
  }

  /** Ends every worker, and then every connection, also one whose client does not read what it is still due. */
  async endAll(): Promise<void> {
    await this.#supervisor.endAll();
    this.#ended.abort();
    await this.#supervisor.allReported();
  }

  /** Ends what is left, and removes the run folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await this.#owned.disposeAsync();
  }
}

/** True where no worker is to blame that a stream to it cannot be opened, or its queue is full (EAGAIN, unix(7)). */
function mayOpenLater(error: unknown): boolean {
  return isShortage(error) || errnoOf(error) === "EAGAIN";
}

/** Why a connection closed whose worker is done with it. */
async function reasonOfEnd(
  { worker, done }: Pick<Engagement, "worker" | "done">,
): Promise<CloseReason> {
  if (await done === "finished") return "finished";
  const exit = await worker.exited;
  if (exit.reason === "killed_by_us") return "server_stopped";
  if (exit.status === EXIT_STATUS.failed) return "handler_failed";
  return exit.status === EXIT_STATUS.done ? "finished" : "worker_lost";
}

/** Why a connection was not served whose worker ended before it could be. */
function refusalReason(exit: WorkerExit): CloseReason {
  return exit.reason === "killed_by_us" ? "server_stopped" : "worker_failed";
}
