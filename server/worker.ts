/**
 * The worker's entry: the hidden command `_worker`, which the parent starts for a connection.
 *
 * It listens on its own socket, connects to the hub, gives up every permission, says hello, and serves the connections
 * that the parent opens, one at a time. It ends with the last of as many as it was told, at the parent's word, or when
 * the parent is gone (the control channel's end of file).
 *
 * A worker's start is the price of a connection: this path imports little, and nothing from npm. From source this is
 * the main module itself (see `ipc/self.ts`).
 *
 * @module
 */

import { ControlChannel } from "../ipc/control.ts";
import { errnoOf, EXIT_STATUS, isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { exitWith } from "../ipc/exit.ts";
import { integer, readArgv, text } from "../ipc/flags.ts";
import { giveUpPermissions } from "../ipc/permissions.ts";
import type { HiddenCommand } from "../ipc/self.ts";
import type { WorkerTransport } from "../ipc/transport.ts";
import { UnixWorkerTransport } from "../ipc/transports/unix.ts";
import { echo } from "./handlers/echo.ts";
import { StreamConnection } from "./handlers/stream_connection.ts";

/** The hidden command that starts a worker. It opens its socket, connects to the hub, and gives up every permission. */
export const WORKER_COMMAND: HiddenCommand = {
  name: "_worker",
  module: import.meta.url,
  permissions: ["--allow-net", "--allow-read", "--allow-write"],
};

/** What the parent tells a worker. */
export const WORKER_FLAGS = {
  socket: text({ placeholder: "PATH", fallback: "", help: "the socket to listen on" }),
  control: text({ placeholder: "PATH", fallback: "", help: "the hub's socket" }),
  worker: integer({
    placeholder: "N",
    fallback: 0,
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
};

/** Runs a worker. Resolves to its exit status; rejects if the handler failed. */
export async function runWorker(args: readonly string[]): Promise<number> {
  const { socket, control, worker, connections } = readArgv(WORKER_FLAGS, args);
  const transport = openTransport(socket);
  const channel = await connectToParent(control);
  if (channel === null) return EXIT_STATUS.failed;
  giveUpPermissions();
  await channel.send({ type: "hello", worker });
  const served = serveAll(transport, { connections, channel });
  return await Promise.race([served, untilStopped(channel)]);
}

/** The control channel, or null if the parent is gone: its end is this worker's. */
async function connectToParent(control: string): Promise<ControlChannel | null> {
  try {
    return await ControlChannel.connect(control);
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === "ECONNREFUSED" || errno === "ENOENT") return null;
    if (errno === null) throw cause;
    throw new OperationalError(`Cannot connect to ${control}: ${reasonOf(cause)}`, { cause });
  }
}

function openTransport(socket: string): WorkerTransport {
  try {
    return new UnixWorkerTransport(socket);
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new OperationalError(`Cannot listen on ${socket}: ${reasonOf(cause)}`, { cause });
  }
}

/** Serves one connection after another, as many as it was told. */
async function serveAll(
  transport: WorkerTransport,
  options: { readonly connections: number; readonly channel: ControlChannel },
): Promise<number> {
  const { connections, channel } = options;
  for (let served = 1; connections === 0 || served < connections; served++) {
    await serveOne(transport);
    await channel.send({ type: "finished" });
  }
  await serveOne(transport);
  return EXIT_STATUS.done;
}

async function serveOne(transport: WorkerTransport): Promise<void> {
  const { stream, info } = await transport.accept();
  using connection = new StreamConnection(stream, info);
  try {
    await echo(connection);
  } catch (error) {
    // The client is gone before its answer: its own business, and no failure of this worker.
    if (!connection.hasFailed) throw error;
  }
}

/** Resolves when the parent says so, or is gone. */
async function untilStopped(channel: ControlChannel): Promise<number> {
  const message = await channel.receive();
  return message === null ? EXIT_STATUS.failed : EXIT_STATUS.done;
}

if (import.meta.main) await exitWith(() => runWorker(Deno.args));
