/**
 * The handler: what is done with a connection, in a worker or (iterative mode) in the parent.
 *
 * A module for `--handler` has a {@linkcode Handler} as its default export:
 *
 * ```ts
 * import type { Handler } from "@brood/brood/handler";
 *
 * const greet: Handler = async (connection) => {
 *   for await (const name of connection.lines()) await connection.write(`Hello, ${name}\n`);
 * };
 * export default greet;
 * ```
 *
 * @module
 */

import type { ConnectionInfo } from "../../ipc/transport.ts";

/** A connection as its handler sees it. It is closed when the handler's promise has settled. */
export interface Connection extends ConnectionInfo {
  /** Reads into `buffer`; resolves to the number of bytes read, or null at the end of file. */
  read(buffer: Uint8Array): Promise<number | null>;

  /**
   * Writes all of `data`, a text as UTF-8, behind what was written before; resolves to the number of bytes. Also what
   * nobody awaits is written before the connection ends; until then its bytes must stay as they are.
   */
  write(data: Uint8Array | string): Promise<number>;

  /** Ends the outgoing direction: the client reads an end of file, and may still send. */
  closeWrite(): Promise<void>;

  /** What the client sends, as a stream of bytes. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;

  /** What the client gets, as a stream of bytes. Closing it ends the outgoing direction. */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * What the client sends, as lines of UTF-8 text without their newline, LF or CRLF. A line longer than `maxBytes`, 64
   * KiB unless told, ends it with a `RangeError` that names the limit: without one a client could fill the memory.
   */
  lines(options?: { readonly maxBytes?: number }): AsyncIterable<string>;

  /** Aborts when the client is known to be lost, or the connection is ended by the server. */
  readonly signal: AbortSignal;
}

/**
 * Serves one connection. It is over when the promise settles; a rejection is the handler's own failure, unless the
 * connection had failed before.
 */
export type Handler = (connection: Connection) => Promise<void>;
