/**
 * The worker's entry: the hidden command `_worker`, which the parent starts for a connection.
 *
 * It opens its transport, connects to the hub (unless its transport is a pipe), gives up every permission, loads its
 * handler, says hello, and serves the connections that the parent opens, one at a time. It ends with the last of as
 * many as it was told, at the parent's word, or when the parent is gone (the control channel's end of file).
 *
 * A worker's start is the price of a connection: this path imports little, and nothing from npm. From source this is
 * the main module itself, or what a main module made for the worker imports (see `worker_command.ts`).
 *
 * @module
 */

import { ControlChannel } from "../../ipc/control.ts";
import {
  errnoOf,
  EXIT_STATUS,
  isStreamError,
  OperationalError,
  reasonOf,
} from "../../ipc/errors.ts";
import { exitWith } from "../../cli/exit.ts";
import { choice, type FlagValues, integer, readArgv, text, toggle } from "../../cli/flags.ts";
import { giveUpPermissions } from "../../cli/permissions.ts";
import { keepShield } from "../../cli/shield_from_source.ts";
import type { HiddenCommand } from "../../cli/self.ts";
import type { WorkerTransport } from "../../ipc/transport.ts";
import { UnixWorkerTransport } from "../../ipc/transports/unix.ts";
import { echo } from "./echo.ts";
import { HandlerError, StreamConnection, type StreamHandler } from "./stream_connection.ts";
import { say } from "../../ipc/say.ts";

/**
 * The hidden command that starts a worker. Until it has opened its sockets it may do that besides
 * (`worker_command.ts`).
 */
export const WORKER_COMMAND: HiddenCommand = {
  name: "_worker",
  module: import.meta.url,
  permissions: [],
  flags: [],
};

/** The modules that not every worker needs. */
export const LATE_URLS = {
  pipe: new URL("../../ipc/transports/pipe.ts", import.meta.url).href,
  socket: new URL("./socket_server.ts", import.meta.url).href,
  handler: new URL("./module/module.ts", import.meta.url).href,
  fault: new URL("./faults/echoes.ts", import.meta.url).href,
} as const;

/** Imports each of them. */
export interface LateModules {
  /** For connections over pipes. */
  pipe(): Promise<typeof import("../../ipc/transports/pipe.ts")>;
  /** For connections whose socket it gets. */
  socket(): Promise<typeof import("./socket_server.ts")>;
  /** For a handler of the user's. */
  handler(): Promise<typeof import("./module/module.ts")>;
  /** For a mistake on purpose. */
  fault(): Promise<typeof import("./faults/echoes.ts")>;
}

/**
 * From source, where a worker's main module has imported what it needs (`worker_command.ts`): a literal in an
 * `import()` Deno would read in advance for every worker.
 */
const BY_URL: LateModules = {
  pipe: () => import(LATE_URLS.pipe),
  socket: () => import(LATE_URLS.socket),
  handler: () => import(LATE_URLS.handler),
  fault: () => import(LATE_URLS.fault),
};

/** Imports the module of a handler. */
export type ImportModule = () => Promise<unknown>;

/** What a worker imports when it knows that it needs it. */
export interface WorkerModules {
  /** The handler's module; found by its URL unless told. */
  readonly importModule?: ImportModule | undefined;
  /** What not every worker needs. */
  readonly late?: LateModules;
}

/** Stands for a path or URL that is not needed; without a handler's a worker echoes. */
export const NONE = "-";

/** What the parent tells a worker. */
export const WORKER_FLAGS = {
  transport: choice(
    ["unix", "pipe", "socket", "none"],
    "how its connections come; none: it only tries whether the handler loads",
  ),
  socket: text({ placeholder: "PATH", fallback: NONE, help: "the socket to listen on" }),
  control: text({ placeholder: "PATH", fallback: NONE, help: "the hub's socket" }),
  handler: text({ placeholder: "URL", fallback: NONE, help: "the handler's module" }),
  worker: integer({
    placeholder: "N",
    fallback: 1,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    help: "the number to say hello with",
  }),
  connections: integer({
    placeholder: "N",
    fallback: 1,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    help: "how many connections to serve before the end; 0 means no end",
  }),
  parentPid: integer({
    placeholder: "PID",
    fallback: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    help: "the parent, with which to end where it has the sockets",
  }),
  idleTimeoutMs: integer({
    placeholder: "MS",
    fallback: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    help: "how long no byte may pass where it has the sockets; 0 means for ever",
  }),
  reportsMessages: toggle("whether to report what a client sends where it has the sockets"),
  reportsTraffic: toggle("whether to report how much has passed where it has the sockets"),
  outlivesParent: toggle("whether it serves its connection to the end where the parent is gone"),
  fault: text({ placeholder: "NAME", fallback: NONE, help: "the mistake that its echo makes" }),
};

type WorkerFlags = FlagValues<typeof WORKER_FLAGS>;

/** From source, runs a worker as this process's whole program, with the handler's module imported so if it has one. */
export async function startWorker(importModule?: ImportModule): Promise<never> {
  keepShield();
  return await exitWith(() => runWorker(Deno.args, { importModule }));
}

/** Runs a worker. Resolves to its exit status. */
export async function runWorker(
  args: readonly string[],
  { importModule, late = BY_URL }: WorkerModules = {},
): Promise<number> {
  const flags = readArgv(WORKER_FLAGS, args);
  await using handler = await openHandler(flags, { importModule, late });
  const told = { flags, handler };
  switch (flags.transport) {
    case "unix":
      return await runUnixWorker(told);
    case "pipe":
      return await runPipeWorker(handler, await late.pipe());
    case "socket":
      return await runSocketWorker(told, await late.socket());
    case "none":
      giveUpPermissions(WORKER_COMMAND.permissions);
      await handler.load();
      return EXIT_STATUS.done;
  }
}

