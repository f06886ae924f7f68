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
import { stackOf } from "../handlers/failure.ts";
import { StreamConnection, type StreamHandler } from "../handlers/stream_connection.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** The connection that is being served. */
interface Served {
  readonly connection: StreamConnection;
  /** Ends it with what its handler failed with. */
  readonly fail: (error: unknown) => void;
}

/** Owns the connection that is being served. */
export class IterativeMode implements Mode {
  readonly #context: ModeContext;
  readonly #handler: StreamHandler;
  #current: Served | null = null;

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
    const { promise: failed, reject: fail } = Promise.withResolvers<never>();
    this.#current = { connection: served, fail };
    const handled = () => Promise.race([this.#handler(served), failed]);
    const reason = await this.#endOf(handled, { connection: served, info });
    this.#current = null;
    const { bytesIn, bytesOut } = served;
    connection.tellClosed({ bytesIn, bytesOut, reason: isIdle ? "idle_timeout" : reason });
  }

  async #endOf(
    handled: () => Promise<void>,
    served: { readonly connection: StreamConnection; readonly info: ConnectionInfo },
  ): Promise<CloseReason> {
    const { connection, info } = served;
    try {
      await handled();
      return "finished";
    } catch (error) {
      if (connection.isClosed) return "server_stopped";
      if (connection.isToBlame(error)) return "client_lost";
      this.#tellFailure(error, info);
      return "handler_failed";
    }
  }

  #tellFailure(error: unknown, connection: ConnectionInfo | null): void {
    this.#context.events.emit({ event: "handler_failed", connection, error: stackOf(error) });
  }

  /** Ends the connection that is served, if any: the handler has failed where nobody awaits it, in a promise or a timer. */
  fail(error: unknown): void {
    if (this.#current === null) this.#tellFailure(error, null);
    else this.#current.fail(error);
  }

  /** Nothing: nothing is kept ready. */
  drain(): void {}

  /** Closes the connection under its handler, whose next read or write fails. */
  endAll(): Promise<void> {
    this.#current?.connection[Symbol.dispose]();
    return Promise.resolve();
  }

  /** Ends what is left. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.endAll();
  }
}
