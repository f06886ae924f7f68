/**
 * Starts and stops the servers that are measured.
 *
 * @module
 */

import { errnoOf, OperationalError } from "../ipc/errors.ts";
import type { Contender } from "./contenders.ts";
import { OwnedProcess } from "./processes.ts";
import { cpuMsOf, descendantsOf } from "./proc.ts";

/** How long a server may take to be ready, or to be idle again. */
const PATIENCE_MS = 30_000;

/** How often `/proc` and a port are looked at, where there is no event to wait for. */
const LOOK_MS = 50;

/** What servers are started with. */
export interface ServerContext {
  /** For their temporary files. */
  readonly folder: string;
  /** Aborts when they are to be killed. */
  readonly signal: AbortSignal;
  /** What their environment has besides. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that accepts. Disposing ends it and all that it started. */
export class RunningServer implements AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  readonly #contender: Contender;
  readonly #process: OwnedProcess;
  readonly #signal: AbortSignal;

  private constructor(
    contender: Contender,
    running: { process: OwnedProcess; port: number; signal: AbortSignal },
  ) {
    this.#contender = contender;
    this.#process = running.process;
    this.port = running.port;
    this.#signal = running.signal;
  }

  /** Starts a server and waits until it is ready. Throws `OperationalError` if it does not get there. */
  static async start(contender: Contender, context: ServerContext): Promise<RunningServer> {
    const { folder, signal } = context;
    await using stack = new AsyncDisposableStack();
    const chosen = contender.tellsPort ? 0 : freePort();
    // An empty XDG_RUNTIME_DIR counts as none, and the run folder goes where all is removed at the end.
    const env = { TMPDIR: folder, XDG_RUNTIME_DIR: "", ...context.env };
    const process = stack.use(new OwnedProcess(contender.command(chosen), { env, signal }));
    const port = contender.tellsPort ? await portOf(process) : chosen;
    if (port === null) throw new OperationalError(`Cannot start ${contender.name}: it ended`);
    const server = new RunningServer(contender, { process, port, signal });
    if (!contender.tellsPort) await server.#untilReachable();
    await server.untilIdle();
    stack.move();
    return server;
  }

  /** The server's own process. */
  get pid(): number {
    return this.#process.pid;
  }

  async #untilReachable(): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (!await isReachable(this.port)) {
      if (performance.now() > giveUpAt) throw this.#late("is not reachable");
      await pause(this.#signal);
    }
  }

  /** Waits until the server has as many processes as it keeps idle, and none of them works. */
  async untilIdle(): Promise<void> {
    const { idleChildren } = this.#contender;
    const giveUpAt = performance.now() + PATIENCE_MS;
    let cpuMs: number | null = null;
    while (true) {
      const { length: children } = await descendantsOf(this.pid);
      const cpuMsNow = await cpuMsOf(this.pid);
      if (children === idleChildren && cpuMsNow === cpuMs) return;
      if (performance.now() > giveUpAt) {
        throw this.#late(`is not idle: ${children} processes below it, not ${idleChildren}`);
      }
      cpuMs = children === idleChildren ? cpuMsNow : null;
      await pause(this.#signal);
    }
  }

  #late(what: string): OperationalError {
    return new OperationalError(
      `Cannot measure ${this.#contender.name}: it ${what} after ${PATIENCE_MS / 1000} s`,
    );
  }

  /** Ends it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

/** Servers that are started when they are first needed. Disposing ends them all. */
export class ServerPool implements AsyncDisposable {
  readonly #context: ServerContext;
  readonly #servers = new Map<Contender, RunningServer>();

  /** Starts none yet. */
  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** The contender's server, idle. */
  async get(contender: Contender): Promise<RunningServer> {
    const running = this.#servers.get(contender);
    if (running !== undefined) {
      await running.untilIdle();
      return running;
    }
    const started = await RunningServer.start(contender, this.#context);
    this.#servers.set(contender, started);
    return started;
  }

  /** Ends them all. */
  async [Symbol.asyncDispose](): Promise<void> {
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

/** The port in the line that our server prints when it listens, or null if it ends before. */
async function portOf(process: OwnedProcess): Promise<number | null> {
  while (true) {
    const line = await process.readLine();
    if (line === null) return null;
    const [, port] = /listening on .*:(\d+) /.exec(line) ?? [];
    if (port !== undefined) return Number(port);
  }
}

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function isReachable(port: number): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return true;
  } catch (error) {
    if (errnoOf(error) !== "ECONNREFUSED") throw error;
    return false;
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  signal.throwIfAborted();
}
