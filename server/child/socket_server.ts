/**
 * What a worker serves with that gets the client's socket itself (`--transport socket`): it serves a connection, closes
 * it, and reports to the parent what came and how it ended.
 *
 * @module
 */

import { NEEDLESS, systemClock } from "../../ipc/clock.ts";
import { type ClosedReason, type ControlChannel, REPORTED_BYTES_MAX } from "../../ipc/control.ts";
import { EXIT_STATUS } from "../../ipc/errors.ts";
import { dieWithParent } from "../../ipc/posix/processes/parent_death.ts";
import { type ClientStream, SocketWorkerTransport } from "../../ipc/transports/socket.ts";
import type { CloseReason } from "../events.ts";
import { ConnectionService } from "./connection_service.ts";
import { HandlerError, type StreamHandler } from "./stream_connection.ts";

/**
 * How long a connection lasts before a thread of the pool looks whether its client resets it, in milliseconds. A
 * handler that reads finds out itself; the thread is for one that does not, and costs a short connection too much.
 */
const WATCH_AFTER_MS = 100;

/** How often bytes are reported, where they are. */
const TRAFFIC_MS = 250;

/** Reports that may wait to be sent before the next read waits for them. */
const REPORTS_WAITING_MAX = 64;

/** What it is told. */
export interface SocketServerOptions {
  /** The process that started it. */
  readonly parentPid: number;
  /** Whether to go on where that has ended. */
  readonly outlivesParent: boolean;
  /** Whether the handler is a module: then it need not read, and would not notice a reset. */
  readonly isModule: boolean;
  /** How long no byte may pass either way; 0 means for ever. */
  readonly idleTimeoutMs: number;
  /** Whether to report what a client sends. */
  readonly reportsMessages: boolean;
  /** Whether to report, now and then, how many bytes have passed. */
  readonly reportsTraffic: boolean;
}

/** Owns the worker's end of the door. */
export class SocketServer {
  readonly #transport: SocketWorkerTransport;
  readonly #options: SocketServerOptions;
  #service: ConnectionService | null = null;
  /** What looks whether bytes have passed: one for all connections, because a timer costs a short one too much. */
  #reporting: ReturnType<typeof setInterval> | null = null;
  /** Bytes of the connection under way that were reported. */
  #reportedBytes = 0;

  private constructor(transport: SocketWorkerTransport, options: SocketServerOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Opens all that takes the permission to use FFI. Returns null where the parent is gone: then nobody has work. */
  static open(options: SocketServerOptions): SocketServer | null {
    if (!options.outlivesParent && !dieWithParent(options.parentPid)) return null;
    return new SocketServer(new SocketWorkerTransport(), options);
  }

  /** Takes, serves and closes the next connection, and reports it. Resolves to the exit status that goes with it. */
  async serve(handler: StreamHandler, channel: ControlChannel): Promise<number> {
    const { stream, info } = await this.#transport.accept();
    const failures: unknown[] = [];
    const service = new ConnectionService(stream, {
      info,
      handler,
      clock: systemClock,
      idleTimeoutMs: this.#options.idleTimeoutMs,
      onMessage: this.#options.reportsMessages ? reporterTo(channel) : undefined,
      unsentBytes: () => Promise.resolve(stream.unsentBytes()),
      onFailure: (error) => failures.push(error),
    });
    this.#service = service;
    this.#reportedBytes = 0;
    const watched = new AbortController();
    const watching = this.#options.isModule
      ? watch(stream, { service, signal: watched.signal })
      : null;
    if (this.#options.reportsTraffic) {
      this.#reporting ??= setInterval(() => this.#reportTraffic(channel), TRAFFIC_MS);
    }
    const { bytesIn, bytesOut, reason } = await service.run();
    this.#service = null;
    watched.abort(NEEDLESS);
    await watching;
    await channel.send({ type: "closed", bytesIn, bytesOut, reason: reportedReason(reason) });
    if (failures.length === 0) return EXIT_STATUS.done;
    const [failure] = failures;
    if (failure instanceof HandlerError) return EXIT_STATUS.failed;
    throw failure;
  }

  /** Reports the bytes of the connection under way over that channel, if there are new ones. */
  #reportTraffic(channel: ControlChannel): void {
    if (this.#service === null) return;
    const { bytesIn, bytesOut } = this.#service.traffic;
    if (bytesIn + bytesOut === this.#reportedBytes) return;
    this.#reportedBytes = bytesIn + bytesOut;
    channel.send({ type: "traffic", bytesIn, bytesOut });
  }

  /** Closes that connection, if it is still under way: its time is over, or the parent needs it no more. */
  hangUp(connection: number): void {
    if (this.#service?.id === connection) this.#service.sever("max_duration");
  }
}

/** What the parent is told of a connection that closed so: the exit status tells the rest. */
function reportedReason(reason: CloseReason): ClosedReason {
  switch (reason) {
    case "client_lost":
    case "idle_timeout":
    case "max_duration":
      return reason;
    default:
      return "finished";
  }
}

/** What reports each read of a connection over that channel. */
function reporterTo(channel: ControlChannel): (data: Uint8Array) => Promise<void> | void {
  let waiting = 0;
  return (data) => {
    const beginning = data.subarray(0, REPORTED_BYTES_MAX).toBase64();
    const sent = channel.send({ type: "received", data: beginning, size: data.length })
      .finally(() => waiting -= 1);
    // A parent that does not listen for now slows the client down, and not the memory up.
    if (++waiting > REPORTS_WAITING_MAX) return sent;
  };
}

/** Severs a connection whose client has reset it. */
async function watch(
  stream: ClientStream,
  { service, signal }: { readonly service: ConnectionService; readonly signal: AbortSignal },
): Promise<void> {
  await systemClock.sleep(WATCH_AFTER_MS, signal);
  if (!signal.aborted && await stream.isReset()) service.sever("client_lost");
}
