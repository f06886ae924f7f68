/**
 * A connection whose bytes the parent passes on: between the client's socket and a stream to the worker.
 *
 * @module
 */

import { relay } from "../../../ipc/relay/relay.ts";
import type { ByteStream } from "../../../ipc/transport.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { ServerContext } from "../../context.ts";
import type { CarriedConnection, CarryLimits, OpenedConnection } from "./transport.ts";

/** What a relay works with. */
export type RelayContext = Pick<ServerContext, "clock" | "idleTimeoutMs">;

/** Owns both streams. */
export class RelayedConnection implements OpenedConnection {
  /** The stream to the worker. */
  readonly stream: ByteStream;
  readonly #connection: AcceptedConnection;
  readonly #context: RelayContext;

  /** Passes nothing on yet. */
  constructor(connection: AcceptedConnection, stream: ByteStream, context: RelayContext) {
    this.stream = stream;
    this.#connection = connection;
    this.#context = context;
  }

  /** Relays until both are closed. */
  async carry(
    { workerDone: serverGone, signal, timeOver }: CarryLimits,
  ): Promise<CarriedConnection> {
    const connection = this.#connection;
    const { clock, idleTimeoutMs } = this.#context;
    const traffic = { bytesIn: 0, bytesOut: 0 };
    connection.traffic = traffic;
    return await relay(connection.stream, this.stream, {
      onInbound: connection.onMessage,
      traffic,
      serverGone,
      unsentBytes: () => connection.unsentBytes(),
      idleTimeoutMs,
      clock,
      signal,
      timeOver,
    });
  }
}
