/**
 * Workers over Unix-domain sockets: each listens on a socket of its own in the run folder, and has a control channel to
 * the hub. A connection is opened by connecting to that socket.
 *
 * @module
 */

import { errnoOf, OperationalError, reasonOf } from "../../../ipc/errors.ts";
import { shielded } from "../../../cli/shield.ts";
import { UnixParentTransport } from "../../../ipc/transports/unix.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { CloseReason, ProcessOrigin, WorkerExit } from "../../events.ts";
import type { ServerContext } from "../../context.ts";
import { GuardProcess } from "../process/guard_process.ts";
import { Rendezvous } from "../rendezvous/rendezvous.ts";
import { asItIs, descriptorsOf, SESSION_CALL, startSession } from "../spawn/session.ts";
import { workerCommand } from "../process/worker_command.ts";
import type { EngagedWorker, Process, WorkerProcess } from "../process/worker_process.ts";
import { RelayedConnection } from "./relayed_connection.ts";
import type { ProcessTransport, WorkersOptions } from "./transport.ts";
import { reasonOfWorkerExit } from "./worker_exit.ts";
import { say } from "../../../ipc/say.ts";

/** What the transport is made with. */
interface Parts {
  readonly rendezvous: Rendezvous;
  readonly guard: GuardProcess | null;
  readonly owned: AsyncDisposableStack;
}

/** Owns the run folder, the hub, and the guard of workers that run a module. */
export class UnixTransport implements ProcessTransport {
  readonly #parts: Parts;
  readonly #context: ServerContext;
  readonly #options: WorkersOptions;
  #isFolderSound = true;

  private constructor(
    parts: Parts,
    options: WorkersOptions & { readonly context: ServerContext },
  ) {
    this.#parts = parts;
    this.#context = options.context;
    this.#options = options;
  }

  /** Makes the run folder and opens the hub. Throws `OperationalError` where it cannot. */
  static async open(
    context: ServerContext,
    options: WorkersOptions,
  ): Promise<UnixTransport> {
    if (Deno.build.os === "windows") {
      throw new OperationalError(
        say`Cannot start workers: Deno has no Unix-domain sockets on Windows; use --transport pipe`,
      );
    }
    await using stack = new AsyncDisposableStack();
    const rendezvous = stack.use(await Rendezvous.open(context.clock));
    // An echo notices that the server is gone; a module may run for ever and notice nothing.
    const guard = options.handlerUrl === null ? null : stack.use(new GuardProcess(context));
    const parts = { rendezvous, guard, owned: stack.move() };
    return new UnixTransport(parts, { ...options, context });
  }

  /** Where workers say hello. */
  get hub(): Rendezvous["hub"] {
    return this.#parts.rendezvous.hub;
  }

  /** Starts a worker, whatever connections it will get. */
  start(worker: number): Process {
    const { rendezvous: { folder }, guard } = this.#parts;
    const { connectionsPerWorker: connections, handlerUrl, prepare = asItIs } = this.#options;
    const command = shielded(prepare(workerCommand({
      transport: "unix",
      socket: folder.workerPath(worker),
      control: folder.hubPath,
      handlerUrl,
      worker,
      connections,
    })));
    const process = startSession(guard?.marked(command) ?? command, "null");
    const { pid, status } = process;
    guard?.watch(pid);
    return { pid, status, kill: (signal) => process.kill(signal), isShielded: true };
  }

  /** It has no input, and a socket to be connected to. */
  originOf({ number }: WorkerProcess): ProcessOrigin {
    const path = this.#parts.rendezvous.folder.workerPath(number);
    return {
      call: SESSION_CALL,
      descriptors: descriptorsOf("null"),
      reception: { by: "connect", path },
      isSignalledWithGroup: false,
    };
  }

  /** Connects to the worker's socket. */
  async open(
    { worker }: EngagedWorker,
    connection: AcceptedConnection,
  ): Promise<RelayedConnection> {
    const path = this.#parts.rendezvous.folder.workerPath(worker.number);
    const stream = await new UnixParentTransport(path).open(connection.info);
    return new RelayedConnection(connection, stream, this.#context);
  }

  /** A worker says with its exit status whether its handler has failed. */
  reasonOf(exit: WorkerExit): CloseReason {
    return reasonOfWorkerExit(exit);
  }

  /** Removes its socket. A folder that can no more be written ends the connections that need it, and not the server. */
  reaped(worker: WorkerProcess): void {
    const { rendezvous: { folder }, guard } = this.#parts;
    guard?.forget(worker.pid);
    try {
      folder.removeWorker(worker.number);
      this.#isFolderSound = true;
    } catch (cause) {
      if (errnoOf(cause) === null) throw cause;
      if (!this.#isFolderSound) return;
      this.#isFolderSound = false;
      const error = say`Cannot remove ${folder.workerPath(worker.number)}: ${reasonOf(cause)}`;
      this.#context.events.emit({ event: "run_folder_failed", error });
    }
  }

  /** Nothing: the worker may take the next. */
  finish(): Promise<void> {
    return Promise.resolve();
  }

  /** Removes the run folder. The workers must have ended before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.owned.disposeAsync();
  }
}
