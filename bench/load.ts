/**
 * Runs the load program: `load.c` where it can be compiled, else `load_deno.ts`, which takes the same arguments.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { OperationalError } from "../ipc/errors.ts";
import { compileC } from "./c_programs.ts";
import { OwnedProcess } from "./processes.ts";

/** What the load program did and saw. */
export interface LoadReport {
  /** Connections or round trips. */
  readonly count: number;
  /** Connections that were begun. */
  readonly connections: number;
  /** How long it took. */
  readonly seconds: number;
  /** What came back. */
  readonly bytes: number;
  /** From connect to first echo (whole: to the end of file), or of a round trip. */
  readonly medianUs: number;
  /** The 99th percentile of the same. */
  readonly p99Us: number;
  /** Clients that were lost. */
  readonly errors: number;
  /** What the load program itself took of the machine. */
  readonly cpuSeconds: number;
}

/** What to do, as the load program's header explains it. */
export interface LoadTask {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** What each client does. */
  readonly task: "connect" | "whole" | "rate" | "echo" | "stream" | "hold";
  /** How many, at once or (rate) each second. */
  readonly clients: number;
  /** For how long at most. */
  readonly seconds: number;
}

/** Clients that stay connected. Disposing disconnects them. */
export interface HeldClients extends AsyncDisposable {
  /** What it took to connect them. */
  readonly report: LoadReport;
}

/** The load program. */
export class Load {
  readonly #command: readonly string[];
  readonly #signal: AbortSignal;
  /** What is said of it in the results. */
  readonly name: string;

  private constructor(command: readonly string[], about: { name: string; signal: AbortSignal }) {
    this.#command = command;
    this.#signal = about.signal;
    this.name = about.name;
  }

  /** Makes the program ready: compiles it into `folder`. Aborting `signal` kills it. */
  static async open(
    kind: "c" | "deno",
    options: { readonly folder: string; readonly signal: AbortSignal },
  ): Promise<Load> {
    const { folder, signal } = options;
    const binary = `${folder}/load`;
    const failure = kind === "c" ? await compileC("load.c", binary) : "--load deno";
    if (failure === null) return new Load([binary], { name: "load.c", signal });
    const script = fileURLToPath(new URL("load_deno.ts", import.meta.url));
    const command = [Deno.execPath(), "run", "--no-prompt", "--allow-net", "--allow-env", script];
    return new Load(command, { name: `load_deno.ts (${failure})`, signal });
  }

  /** Puts that load on a server. Throws `OperationalError` if clients were lost. */
  async run(task: LoadTask): Promise<LoadReport> {
    await using held = await this.hold(task);
    return held.report;
  }

  /** As {@linkcode Load.run}, but the clients of the task `hold` stay. */
  async hold(task: LoadTask): Promise<HeldClients> {
    const { port, clients, seconds } = task;
    const args = [String(port), task.task, String(clients), String(seconds)];
    await using stack = new AsyncDisposableStack();
    const process = stack.use(
      new OwnedProcess([...this.#command, ...args], { signal: this.#signal }),
    );
    const line = await process.readLine();
    this.#signal.throwIfAborted();
    if (line === null) throw new OperationalError(`Cannot load port ${port}: no report`);
    const report: LoadReport = JSON.parse(line);
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
