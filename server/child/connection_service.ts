/**
 * Serves one connection in the process that has its socket, from the first byte to the close: runs the handler, ends a
 * connection that is idle, and lets the client have all of the answer before it closes.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import { passOnEndOfFile } from "../../ipc/relay/copy.ts";
import { IdleTimer } from "../../ipc/relay/idle_timer.ts";
import { linger } from "../../ipc/relay/linger.ts";
import type { Traffic } from "../../ipc/relay/relay.ts";
import type { ByteStream, ConnectionInfo } from "../../ipc/transport.ts";
import type { CloseReason, Outcome } from "../events.ts";
import {
  StreamConnection,
  type StreamConnectionOptions,
  type StreamHandler,
} from "./stream_connection.ts";

/** What a service works with. */
export interface ConnectionServiceOptions {
  /** Who is connected. */
  readonly info: ConnectionInfo;
  /** What is done with the connection. */
  readonly handler: StreamHandler;
  /** Times what waits. */
  readonly clock: Clock;
  /** How long no byte may pass either way, in milliseconds; 0 means for ever. */
  readonly idleTimeoutMs: number;
  /** Called with what each read brought: see `StreamConnectionOptions`. */
  readonly onMessage?: StreamConnectionOptions["onMessage"];
  /** Bytes that the client's side has not taken yet, or null where nobody can tell. */
  readonly unsentBytes: () => Promise<number | null>;
  /** Called with what the handler failed with, where that is not its connection's failure. */
  readonly onFailure: (error: unknown) => void;
}

/** How a connection ended that was served here: its bytes were counted. */
export interface ServedOutcome extends Outcome {
  /** Bytes that came from the client. */
  readonly bytesIn: number;
  /** Bytes that went to the client. */
  readonly bytesOut: number;
}

/** One connection, served once. Owns its stream. */
export class ConnectionService {
  readonly #options: ConnectionServiceOptions;
  readonly #idleTimer: IdleTimer;
  readonly #connection: StreamConnection;
  readonly #severed = Promise.withResolvers<void>();
  /** Rejects with a failure of the handler that nobody awaits. */
  readonly #failed = Promise.withResolvers<never>();
  #severedBy: CloseReason | null = null;
  #isHandling = true;

  /** Takes over the stream of a connection. */
  constructor(stream: ByteStream, options: ConnectionServiceOptions) {
    const { info, onMessage, idleTimeoutMs: timeoutMs, clock, unsentBytes } = options;
    this.#options = options;
    const onIdle = () => this.sever("idle_timeout");
    this.#idleTimer = new IdleTimer({ timeoutMs, clock, unsentBytes, onIdle });
    const { onActivity } = this.#idleTimer;
    this.#connection = new StreamConnection(stream, { ...info, onMessage, onActivity });
    this.#failed.promise.catch(() => {});
  }

  /** Counts the connections of one server, from 1. */
  get id(): number {
    return this.#connection.id;
  }

  /** Bytes that have passed so far. */
  get traffic(): Readonly<Traffic> {
    return this.#connection;
  }

  /** Closes the connection under its handler, whose next read or write fails, and which may take no notice. */
  sever(reason: CloseReason): void {
    this.#severedBy ??= reason;
    this.#severed.resolve();
    this.#connection[Symbol.dispose]();
  }

  /** Tells the handler that its client is lost. */
  abort(): void {
    this.#connection.abort();
  }

  /** Fails the handler from where nobody awaits it, in a promise or a timer. Returns false if it has ended already. */
  fail(error: unknown): boolean {
    this.#failed.reject(error);
    return this.#isHandling;
  }

  /**
   * Runs the handler, until it has ended or the connection is severed, and closes the connection. To be called once.
   */
  async run(): Promise<ServedOutcome> {
    using connection = this.#connection;
    using idleTimer = this.#idleTimer;
    const severed = this.#severed.promise.then(() => "client_lost" as const);
    const handled = await Promise.race([this.#handle(), severed]);
    this.#isHandling = false;
    idleTimer[Symbol.dispose]();
    const isWhole = await this.#untilEnded();
    const { bytesIn, bytesOut } = connection;
    const reason = handled === "finished" && !isWhole ? "client_lost" : handled;
    return { bytesIn, bytesOut, reason: this.#severedBy ?? reason };
  }

  async #handle(): Promise<"finished" | "client_lost" | "handler_failed"> {
    const { handler, onFailure } = this.#options;
    const connection = this.#connection;
    try {
      await Promise.race([handler(connection), this.#failed.promise]);
      return "finished";
    } catch (error) {
      if (connection.isClosed || connection.isToBlame(error)) return "client_lost";
      onFailure(error);
      return "handler_failed";
    }
  }

  /** Waits for the client's end. Resolves to whether it gets all that the handler wrote, as far as can be told. */
  async #untilEnded(): Promise<boolean> {
    const connection = this.#connection;
    if (connection.isClosed || connection.hasFailed) return false;
    const { stream, hasEnded, isAnswered } = connection;
    if (!hasEnded) return await linger(stream, this.#options);
    // The close tells the end of a socket, where no other process has it still.
    return isAnswered || stream.endsByWord !== true || await linger({
      closeWrite: () => passOnEndOfFile(stream),
      read: () => Promise.resolve(null),
    }, this.#options);
  }
}
