/**
 * Workers that get the client's socket itself: each is started with one end of a door, through which the parent sends
 * it one socket after another, and has a control channel to the hub, over which it reports.
 *
 * @module
 */

import { DOOR, SocketParentTransport } from "../../../ipc/transports/socket.ts";
import { SHIELDED_SIGNALS } from "../../../cli/shield.ts";
import { Children } from "../../../ipc/posix/processes/children.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { ServerContext } from "../../context.ts";
import type { CloseReason, ProcessOrigin, WorkerExit } from "../../events.ts";
import { workerCommand } from "../process/worker_command.ts";
import type { EngagedWorker, Process, WorkerProcess } from "../process/worker_process.ts";
import { Rendezvous } from "../rendezvous/rendezvous.ts";
import { asItIs, startSessionWith } from "../spawn/session.ts";
import { closeCopy, type HandingOver } from "./handing_over.ts";
import { HandedOverConnection } from "./handed_over_connection.ts";
import type { ProcessTransport, WorkersOptions } from "./transport.ts";
import { reasonOfWorkerExit } from "./worker_exit.ts";

/** What the transport is made with. */
interface Parts {
  readonly rendezvous: Rendezvous;
  readonly children: Children;
  readonly handingOver: HandingOver;
  readonly owned: AsyncDisposableStack;
}

/** The way to one worker. */
interface Door {
  /** The parent's end. */
  readonly transport: SocketParentTransport;
  /** The number that the worker's end had in the parent. */
  readonly workerEnd: number;
}

/** Owns the run folder, the hub, and the doors. */
export class SocketTransport implements ProcessTransport {
  readonly #parts: Parts;
  readonly #context: ServerContext;
  readonly #options: WorkersOptions;
  /** By the numbers of their workers. */
  readonly #doors = new Map<number, Door>();

  private constructor(parts: Parts, options: WorkersOptions, context: ServerContext) {
    this.#parts = parts;
    this.#options = options;
    this.#context = context;
  }

  /** Makes the run folder and opens the hub. Throws `OperationalError` where it cannot. */
  static async open(
    context: ServerContext,
    options: WorkersOptions & { readonly handingOver: HandingOver },
  ): Promise<SocketTransport> {
    const { handingOver } = options;
    await using stack = new AsyncDisposableStack();
    const rendezvous = stack.use(await Rendezvous.open(context.clock));
    const children = stack.use(handingOver.children ?? new Children());
    const parts = { rendezvous, children, handingOver, owned: stack.move() };
    return new SocketTransport(parts, options, context);
  }

  /** Where workers say hello. */
  get hub(): Rendezvous["hub"] {
    return this.#parts.rendezvous.hub;
  }

  /** Starts a worker, whatever connections it will get. */
  start(worker: number): Process {
    const { rendezvous: { folder }, children, handingOver } = this.#parts;
    const { connectionsPerWorker: connections, handlerUrl, prepare = asItIs } = this.#options;
    const { events, idleTimeoutMs, showsTraffic = false } = this.#context;
    const command = prepare(workerCommand({
      transport: "socket",
      control: folder.hubPath,
      handlerUrl,
      worker,
      connections,
      parentPid: Deno.pid,
      idleTimeoutMs,
      reportsMessages: events.wants("message_received"),
      reportsTraffic: showsTraffic,
      ...handingOver.flags,
    }));
    const inherited = handingOver.inherited ?? [];
    const { transport, started } = SocketParentTransport.open((workerEnd) => ({
      child: startSessionWith(
        new Map([[DOOR, workerEnd], ...inherited]),
        { ...command, blocks: SHIELDED_SIGNALS },
        children,
      ),
      workerEnd: workerEnd.number,
    }));
    this.#doors.set(worker, { transport, workerEnd: started.workerEnd });
    return { ...started.child, isShielded: true };
  }

  /** It has one end of its door, and what a program inherits. */
  originOf(worker: WorkerProcess): ProcessOrigin {
    const { transport, workerEnd } = this.#doorOf(worker);
    return {
      call: "posix_spawn",
      descriptors: [
        ...[0, 1, 2].map((number) => ({ number, kind: "inherited", copyOf: null } as const)),
        { number: DOOR, kind: "door", copyOf: workerEnd },
      ],
      reception: { by: "sendmsg", door: transport.number },
      isSignalledWithGroup: false,
    };
  }

  /** Sends the socket to the worker, and closes it here. */
  open(engaged: EngagedWorker, connection: AcceptedConnection): Promise<HandedOverConnection> {
    const opened = new HandedOverConnection(connection, engaged);
    this.#doorOf(engaged.worker).transport.send(connection.descriptor, connection.info);
    const { putAway = closeCopy } = this.#parts.handingOver;
    putAway(connection);
    return Promise.resolve(opened);
  }

  #doorOf({ number }: WorkerProcess): Door {
    const door = this.#doors.get(number);
    if (door === undefined) throw new TypeError(`Worker ${number} has no door`);
    return door;
  }

  /** A worker says with its exit status whether its handler has failed. */
  reasonOf(exit: WorkerExit): CloseReason {
    return reasonOfWorkerExit(exit);
  }

  /** Closes its door. */
  reaped(worker: WorkerProcess): void {
    this.#doors.get(worker.number)?.transport[Symbol.dispose]();
    this.#doors.delete(worker.number);
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
