/**
 * How the parent hands the client's socket to another process: what a mistake that is made on purpose
 * (`server/parent/faults`) does in another way.
 *
 * @module
 */

import type { Descriptor } from "../../../ipc/posix/descriptor.ts";
import type { Children } from "../../../ipc/posix/processes/children.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { WorkerFlags } from "../process/worker_command.ts";

/** What is done in another way; nothing where it is absent. */
export interface HandingOver {
  /** Who starts and reaps the processes. */
  readonly children?: Children;
  /** What a worker gets besides its door, by the numbers there. */
  readonly inherited?: ReadonlyMap<number, Descriptor>;
  /** What a worker is told besides. */
  readonly flags?: Partial<Pick<WorkerFlags, "fault" | "outlivesParent">>;
  /** What becomes of the parent's copy of a socket that was handed over: it is closed, unless told. */
  readonly putAway?: (connection: AcceptedConnection) => void;
}

/** Closes it. */
export function closeCopy(connection: AcceptedConnection): void {
  connection.closeSocket();
}
