/**
 * Iterative mode: the parent itself serves one connection after another. Nothing isolates a handler from the server or
 * from the connection before.
 *
 * Assumes an admission of one slot: that is what makes the next client wait in the kernel's queue.
 *
 * @module
 */

import { IdleTimer } from "../../ipc/idle_timer.ts";
import type { ConnectionInfo } from "../../ipc/transport.ts";
import type { AcceptedConnection } from "../connection.ts";
import type { CloseReason } from "../events.ts";
import { StreamConnection, type StreamHandler } from "../handlers/stream_connection.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** Owns the connection that is being served. */
export class IterativeMode implements Mode {
  readonly #context: ModeContext;
  readonly #handler: StreamHandler;
  #current: StreamConnection | null = null;

  /** Serves with `handler`, in this process. */
  constructor(context: ModeContext, handler: StreamHandler) {
    this.#context = context;
    this.#handler = handler;
  }

  /** Nothing: nothing is kept ready. */
  start(): void {}

  /** Runs the handler. */
  async serve(connection: AcceptedConnection): Promise<void> {
    connection.tellAccepted(null);
    const { stream, info, onMessage } = connection;
    let isIdle = false;
    const { clock, idleTimeoutMs: timeoutMs } = this.#context;
    using idleTimer = new IdleTimer({
      timeoutMs,
      clock,
      onIdle() {
        isIdle = true;
        served[Symbol.dispose]();
      },
    });
    const { onActivity } = idleTimer;
    using served = new StreamConnection(stream, { ...info, onMessage, onActivity });
    this.#current = served;
    const reason = await this.#handle(served, info);
    this.#current = null;
    const { bytesIn, bytesOut } = served;
    connection.tellClosed({ bytesIn, bytesOut, reason: isIdle ? "idle_timeout" : reason });
  }

  async #handle(connection: StreamConnection, info: ConnectionInfo): Promise<CloseReason> {
    try {
      await this.#handler(connection);
      return "finished";
    } catch (thrown) {
      if (connection.isClosed) return "server_stopped";
      if (connection.isToBlame(thrown)) return "client_lost";
      const error = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
      this.#context.events.emit({ event: "handler_failed", connection: info, error });
      return "handler_failed";
    }
  }

  /** Nothing: nothing is kept ready. */
  drain(): void {}

  /** Closes the connection under its handler, whose next read or write fails. */
  endAll(): Promise<void> {
    this.#current?.[Symbol.dispose]();
    return Promise.resolve();
  }

  /** Ends what is left. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.endAll();
  }
}
