/**
 * The parent's side of a transport: how the process of a worker is started for it, and how a connection is opened to
 * that. Each other file of this folder that is named as a flag value is one; the worker's side is in `ipc/transports/`.
 *
 * @module
 */

import type { RelayResult } from "../../../ipc/relay/relay.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { CloseReason, Outcome, ProcessOrigin, WorkerExit } from "../../events.ts";
import type { Hub } from "../rendezvous/hub.ts";
import type { Prepare } from "../spawn/session.ts";
import type { EngagedWorker, Process, WorkerProcess } from "../process/worker_process.ts";

/** What workers with a control channel are started with. */
export interface WorkersOptions {
  /** How many connections one serves before it exits; 0 means no end. */
  readonly connectionsPerWorker: number;
  /** The URL of the handler's module; null for the echo. */
  readonly handlerUrl: string | null;
  /** Has it start with what the user asked for, such as limits. */
  readonly prepare?: Prepare;
}

/** A connection that was opened to a worker. */
export interface OpenedConnection {
  /** Carries it until both its directions have ended. Resolves to how that came. To be called once. */
  carry(limits: CarryLimits): Promise<CarriedConnection>;
}

/** What ends the carrying of a connection, besides its own ends. */
export interface CarryLimits {
  /** Resolves when the worker is done with the connection. */
  readonly workerDone: Promise<unknown>;
  /** Aborts when no connection is to go on. */
  readonly signal: AbortSignal;
  /** Aborts when the connection has lasted for as long as it may; undefined where that is for ever. */
  readonly timeOver: AbortSignal | undefined;
  /** Makes the worker end the connection, or ends the worker. */
  readonly hangUp: () => Promise<void>;
}

/** How the carrying of a connection ended. Where nobody has counted the bytes, they are null. */
export type CarriedConnection =
  & Pick<Outcome, "bytesIn" | "bytesOut">
  & Pick<RelayResult, "endedBy">;

/**
 * What a transport needs and owns for as long as the server runs. Disposing it leaves no process and no file behind.
 */
export interface ProcessTransport extends AsyncDisposable {
  /** Where workers say hello; null for those without a control channel, which are ready at once. */
  readonly hub: Pick<Hub, "expect" | "forget"> | null;

  /** Starts the process of a worker of that number, for that connection or ahead of one. Throws the system's error. */
  start(number: number, connection: AcceptedConnection | null): Process;

  /** How the process of that worker was started, for that connection or ahead of one (null). */
  originOf(worker: WorkerProcess, connection: AcceptedConnection | null): ProcessOrigin;

  /** Opens a connection to a worker. Rejects with the operating system's error. */
  open(engaged: EngagedWorker, connection: AcceptedConnection): Promise<OpenedConnection>;

  /** Why a connection closed whose process ended so, by itself. */
  reasonOf(exit: WorkerExit): CloseReason;

  /** Called when a worker has been reaped. */
  reaped(worker: WorkerProcess): void;

  /** Called when a connection of a worker is over; one that was lost has left nobody to serve. */
  finish(worker: WorkerProcess, end: { readonly isLost: boolean }): Promise<void>;
}
