/**
 * Runs `load.c`, once it is compiled.
 *
 * @module
 */

import { OperationalError } from "../ipc/errors.ts";
import type { CommonTask, Load, LoadReport, LoadTask } from "./load.ts";
import { OwnedProcess } from "./processes.ts";

/** Clients that stay connected. Disposing disconnects them. */
export interface HeldClients extends AsyncDisposable {
  /** What it took to connect them. */
  readonly report: LoadReport;
}

/** The load program in C. */
export class CLoad implements Load<CommonTask | "stream"> {
  readonly name = "load.c";
  readonly #binary: string;
  readonly #signal: AbortSignal;

  /** Takes the compiled program. Aborting `signal` kills it. */
  constructor(binary: string, signal: AbortSignal) {
    this.#binary = binary;
    this.#signal = signal;
  }

  /** Puts that load on a server. Rejects with `OperationalError` if clients were lost. */
  async run(task: LoadTask<CommonTask | "stream">): Promise<LoadReport> {
    await using started = await this.#start(task);
    return started.report;
  }

  /** Connects clients that stay. Rejects as {@linkcode CLoad.run}. */
  hold(task: Omit<LoadTask, "task">): Promise<HeldClients> {
    return this.#start({ ...task, task: "hold" });
  }

  async #start(load: LoadTask<string>): Promise<HeldClients> {
    const { port, task, clients, seconds } = load;
    const args = [port, task, clients, seconds].map(String);
    await using stack = new AsyncDisposableStack();
    const process = stack.use(new OwnedProcess([this.#binary, ...args], { signal: this.#signal }));
    const line = await process.readLine();
    this.#signal.throwIfAborted();
    if (line === null) throw new OperationalError(`Cannot load port ${port}: no report`);
    const report: LoadReport & { readonly errors: number } = JSON.parse(line);
    if (report.errors > 0) {
      throw new OperationalError(
        `Cannot load port ${port}: ${report.errors} clients lost, ${report.count} answers`,
      );
    }
    const owned = stack.move();
    return {
      report,
      async [Symbol.asyncDispose]() {
        // It disconnects its clients in good order when its input ends.
        await process.endInput();
        await process.ended;
        await owned.disposeAsync();
      },
    };
  }
}
