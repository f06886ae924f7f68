/**
 * Iterative mode: the parent itself serves one connection after another. Nothing isolates a handler from the server or
 * from the connection before.
 *
 * Assumes an admission of one slot: that is what makes the next client wait in the kernel's queue.
 *
 * @module
 */

import type { ConnectionInfo } from "../../ipc/transport.ts";
import type { AcceptedConnection } from "../accept/connection.ts";
import { Lifespan } from "../accept/lifespan.ts";
import { ConnectionService } from "../child/connection_service.ts";
import { stackOf } from "../child/failure.ts";
import type { StreamHandler } from "../child/stream_connection.ts";
import type { Mode } from "./mode.ts";
import type { ServerContext } from "../context.ts";

/** Owns the connection that is being served. */
export class IterativeMode implements Mode {
  readonly #context: ServerContext;
  readonly #handler: StreamHandler;
  /** The connection that is being served. */
  #service: ConnectionService | null = null;
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
    const service = new ConnectionService(stream, {
      ...this.#context,
      info,
      onMessage,
      handler: this.#handler,
      unsentBytes: () => connection.unsentBytes(),
      onFailure: (error) => this.#tellFailure(error, info),
    });
    this.#service = service;
    connection.traffic = service.traffic;
    using lifespan = new Lifespan({ leftMs: connection.timeLeftMs, clock: this.#context.clock });
    lifespan.signal?.addEventListener("abort", () => service.sever("max_duration"));
    const outcome = await service.run();
    this.#service = null;
    connection.tellClosed(outcome);
  }

  #tellFailure(error: unknown, connection: ConnectionInfo | null): void {
    this.#context.events.emit({ event: "handler_failed", connection, error: stackOf(error) });
  }

  /** Ends the connection that is served, if any: the handler has failed where nobody awaits it. */
  fail(error: unknown): void {
    if (this.#service?.fail(error) !== true) this.#tellFailure(error, null);
  }

  /** Nothing: nothing is kept ready. */
  drain(): void {}

  /** Closes the connection under its handler, whose next read or write fails. */
  endAll(): Promise<void> {
    this.#service?.sever("server_stopped");
    return Promise.resolve();
  }

  /** Ends what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    this.#owned.dispose();
  }
}
