/**
 * Iterative mode: the parent itself serves one connection after another. Nothing isolates a handler from the server or
 * from the connection before.
 *
 * Assumes an admission of one slot: that is what makes the next client wait in the kernel's queue.
 *
 * @module
 */

import { isStreamError } from "../../ipc/errors.ts";
import type { ByteStream } from "../../ipc/transport.ts";
import type { AcceptedConnection } from "../connection.ts";
import type { CloseReason, EventBus } from "../events.ts";
import type { Connection, Handler } from "../handlers/handler.ts";
import type { Mode, ModeContext } from "./mode.ts";

/** Owns the connection that is being served. */
export class IterativeMode implements Mode {
  readonly #events: EventBus;
  readonly #handler: Handler;
  #current: MeteredConnection | null = null;

  /** Serves with `handler`, in this process. */
  constructor(context: ModeContext, handler: Handler) {
    this.#events = context.events;
    this.#handler = handler;
  }

  /** Runs the handler. */
  async serve(connection: AcceptedConnection): Promise<void> {
    connection.tellAccepted(null);
    using metered = new MeteredConnection(connection);
    this.#current = metered;
    const reason = await this.#handle(metered);
    this.#current = null;
    const { bytesIn, bytesOut } = metered;
    connection.tellClosed({ bytesIn, bytesOut, reason });
  }

  async #handle(connection: MeteredConnection): Promise<CloseReason> {
    try {
      await this.#handler(connection);
      return "finished";
    } catch (error) {
      if (connection.isClosed) return "server_stopped";
      if (isStreamError(error)) return "client_lost";
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      this.#events.emit({ event: "handler_failed", connection: connection.info, error: text });
      return "handler_failed";
    }
  }

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

/** A connection that counts its bytes and tells its messages. Disposing closes it. */
class MeteredConnection implements Connection, Disposable {
  bytesIn = 0;
  bytesOut = 0;
  isClosed = false;
  readonly info: AcceptedConnection["info"];
  readonly #stream: ByteStream;
  readonly #onMessage: ((data: Uint8Array) => void) | undefined;

  constructor(connection: AcceptedConnection) {
    this.info = connection.info;
    this.#stream = connection.stream;
    this.#onMessage = connection.onMessage;
  }

  get id() {
    return this.info.id;
  }

  get remoteAddr() {
    return this.info.remoteAddr;
  }

  get localAddr() {
    return this.info.localAddr;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const count = await this.#stream.read(buffer);
    if (count === null) return null;
    this.bytesIn += count;
    this.#onMessage?.(buffer.subarray(0, count));
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const count = await this.#stream.write(bytes);
    this.bytesOut += count;
    return count;
  }

  closeWrite(): Promise<void> {
    return this.#stream.closeWrite();
  }

  [Symbol.dispose](): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#stream.close();
  }
}
