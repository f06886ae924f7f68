/**
 * A worker that has the client's socket itself (`--transport socket`): it serves one connection after another, closes
 * each, and reports to the parent what came and how it ended.
 *
 * @module
 */

import { systemClock } from "../../ipc/clock.ts";
import { type ControlChannel, REPORTED_BYTES_MAX } from "../../ipc/control.ts";
import { EXIT_STATUS } from "../../ipc/errors.ts";
import { dieWithParent } from "../../ipc/posix/processes/parent_death.ts";
import { type ClientStream, SocketWorkerTransport } from "../../ipc/transports/socket.ts";
import type { ConnectionInfo } from "../../ipc/transport.ts";
import { ConnectionService } from "./connection_service.ts";
import { echo } from "./echo.ts";
import { HandlerError, type StreamHandler } from "./stream_connection.ts";

/**
 * How long a connection lasts before a thread of the pool looks whether its client resets it, in milliseconds. A
 * handler that reads finds out itself; the thread is for one that does not, and costs a short connection too much.
 */
const WATCH_AFTER_MS = 100;

/** Reports that may wait to be sent before the next read waits for them. */
const REPORTS_WAITING_MAX = 64;

/** What such a worker is told. */
export interface SocketWorkerOptions {
  /** The process that started it. */
  readonly parentPid: number;
  /** How many connections to serve before the end; 0 means no end. */
  readonly connections: number;
  /** How long no byte may pass either way; 0 means for ever. */
  readonly idleTimeoutMs: number;
  /** Whether to report what a client sends. */
  readonly reportsMessages: boolean;
}

/** Owns the worker's end of the door. */
export class SocketWorker {
  readonly #transport: SocketWorkerTransport;
  readonly #options: SocketWorkerOptions;
  #service: ConnectionService | null = null;
  #current: ConnectionInfo | null = null;

  private constructor(transport: SocketWorkerTransport, options: SocketWorkerOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Opens all that takes the permission to use FFI. Returns null where the parent is gone: then nobody has work. */
  static open(options: SocketWorkerOptions): SocketWorker | null {
    if (!dieWithParent(options.parentPid)) return null;
    return new SocketWorker(new SocketWorkerTransport(), options);
  }

  /** Serves as many connections as it was told, or until a handler fails. Resolves to the exit status. */
  async serveAll(handler: StreamHandler, channel: ControlChannel): Promise<number> {
    const { connections } = this.#options;
    for (let served = 1;; served++) {
      const { stream, info } = await this.#transport.accept();
      const failure = await this.#serve(stream, { info, handler, channel });
      if (failure !== null && !(failure.error instanceof HandlerError)) throw failure.error;
      if (failure !== null) return EXIT_STATUS.failed;
      if (served === connections) return EXIT_STATUS.done;
      await channel.send({ type: "finished" });
    }
  }

  /** Serves and closes one connection, and reports it. Resolves to what its handler failed with, if it did. */
  async #serve(
    stream: ClientStream,
    context: {
      readonly info: ConnectionInfo;
      readonly handler: StreamHandler;
      readonly channel: ControlChannel;
    },
  ): Promise<{ readonly error: unknown } | null> {
    const { info, handler, channel } = context;
    let failure: { readonly error: unknown } | null = null;
    let reporting = 0;
    const report = (data: Uint8Array) => {
      const beginning = data.subarray(0, REPORTED_BYTES_MAX).toBase64();
      const sent = channel.send({ type: "received", data: beginning, size: data.length })
        .finally(() => reporting -= 1);
      // A parent that does not listen for now slows the client down, and not the memory up.
      if (++reporting > REPORTS_WAITING_MAX) return sent;
    };
    const service = new ConnectionService(stream, {
      info,
      handler,
      clock: systemClock,
      idleTimeoutMs: this.#options.idleTimeoutMs,
      onMessage: this.#options.reportsMessages ? report : undefined,
      unsentBytes: () => Promise.resolve(stream.unsentBytes()),
      onFailure: (error) => failure = { error },
    });
    this.#current = info;
    this.#service = service;
    const watched = new AbortController();
    const watching = handler === echo ? null : watch(stream, { service, signal: watched.signal });
    const { bytesIn, bytesOut, reason } = await service.run();
    this.#service = null;
    watched.abort();
    await watching;
    await channel.send({
      type: "closed",
      bytesIn: bytesIn ?? 0,
      bytesOut: bytesOut ?? 0,
      reason: reason === "client_lost" || reason === "idle_timeout" ? reason : "finished",
    });
    return failure;
  }

  /** Tells the handler of that connection that its client is lost. */
  hangUp(connection: number): void {
    if (this.#current?.id === connection) this.#service?.abort();
  }
}

/** Severs a connection whose client has reset it. */
async function watch(
  stream: ClientStream,
  { service, signal }: { readonly service: ConnectionService; readonly signal: AbortSignal },
): Promise<void> {
  await systemClock.sleep(WATCH_AFTER_MS, signal);
  if (!signal.aborted && await stream.isReset()) service.sever("client_lost");
}
