/**
 * What a worker's exit says about the connection that it served.
 *
 * @module
 */

import { EXIT_STATUS } from "../../../ipc/errors.ts";
import type { CloseReason, WorkerExit } from "../../events.ts";

/** Why a connection closed whose worker ended so: a worker says with its exit status whether its handler has failed. */
export function reasonOfWorkerExit({ status }: WorkerExit): CloseReason {
  if (status === EXIT_STATUS.failed) return "handler_failed";
  return status === EXIT_STATUS.done ? "finished" : "worker_lost";
}
