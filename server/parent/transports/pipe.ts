/**
 * Processes with the client on their standard input and output, each for one connection: programs, and workers with
 * `--transport pipe`. They have no control channel.
 *
 * @module
 */

import { isStreamError } from "../../../ipc/errors.ts";
import { PipeParentTransport } from "../../../ipc/transports/pipe.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { CloseReason, ProcessOrigin, WorkerExit } from "../../events.ts";
import type { ServerContext } from "../../context.ts";
import { GuardProcess } from "../process/guard_process.ts";
import { descriptorsOf, SESSION_CALL, startSession } from "../spawn/session.ts";
import type { EngagedWorker, Process, WorkerProcess } from "../process/worker_process.ts";
import type { ProcessCommand } from "./process_command.ts";
import { PipedProcess } from "./piped_process.ts";
import { RelayedConnection } from "./relayed_connection.ts";
import type { ProcessTransport } from "./transport.ts";

/** What the transport is made with. */
interface Parts {
  readonly command: ProcessCommand;
  readonly guard: GuardProcess;
  readonly context: ServerContext;
  readonly owned: AsyncDisposableStack;
}

/** Owns the pipes of the processes, and the guard. */
export class PipeTransport implements ProcessTransport {
  /** None: the process is ready at once. */
  readonly hub = null;
  readonly #parts: Parts;
  /** By the numbers of their workers. */
  readonly #processes = new Map<number, PipedProcess>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Starts the guard, and nothing else. */
  static async open(
    context: ServerContext,
    command: ProcessCommand,
  ): Promise<PipeTransport> {
    await using stack = new AsyncDisposableStack();
    const guard = stack.use(new GuardProcess(context));
    return new PipeTransport({ command, guard, context, owned: stack.move() });
  }

  /** Starts the connection's process. */
  start(number: number, connection: AcceptedConnection | null): Process {
    if (connection === null) throw new TypeError("A process over pipes is never started ahead");
    const { command, guard } = this.#parts;
    const session = guard.marked(command.command(connection));
    const process = new PipedProcess(startSession(session, "piped"), command.isWorker);
    guard.watch(process.pid);
    this.#processes.set(number, process);
    return process;
  }

  /** It has the pipes from its start. */
  originOf(): ProcessOrigin {
    return {
      call: SESSION_CALL,
      descriptors: descriptorsOf("piped"),
      reception: { by: "pipes" },
      isSignalledWithGroup: true,
    };
  }

  /** The process's pipes, over which a worker has been told who is connected. */
  async open(
    { worker }: EngagedWorker,
    connection: AcceptedConnection,
  ): Promise<RelayedConnection> {
    const { stream } = this.#processOf(worker);
    try {
      if (this.#parts.command.isWorker) {
        await new PipeParentTransport(stream).open(connection.info);
      }
    } catch (error) {
      // It has ended already: the relay will find its output ended too.
      if (!isStreamError(error)) throw error;
    }
    return new RelayedConnection(connection, stream, this.#parts.context);
  }

  /** What the kind of process says with its exit status. */
  reasonOf(exit: WorkerExit): CloseReason {
    return this.#parts.command.reasonOf(exit);
  }

  /** Nothing: what it has started may still serve its connection. */
  reaped(): void {}

  /** Ends all that is left of the group of a process whose client is lost, and guards it no more. */
  async finish(worker: WorkerProcess, { isLost }: { readonly isLost: boolean }): Promise<void> {
    const { guard, context: { clock } } = this.#parts;
    if (isLost) await this.#processOf(worker).endGroup(clock);
    await worker.reported;
    this.#processes.delete(worker.number);
    guard.forget(worker.pid);
  }

  #processOf({ number }: WorkerProcess): PipedProcess {
    const process = this.#processes.get(number);
    if (process === undefined) throw new TypeError(`Worker ${number} has no pipes`);
    return process;
  }

  /** Ends the guard. The processes must have ended before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.owned.disposeAsync();
  }
}
