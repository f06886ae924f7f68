/**
 * Programs that get the client's socket itself as their standard input and output, each for one connection, as under
 * inetd(8). They have no control channel, and nobody counts their bytes.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import { Children } from "../../../ipc/posix/processes/children.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { ServerContext } from "../../context.ts";
import type { CloseReason, ProcessOrigin, WorkerExit } from "../../events.ts";
import { GuardProcess } from "../process/guard_process.ts";
import type { EngagedWorker, Process, WorkerProcess } from "../process/worker_process.ts";
import { endGroup, signalWithGroup } from "../spawn/process_group.ts";
import { startSessionWith } from "../spawn/session.ts";
import { closeCopy, type HandingOver } from "./handing_over.ts";
import { HandedOverConnection } from "./handed_over_connection.ts";
import type { ProcessCommand } from "./process_command.ts";
import type { ProcessTransport } from "./transport.ts";

/** What the transport is made with. */
interface Parts {
  readonly command: ProcessCommand;
  readonly children: Children;
  readonly guard: GuardProcess;
  readonly clock: Clock;
  readonly putAway: (connection: AcceptedConnection) => void;
  readonly owned: AsyncDisposableStack;
}

/** Owns the guard. */
export class SocketProgramTransport implements ProcessTransport {
  /** None: a program is ready at once. */
  readonly hub = null;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Starts the guard, and nothing else. */
  static async open(
    context: ServerContext,
    { command, handingOver }: {
      readonly command: ProcessCommand;
      readonly handingOver: HandingOver;
    },
  ): Promise<SocketProgramTransport> {
    await using stack = new AsyncDisposableStack();
    const guard = stack.use(new GuardProcess(context));
    const children = stack.use(handingOver.children ?? new Children());
    const { putAway = closeCopy } = handingOver;
    return new SocketProgramTransport({
      command,
      children,
      guard,
      clock: context.clock,
      putAway,
      owned: stack.move(),
    });
  }

  /** Starts the connection's program with the socket, and closes that here. */
  start(_number: number, connection: AcceptedConnection | null): Process {
    if (connection === null) throw new TypeError("A program is never started ahead");
    const { command, guard, children, putAway } = this.#parts;
    const { descriptor } = connection;
    const descriptors = new Map([[0, descriptor], [1, descriptor]]);
    const child = startSessionWith(
      descriptors,
      guard.marked(command.command(connection)),
      children,
    );
    guard.watch(child.pid);
    putAway(connection);
    return { ...child, kill: (signal = "SIGTERM") => signalWithGroup(child, signal) };
  }

  /** It has the client's socket from its start. */
  originOf(_worker: WorkerProcess, connection: AcceptedConnection | null): ProcessOrigin {
    const copyOf = connection?.descriptorNumber ?? null;
    return {
      call: "posix_spawn",
      descriptors: [
        { number: 0, kind: "client", copyOf },
        { number: 1, kind: "client", copyOf },
        { number: 2, kind: "inherited", copyOf: null },
      ],
      reception: { by: "start" },
      isSignalledWithGroup: true,
    };
  }

  /** Nothing is left to do: the program has the connection. */
  open(engaged: EngagedWorker, connection: AcceptedConnection): Promise<HandedOverConnection> {
    return Promise.resolve(new HandedOverConnection(connection, engaged));
  }

  /** A program says with its exit status what it likes. */
  reasonOf(exit: WorkerExit): CloseReason {
    return this.#parts.command.reasonOf(exit);
  }

  /** Nothing: what it has started may still serve its connection. */
  reaped(): void {}

  /** Ends all that is left of the group of a program whose connection was ended, and guards it no more. */
  async finish(worker: WorkerProcess, { isLost }: { readonly isLost: boolean }): Promise<void> {
    const { guard, clock } = this.#parts;
    if (isLost) await endGroup(worker.pid, clock);
    await worker.reported;
    guard.forget(worker.pid);
  }

  /** Ends the guard. The programs must have ended before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.owned.disposeAsync();
  }
}
