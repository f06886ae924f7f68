/**
 * The parent's side of a transport: how the process of a worker is started for it, and how a connection is opened to
 * that. Each other file of this folder that is named as a flag value is one; the worker's side is in `ipc/transports/`.
 *
 * @module
 */

import type { ByteStream, ConnectionInfo } from "../../../ipc/transport.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { CloseReason, WorkerExit } from "../../events.ts";
import type { Hub } from "../rendezvous/hub.ts";
import type { EngagedWorker, Process, WorkerProcess } from "../process/worker_process.ts";

/**
 * What a transport needs and owns for as long as the server runs. Disposing it leaves no process and no file behind.
 */
export interface ProcessTransport extends AsyncDisposable {
  /** Where workers say hello; null for those without a control channel, which are ready at once. */
  readonly hub: Pick<Hub, "expect" | "forget"> | null;

  /** Starts the process of a worker of that number, for that connection or ahead of one. Throws the system's error. */
  start(number: number, connection: AcceptedConnection | null): Process;

  /** Opens the stream that carries a connection to a worker. Rejects with the operating system's error. */
  open(engaged: EngagedWorker, info: ConnectionInfo): Promise<ByteStream>;

  /** Why a connection closed whose process ended so, by itself. */
  reasonOf(exit: WorkerExit): CloseReason;

  /** Called when a worker has been reaped. */
  reaped(worker: WorkerProcess): void;

  /** Called when a connection of a worker is over; one that was lost has left nobody to serve. */
  finish(worker: WorkerProcess, end: { readonly isLost: boolean }): Promise<void>;
}
