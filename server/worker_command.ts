/**
 * The command that starts a worker, as whoever starts one gives it.
 *
 * @module
 */

import { type FlagValues, formatArgv } from "../ipc/flags.ts";
import { type HiddenCommand, type SelfCommand, selfCommand } from "../ipc/self.ts";
import { NONE, WORKER_COMMAND, WORKER_FLAGS } from "./worker.ts";

/** The values of a worker's flags. */
export type WorkerFlags = FlagValues<typeof WORKER_FLAGS>;

/** What a worker is told, as far as its transport needs it. */
export interface WorkerOptions extends Partial<Omit<WorkerFlags, "handler">> {
  /** How its connections come. */
  readonly transport: WorkerFlags["transport"];
  /** The URL of its handler's module; null for the echo. */
  readonly handlerUrl: string | null;
}

/**
 * A worker that only echoes does without `deno.json`, which maps the names of packages, and V8's helper threads: it
 * imports nothing from npm, and serves one connection. A handler of the user's may want either.
 */
const ECHO_WORKER_COMMAND: HiddenCommand = {
  ...WORKER_COMMAND,
  flags: [...WORKER_COMMAND.flags, "--no-config", "--v8-flags=--single-threaded"],
};

/** The command that starts a worker. It is number 1 and serves one connection unless told otherwise. */
export function workerCommand({ handlerUrl, ...flags }: WorkerOptions): SelfCommand {
  const command = handlerUrl === null ? ECHO_WORKER_COMMAND : WORKER_COMMAND;
  const handler = handlerUrl ?? NONE;
  const values = { socket: NONE, control: NONE, worker: 1, connections: 1, ...flags, handler };
  return selfCommand(command, formatArgv(WORKER_FLAGS, values));
}
