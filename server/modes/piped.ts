/**
 * A process for each connection, with the client on its standard input and output: programs in per-connection and, with
 * one slot, in iterative mode, and workers with `--transport pipe`.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import { isStreamError, OperationalError } from "../../ipc/errors.ts";
import { relay } from "../../ipc/relay.ts";
import { PipeParentTransport } from "../../ipc/transports/pipe.ts";
import { type AcceptedConnection, closeReason, type Outcome } from "../accept/connection.ts";
import type { CloseReason } from "../events.ts";
import { GuardProcess } from "../parent/guard_process.ts";
import { Home } from "../parent/home/home.ts";
import { openSessions, type SessionSpawn } from "../parent/spawn/own_session.ts";
import type { PipedCommand } from "../parent/piped_command.ts";
import { PipedProcess } from "../parent/piped_process.ts";
import { Supervisor } from "../parent/supervisor.ts";
import type { WorkerProcess } from "../parent/worker_process.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** The ends of a connection after which its process has nobody left to serve. */
const LOST: ReadonlySet<CloseReason> = new Set(["client_lost", "idle_timeout", "server_stopped"]);

/** A connection's process, as what it is and as what is supervised. */
interface Started {
  readonly worker: WorkerProcess;
  readonly process: PipedProcess;
}

/** Owns the processes, and the guard. */
export class PipedMode implements Mode {
  readonly #context: ModeContext;
  readonly #command: PipedCommand;
  readonly #spawn: SessionSpawn;
  readonly #supervisor: Supervisor;
  readonly #guard: GuardProcess;
  readonly #owned: AsyncDisposableStack;
  /** Aborts when all processes have been ended: then no connection goes on. */
  readonly #ended = new AbortController();

  private constructor(
    context: ModeContext,
    parts: {
      command: PipedCommand;
      spawn: SessionSpawn;
      guard: GuardProcess;
      owned: AsyncDisposableStack;
    },
  ) {
    const { events, clock } = context;
    this.#context = context;
    this.#command = parts.command;
    this.#spawn = parts.spawn;
    this.#supervisor = new Supervisor({ events, clock, hub: null });
    this.#guard = parts.guard;
    this.#owned = parts.owned;
  }

  /** Starts the guard, and nothing else. */
  static async open(context: ModeContext, command: PipedCommand): Promise<PipedMode> {
    await using stack = new AsyncDisposableStack();
    const home = stack.use(await openHome(context.clock));
    const spawn = await openSessions(home?.folder.launcherPath ?? null);
    const guard = stack.use(new GuardProcess(context));
    return new PipedMode(context, { command, spawn, guard, owned: stack.move() });
  }

  /** Nothing: nothing is kept ready. */
  start(): void {}

  /** Starts the connection's process, relays between the two, and reaps it. */
  async serve(connection: AcceptedConnection): Promise<void> {
    const started = this.#start(connection);
    connection.tellAccepted(started?.process.pid ?? null);
    if (started === null) {
      connection.refuse(this.#supervisor.isEnding ? "server_stopped" : "worker_failed");
      return;
    }
    const { worker, process } = started;
    const closed = Promise.withResolvers<void>();
    worker.reportAfter(closed.promise);
    try {
      const outcome = await this.#relay(connection, started);
      connection.tellClosed(outcome);
      closed.resolve();
      if (LOST.has(outcome.reason)) await this.#end(started);
    } finally {
      closed.resolve();
    }
    await worker.reported;
    this.#guard.forget(process.pid);
  }

  #start(connection: AcceptedConnection): Started | null {
    let process: PipedProcess | null = null;
    const worker = this.#supervisor.start(() => {
      process = new PipedProcess(this.#spawn(this.#command.command(connection), "piped"));
      this.#guard.watch(process.pid);
      return process;
    });
    return worker && process && { worker, process };
  }

  async #relay(connection: AcceptedConnection, { worker, process }: Started): Promise<Outcome> {
    if (this.#command.takesHeader) await this.#sendHeader(connection, process);
    const { clock, idleTimeoutMs } = this.#context;
    const { bytesIn, bytesOut, endedBy } = await relay(connection.stream, process.stream, {
      onInbound: connection.onMessage,
      serverGone: worker.exited,
      unsentBytes: () => connection.unsentBytes(),
      idleTimeoutMs,
      clock,
      signal: this.#ended.signal,
    });
    const reason = await closeReason(endedBy, this.#reasonOfEnd(worker), clock);
    return { bytesIn, bytesOut, reason };
  }

  async #sendHeader(connection: AcceptedConnection, process: PipedProcess): Promise<void> {
    try {
      await new PipeParentTransport(process.stream).open(connection.info);
    } catch (error) {
      // It has ended already: the relay will find its output ended too.
      if (!isStreamError(error)) throw error;
    }
  }

  async #reasonOfEnd(worker: WorkerProcess): Promise<CloseReason> {
    const exit = await worker.exited;
    if (exit.reason === "not_executed") return "worker_failed";
    return exit.reason === "killed_by_us" ? "server_stopped" : this.#command.reasonOf(exit);
  }

  /** Ends a process whose client is lost, and all that is left of its group. */
  async #end({ worker, process }: Started): Promise<void> {
    await this.#supervisor.end(worker);
    await process.endGroup(this.#context.clock);
  }

  /** Nothing: nothing is kept ready. */
  drain(): void {}

  /** Ends every process, and then every connection, also one whose client does not read what it is still due. */
  async endAll(): Promise<void> {
    await this.#supervisor.endAll();
    this.#ended.abort();
    await this.#supervisor.allReported();
  }

  /** Ends what is left, the guard too. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await this.#owned.disposeAsync();
  }
}

/** A home for the launcher alone, which is a means to be quick: null where there can be none, or no launcher. */
async function openHome(clock: Clock): Promise<Home | null> {
  if (Deno.build.os !== "linux") return null;
  try {
    return await Home.open(clock);
  } catch (error) {
    if (error instanceof OperationalError) return null;
    throw error;
  }
}
