/**
 * Per-connection mode: a worker process for each connection, which ends with it.
 *
 * @module
 */

import { isStreamError, OperationalError, reasonOf } from "../../ipc/errors.ts";
import { formatArgv } from "../../ipc/flags.ts";
import { relay } from "../../ipc/relay.ts";
import { selfCommand } from "../../ipc/self.ts";
import type { ByteStream, ConnectionInfo } from "../../ipc/transport.ts";
import { UnixParentTransport } from "../../ipc/transports/unix.ts";
import type { AcceptedConnection, Outcome } from "../connection.ts";
import type { CloseReason, EventBus, WorkerExit } from "../events.ts";
import { Hub } from "../hub.ts";
import { RunFolder, runFolderCandidates } from "../run_folder.ts";
import { Supervisor, type Worker } from "../supervisor.ts";
import { WORKER_COMMAND, WORKER_FLAGS } from "../worker.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** Owns the run folder, the hub and the workers. */
export class PerConnectionMode implements Mode {
  readonly #folder: RunFolder;
  readonly #supervisor: Supervisor;
  readonly #events: EventBus;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    parts: { folder: RunFolder; supervisor: Supervisor; owned: AsyncDisposableStack },
    events: EventBus,
  ) {
    this.#folder = parts.folder;
    this.#supervisor = parts.supervisor;
    this.#owned = parts.owned;
    this.#events = events;
  }

  /** Makes the run folder and opens the hub. Throws `OperationalError` where it cannot. */
  static async open(context: ModeContext): Promise<PerConnectionMode> {
    if (Deno.build.os === "windows") {
      throw new OperationalError(
        "Cannot serve in per-connection mode: Deno has no Unix-domain sockets on Windows; " +
          "use --mode iterative",
      );
    }
    const { events, clock } = context;
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await RunFolder.create(runFolderCandidates(Deno.env)));
    const hub = stack.use(new Hub(folder.hubPath, clock));
    const spawn = (worker: number) => spawnWorker(folder, worker);
    const supervisor = stack.use(new Supervisor({ events, clock, hub, spawn }));
    return new PerConnectionMode({ folder, supervisor, owned: stack.move() }, events);
  }

  /** Starts a worker, relays between it and the client, and reaps it. */
  async serve(connection: AcceptedConnection): Promise<void> {
    const worker = this.#startWorker();
    const closed = Promise.withResolvers<void>();
    worker?.reportAfter(closed.promise);
    connection.tellAccepted(worker?.pid ?? null);
    try {
      connection.tellClosed(await this.#relay(connection, worker));
    } finally {
      closed.resolve();
    }
    if (worker === null) return;
    await worker.reported;
    this.#folder.removeWorker(worker.number);
  }

  /** Relays until the connection is closed. Resolves to what passed, and why it closed. */
  async #relay(connection: AcceptedConnection, worker: Worker | null): Promise<Outcome> {
    const stream = worker && await this.#openStream(worker, connection.info);
    if (worker === null || stream === null) {
      connection.stream.close();
      const isStopped = (await worker?.exited)?.reason === "killed_by_us";
      return { bytesIn: 0, bytesOut: 0, reason: isStopped ? "server_stopped" : "worker_failed" };
    }
    const { bytesIn, bytesOut, endedBy } = await relay(connection.stream, stream, {
      onInbound: connection.onMessage,
      serverGone: worker.exited,
    });
    const reason = endedBy === "server" ? closeReason(await worker.exited) : CLOSE_REASONS[endedBy];
    return { bytesIn, bytesOut, reason };
  }

  #startWorker(): Worker | null {
    try {
      return this.#supervisor.start();
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.#events.emit({ event: "worker_failed", workerPid: null, error: error.message });
      return null;
    }
  }

  /** The stream to a worker, or null if it cannot be had: then the worker has ended, or is made to. */
  async #openStream(worker: Worker, info: ConnectionInfo): Promise<ByteStream | null> {
    if (!await worker.ready) return null;
    try {
      return await new UnixParentTransport(this.#folder.workerPath(worker.number)).open(info);
    } catch (error) {
      if (!isStreamError(error)) throw error;
      worker.reject(`Cannot connect to worker ${worker.pid}: ${reasonOf(error)}`);
      return null;
    }
  }

  /** Ends every worker, and so every connection. */
  endAll(): Promise<void> {
    return this.#supervisor.endAll();
  }

  /** Ends what is left, and removes the run folder. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}

const CLOSE_REASONS = { both: "finished", client: "client_lost" } as const;

/** Why the connection of a worker closed that is gone before its client. */
function closeReason(exit: WorkerExit): CloseReason {
  if (exit.reason === "killed_by_us") return "server_stopped";
  return exit.status === 0 ? "finished" : "worker_lost";
}

/**
 * Starts a worker's process. `detached` puts it into a session of its own, so that a Ctrl-C in the server's terminal
 * reaches the server alone, which then decides when its workers end.
 */
function spawnWorker(folder: RunFolder, worker: number): Deno.ChildProcess {
  const flags = { socket: folder.workerPath(worker), control: folder.hubPath, worker };
  const { path, args } = selfCommand([WORKER_COMMAND, ...formatArgv(WORKER_FLAGS, flags)]);
  return new Deno.Command(path, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
    detached: true,
  }).spawn();
}
