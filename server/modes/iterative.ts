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
import type { AcceptedConnection } from "../accept/connection.ts";
import type { CloseReason } from "../events.ts";
import { stackOf } from "../child/failure.ts";
import { StreamConnection, type StreamHandler } from "../child/stream_connection.ts";
import type { Mode } from "./mode.ts";
import type { ServerContext } from "../context.ts";

/** Owns the connection that is being served. */
export class IterativeMode implements Mode {
  readonly #context: ServerContext;
  readonly #handler: StreamHandler;
  /** Ends the connection that is being served. */
  #sever: ((reason: CloseReason) => void) | null = null;
  /** Fails the handler that is called, from where nobody awaits it. */
  #fail: ((error: unknown) => void) | null = null;
  readonly #owned = new DisposableStack();

  /** Serves with `handler`, in this process. */
  constructor(context: ServerContext, handler: StreamHandler) {
    this.#context = context;
    this.#handler = handler;
  }

  /** Disposes of what the handler needs when this is disposed. */
  own(resource: Disposable): void {
    this.#owned.use(resource);
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
    const { promise: failed, reject: fail } = Promise.withResolvers<never>();
    this.#sever = sever;
    this.#fail = fail;
    const handling = () => Promise.race([this.#handler(served), failed]);
    const handled = await Promise.race([
      this.#endOf(handling, { connection: served, info }),
      severed.promise,
    ]);
    this.#fail = null;
    idleTimer[Symbol.dispose]();
    const isWhole = await this.#untilEnded(served, connection);
    this.#sever = null;
    const { bytesIn, bytesOut } = served;
    const reason = handled === "finished" && !isWhole ? "client_lost" : handled;
    connection.tellClosed({ bytesIn, bytesOut, reason: severedBy ?? reason });
  }

  async #endOf(
    handling: () => Promise<void>,
    served: { readonly connection: StreamConnection; readonly info: ConnectionInfo },
  ): Promise<"finished" | "client_lost" | "handler_failed"> {
    const { connection, info } = served;
    try {
      await handling();
      return "finished";
    } catch (error) {
      if (connection.isClosed || connection.isToBlame(error)) return "client_lost";
      this.#tellFailure(error, info);
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

  #tellFailure(error: unknown, connection: ConnectionInfo | null): void {
    this.#context.events.emit({ event: "handler_failed", connection, error: stackOf(error) });
  }

  /**
   * Ends the connection that is served, if any: the handler has failed where nobody awaits it, in a promise or a timer.
   */
  fail(error: unknown): void {
    if (this.#fail === null) this.#tellFailure(error, null);
    else this.#fail(error);
  }

  /** Nothing: nothing is kept ready. */
  drain(): void {}

  /** Closes the connection under its handler, whose next read or write fails. */
  endAll(): Promise<void> {
    this.#sever?.("server_stopped");
    return Promise.resolve();
  }

  /** Ends what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    this.#owned.dispose();
  }
}
