/**
 * Iterative mode: the parent itself serves one connection after another. Nothing isolates a handler from the server or
 * from the connection before.
 *
 * Assumes an admission of one slot: that is what makes the next client wait in the kernel's queue.
 *
 * @module
 */

import { IdleTimer } from "../../ipc/idle_timer.ts";
import { linger } from "../../ipc/linger.ts";
import type { ConnectionInfo } from "../../ipc/transport.ts";
import type { AcceptedConnection } from "../connection.ts";
import type { CloseReason } from "../events.ts";
import { StreamConnection, type StreamHandler } from "../handlers/stream_connection.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** Owns the connection that is being served. */
export class IterativeMode implements Mode {
  readonly #context: ModeContext;
  readonly #handler: StreamHandler;
  /** Ends the connection that is being served. */
  #sever: ((reason: CloseReason) => void) | null = null;

  /** Serves with `handler`, in this process. */
  constructor(context: ModeContext, handler: StreamHandler) {
    this.#context = context;
    this.#handler = handler;
  }

  /** Nothing: nothing is kept ready. */
  start(): void {}

  /** Runs the handler, until it has ended or the connection is severed: a handler may take no notice of that. */
  async serve(connection: AcceptedConnection): Promise<void> {
    connection.tellAccepted(null);
    const { stream, info, onMessage } = connection;
    const { clock, idleTimeoutMs: timeoutMs } = this.#context;
    const severed = Promise.withResolvers<CloseReason>();
    let severedBy: CloseReason | null = null;
    const sever = (reason: CloseReason) => {
      severedBy ??= reason;
      severed.resolve(reason);
      served[Symbol.dispose]();
    };
    using idleTimer = new IdleTimer({
      timeoutMs,
      clock,
      unsentBytes: () => connection.unsentBytes(),
      onIdle: () => sever("idle_timeout"),
    });
    const { onActivity } = idleTimer;
    using served = new StreamConnection(stream, { ...info, onMessage, onActivity });
    this.#sever = sever;
    const handled = await Promise.race([this.#handle(served, info), severed.promise]);
    idleTimer[Symbol.dispose]();
    const isWhole = await this.#untilEnded(served, connection);
    this.#sever = null;
    const { bytesIn, bytesOut } = served;
    const reason = handled === "finished" && !isWhole ? "client_lost" : handled;
    connection.tellClosed({ bytesIn, bytesOut, reason: severedBy ?? reason });
  }

  async #handle(
    connection: StreamConnection,
    info: ConnectionInfo,
  ): Promise<"finished" | "client_lost" | "handler_failed"> {
    try {
      await this.#handler(connection);
      return "finished";
    } catch (thrown) {
      if (connection.isClosed || connection.isToBlame(thrown)) return "client_lost";
      const error = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
      this.#context.events.emit({ event: "handler_failed", connection: info, error });
      return "handler_failed";
    }
  }

  /** Waits for the client's end. Resolves to whether it gets all that the handler wrote, as far as can be told. */
  async #untilEnded(served: StreamConnection, connection: AcceptedConnection): Promise<boolean> {
    if (served.isClosed || served.hasFailed) return false;
    const unsentBytes = () => connection.unsentBytes();
    return served.hasEnded ||
      await linger(connection.stream, { clock: this.#context.clock, unsentBytes });
  }

  /** Nothing: nothing is kept ready. */
  drain(): void {}

  /** Closes the connection under its handler, whose next read or write fails. */
  endAll(): Promise<void> {
    this.#sever?.("server_stopped");
    return Promise.resolve();
  }

  /** Ends what is left. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.endAll();
  }
}
