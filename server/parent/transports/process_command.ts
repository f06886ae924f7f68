/**
 * What is started for one connection, which is its standard input and output: a program of the user's, or a worker.
 *
 * @module
 */

import { shielded } from "../../../cli/shield.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { CloseReason, WorkerExit } from "../../events.ts";
import { asItIs, type Prepare, type SessionCommand } from "../spawn/session.ts";
import { workerCommand } from "../process/worker_command.ts";
import { reasonOfWorkerExit } from "./worker_exit.ts";

/** A kind of process that serves one connection on its standard input and output. */
export interface ProcessCommand {
  /** How it is started for a connection. */
  readonly command: (connection: AcceptedConnection) => SessionCommand;
  /** Whether it is one of ours: a PROXY header tells it who is connected, and signals tell it nothing. */
  readonly isWorker: boolean;
  /** Why a connection closed whose process ended so, by itself. */
  readonly reasonOf: (exit: WorkerExit) => CloseReason;
}

/** A worker (`--transport pipe`) with the handler at that URL; null for the echo. */
export function pipedWorker(
  handlerUrl: string | null,
  prepare: Prepare = asItIs,
): ProcessCommand {
  const command = () => shielded(prepare(workerCommand({ transport: "pipe", handlerUrl })));
  return { command, isWorker: true, reasonOf: reasonOfWorkerExit };
}
