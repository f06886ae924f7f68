/**
 * The program's own load client as a load program of the bench. What it does otherwise than `load.c`: it always waits
 * for the server's end of file, counts what comes back while servers still start workers for some of its clients, and
 * at a rate measures from when a connection was due. It can neither stream nor hold connections without a message.
 *
 * @module
 */

import type { LoadReport as ClientReport } from "../client/load/report/report.ts";
import { OperationalError } from "../ipc/errors.ts";
import type { Load, LoadReport, LoadTask } from "./load.ts";
import { OwnedProcess } from "./processes.ts";

/** More than a load gets through before it is stopped. */
const ENDLESS = "1000000000";

/** What Deno gets to start the client before the time of the load begins. The client's own clock measures the load. */
const START_MS = 300;

/** `brood client --load`, in one process. */
export class ClientLoad implements Load {
  readonly name = "brood client --load";
  readonly #command: readonly string[];
  readonly #signal: AbortSignal;

  /** Takes the command that starts the program. Aborting `signal` kills it. */
  constructor(command: readonly string[], signal: AbortSignal) {
    this.#command = command;
    this.#signal = signal;
  }

  /** Puts that load on a server. Rejects with `OperationalError` if clients were lost or nothing was done. */
  async run(task: LoadTask): Promise<LoadReport> {
    const command = [...this.#command, ...clientArgs(task)];
    await using process = new OwnedProcess(command, { signal: this.#signal });
    // A load with a rate has an end of its own.
    const timer = task.task === "rate"
      ? undefined
      : setTimeout(() => process.terminate(), START_MS + task.seconds * 1000);
    const line = await process.readLine();
    clearTimeout(timer);
    this.#signal.throwIfAborted();
    if (line === null) throw new OperationalError(`Cannot load port ${task.port}: no report`);
    return readReport(task, JSON.parse(line));
  }
}

/** The arguments that make the client do a task. */
export function clientArgs({ port, task, clients, seconds }: LoadTask): string[] {
  const flags = {
    connect: ["--load", ENDLESS, "--concurrency", clients],
    whole: ["--load", ENDLESS, "--concurrency", clients],
    rate: ["--load", Math.ceil(clients * seconds), "--rate", clients],
    echo: ["--load", clients, "--concurrency", clients, "--messages", ENDLESS],
  };
  return ["client", ...flags[task].map(String), "--json", String(port)];
}

/** The client's report as the bench reads it. Throws `OperationalError` if clients were lost or nothing was done. */
export function readReport({ port, task }: LoadTask, report: ClientReport): LoadReport {
  const { connections, reasons, durationMs, messages, bytes, latencyMs } = report;
  const count = task === "echo" ? messages.done : connections.done;
  if (connections.failed > 0 || count === 0) {
    const why = [`${connections.failed} clients lost, ${count} answers`, ...Object.values(reasons)];
    throw new OperationalError(`Cannot load port ${port}: ${why.join("; ")}`);
  }
  const { p50, p99 } = task === "echo" ? latencyMs.roundTrip : latencyMs.firstEcho;
  return {
    count,
    connections: connections.asked - connections.notBegun,
    seconds: durationMs / 1000,
    bytes: bytes.echoed,
    medianUs: p50 * 1000,
    p99Us: p99 * 1000,
  };
}
