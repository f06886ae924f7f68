/**
 * A server that is measured: started on loopback, known by its port and its process, ended with this process.
 *
 * @module
 */

import { LeashedProgram } from "../../../cli/leash.ts";
import { LATE, systemClock, within } from "../../../ipc/clock.ts";
import { isStreamError, OperationalError } from "../../../ipc/errors.ts";
import type { CProgram, Model } from "../models.ts";
import { cCommand } from "./c_programs.ts";
import { serverCommand } from "./server_command.ts";
import { say } from "../../../ipc/say.ts";

/** How long a server may take until it listens: on a slow machine it starts many workers first. */
const START_MS = 30_000;

/** How long to wait before a server in C, which tells no port, is called again. */
const CALL_EVERY_MS = 10;

/** How a server is started. */
export interface StartOptions {
  /** How many clients there will be at once. */
  readonly clients: number;
  /** Aborts when nobody waits for it any more. */
  readonly stopping: AbortSignal;
}

/** A server that listens. Disposing ends it. */
export class RunningServer implements AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  readonly #program: LeashedProgram;
  readonly #output: Promise<string | null>;

  /** Takes over a program that listens on a port of 127.0.0.1. */
  constructor(program: LeashedProgram, port: number) {
    this.#program = program;
    this.port = port;
    this.#output = program.readToEnd();
  }

  /** The server's own process. */
  get pid(): number {
    return this.#program.pid;
  }

  /** Starts the server of a model, and resolves when it listens. Rejects with `OperationalError` if it does not. */
  static async start(model: Model, options: StartOptions): Promise<RunningServer> {
    const { serving } = model;
    const { clients, stopping } = options;
    return serving.kind === "c"
      ? await startC(serving.program, stopping)
      : await startBrood(serving.flags(clients), stopping);
  }

  /** Ends it, and resolves when it and its workers have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await this.#output;
  }
}

async function startBrood(flags: readonly string[], stopping: AbortSignal): Promise<RunningServer> {
  const command = serverCommand([...flags, "--quiet", "--grace", "0", "0"]);
  return await start(command, { stopping, portOf: readPort });
}

/** Reads the start line. */
async function readPort(program: LeashedProgram): Promise<number> {
  let last: string | null = null;
  for (let line; (line = await program.readLine()) !== null; last = line) {
    const [, port] = / listening on 127\.0\.0\.1:(\d+) /.exec(line) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new OperationalError(last ?? say`it has ended`);
}

async function startC(program: CProgram, stopping: AbortSignal): Promise<RunningServer> {
  const port = freePort();
  const portOf = async (started: LeashedProgram) => {
    const over = new AbortController();
    const ended = started.readToEnd().finally(() => over.abort());
    const signal = AbortSignal.any([over.signal, stopping]);
    while (!signal.aborted) {
      if (await answers(port)) return port;
      await systemClock.sleep(CALL_EVERY_MS, signal);
    }
    stopping.throwIfAborted();
    throw new OperationalError(await ended ?? say`it has ended`);
  };
  return await start(cCommand(program, port), { stopping, portOf });
}

async function start(
  command: readonly [string, ...string[]],
  { stopping, portOf }: {
    readonly stopping: AbortSignal;
    readonly portOf: (program: LeashedProgram) => Promise<number>;
  },
): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack();
  const program = stack.use(await LeashedProgram.start(command));
  const finding = portOf(program);
  // Where nobody waits for it any more, its end ends this too.
  finding.catch(() => {});
  const port = await within(START_MS, finding, { clock: systemClock, signal: stopping });
  stopping.throwIfAborted();
  if (port === LATE) throw new OperationalError(say`it did not listen within ${START_MS / 1000} s`);
  stack.move();
  return new RunningServer(program, port);
}

/** A port that was free a moment ago: the servers in C take a number. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (!isStreamError(error)) throw error;
    return false;
  }
}