/** What a worker was told. */
interface Told {
  readonly flags: WorkerFlags;
  readonly handler: WorkerHandler;
}

async function runUnixWorker(told: Told): Promise<number> {
  using transport = openTransport(told.flags.socket);
  return await runConnected(new StreamServer(transport), told);
}

async function runSocketWorker(
  told: Told,
  { SocketServer }: Awaited<ReturnType<LateModules["socket"]>>,
): Promise<number> {
  const { flags } = told;
  const server = SocketServer.open({ ...flags, isModule: flags.handler !== NONE });
  return server === null ? EXIT_STATUS.failed : await runConnected(server, told);
}

async function runPipeWorker(
  handler: WorkerHandler,
  { PipeWorkerTransport }: Awaited<ReturnType<LateModules["pipe"]>>,
): Promise<number> {
  giveUpPermissions(WORKER_COMMAND.permissions);
  return await new StreamServer(new PipeWorkerTransport()).serve(await handler.load());
}

/** Runs a worker that has opened what it gets its connections by, and has a control channel to the parent. */
async function runConnected(
  server: ConnectionServer,
  { flags, handler }: Told,
): Promise<number> {
  const { control, worker, connections, outlivesParent } = flags;
  const channel = await connectToParent(control);
  if (channel === null) return EXIT_STATUS.failed;
  giveUpPermissions(WORKER_COMMAND.permissions);
  const serve = async () => {
    const handle = await handler.load();
    await channel.send({ type: "hello", worker });
    for (let served = 1;; served++) {
      const status = await server.serve(handle, channel);
      if (status !== EXIT_STATUS.done || served === connections) return status;
      await channel.send({ type: "finished" });
    }
  };
  // The parent's end is this worker's, also while a module loads that never finishes.
  const stopped = untilStopped(channel, server);
  const ended = outlivesParent ? stopped.then(unlessOrphaned) : stopped;
  return await Promise.race([serve(), ended]);
}

/** Never resolves where the parent is gone: what it serves is served to the end, and after that nothing comes. */
function unlessOrphaned(status: number): number | Promise<never> {
  return status === EXIT_STATUS.done ? status : new Promise(() => {});
}

/** The handler of a worker. Disposing waits until what it printed is written, or for a second. */
interface WorkerHandler extends AsyncDisposable {
  /** Loads it: to be called when nothing is permitted any more. */
  load(): Promise<StreamHandler>;
}

const ECHO: WorkerHandler = {
  load: () => Promise.resolve(echo),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** The handler that the parent named. Nothing of a user's module runs before it is loaded. */
async function openHandler(
  { handler: url, fault }: WorkerFlags,
  { importModule, late }: WorkerModules & { readonly late: LateModules },
): Promise<WorkerHandler> {
  if (fault !== NONE) {
    const { faultyEcho } = await late.fault();
    return { ...ECHO, load: () => Promise.resolve(faultyEcho(fault)) };
  }
  if (url === NONE) return ECHO;
  const { ModuleHandler, readModule } = await late.handler();
  return new ModuleHandler(importModule ?? await readModule(url));
}

/** The control channel, or null if the parent is gone: its end is this worker's. */
async function connectToParent(control: string): Promise<ControlChannel | null> {
  try {
    return await ControlChannel.connect(control);
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === "ECONNREFUSED" || errno === "ENOENT") return null;
    if (errno === null) throw cause;
    throw new OperationalError(say`Cannot connect to ${control}: ${reasonOf(cause)}`, { cause });
  }
}

function openTransport(socket: string): UnixWorkerTransport {
  try {
    return new UnixWorkerTransport(socket);
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new OperationalError(say`Cannot listen on ${socket}: ${reasonOf(cause)}`, { cause });
  }
}

/** Serves connections one at a time. */
interface ConnectionServer {
  /** Takes and serves the next connection. Resolves to the exit status that it would end this worker with. */
  serve(handle: StreamHandler, channel: ControlChannel): Promise<number>;

  /** Tells the handler of that connection that its client is lost. */
  hangUp(connection: number): void;
}

/** Serves connections whose bytes the parent relays. */
class StreamServer implements ConnectionServer {
  readonly #transport: WorkerTransport;
  #current: StreamConnection | null = null;

  constructor(transport: WorkerTransport) {
    this.#transport = transport;
  }

  async serve(handle: StreamHandler): Promise<number> {
    const { stream, info } = await this.#transport.accept();
    using connection = new StreamConnection(stream, info);
    this.#current = connection;
    try {
      await handle(connection);
    } catch (error) {
      if (error instanceof HandlerError) return EXIT_STATUS.failed;
      // The client is gone before its answer: its own business, and no failure of this worker.
      if (!connection.isToBlame(error)) throw error;
    }
    return EXIT_STATUS.done;
  }

  hangUp(id: number): void {
    if (this.#current?.id === id) this.#current.abort();
  }
}

/** Resolves when the parent says so, or is gone. */
async function untilStopped(
  channel: ControlChannel,
  server: ConnectionServer,
): Promise<number> {
  while (true) {
    const message = await channel.receive();
    if (message?.type !== "hangup") return message === null ? EXIT_STATUS.failed : EXIT_STATUS.done;
    server.hangUp(message.connection);
  }
}

if (import.meta.main) await startWorker();
