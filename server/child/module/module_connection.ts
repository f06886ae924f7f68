/**
 * The connection that a handler module gets: a stream connection, and what makes a handler short.
 *
 * @module
 */

import type { Endpoint } from "../../../ipc/address.ts";
import { writeAll } from "../../../ipc/relay/copy.ts";
import type { Connection } from "../../handlers/handler.ts";
import { LineLimit } from "./line_limit.ts";
import type { StreamConnection } from "../stream_connection.ts";

const CHUNK_BYTES = 64 * 1024;

const LINE_BYTES_MAX = 64 * 1024;

/** Reads and writes a stream connection, which its maker closes. */
export class ModuleConnection implements Connection {
  /** Counts the connections of one server, from 1. */
  readonly id: number;
  /** The client's end. */
  readonly remoteAddr: Endpoint;
  /** The server's end. */
  readonly localAddr: Endpoint;
  readonly #stream: StreamConnection;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  /** Settles with the last write: a write may take several of the stream, between which no other may come. */
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** Reads and writes that stream. */
  constructor(stream: StreamConnection) {
    this.id = stream.id;
    this.remoteAddr = stream.remoteAddr;
    this.localAddr = stream.localAddr;
    this.#stream = stream;
  }

  /** Aborts when the client is known to be lost, or the connection is ended by the server. */
  get signal(): AbortSignal {
    return this.#stream.signal;
  }

  /** Reads into `buffer`; resolves to the number of bytes read, or null at the end of file. */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#stream.read(buffer);
  }

  /** Writes all of `data`, a text as UTF-8, behind what was written before; resolves to the number of bytes. */
  write(data: Uint8Array | string): Promise<number> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    const writing = this.#inTurn(() => writeAll(this.#stream, bytes)).then(() => bytes.length);
    // A handler need not await it: that the client is lost is no failure of the handler's.
    writing.catch(() => {});
    return writing;
  }

  /** Ends the outgoing direction, behind what was written before. */
  closeWrite(): Promise<void> {
    return this.#inTurn(() => this.#stream.closeWrite());
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    const writing = this.#lastWrite.then(write);
    // Whoever awaits it hears of a failure; the next write fails by itself.
    this.#lastWrite = writing.catch(() => {});
    return writing;
  }

  /** Resolves when all that was written is out, or has failed: also what nobody has awaited. */
  async flushed(): Promise<void> {
    await this.#lastWrite;
  }

  /** What the client sends. Ending it early leaves the connection as it is. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        const buffer = new Uint8Array(CHUNK_BYTES);
        const count = await this.read(buffer);
        if (count === null) controller.close();
        else controller.enqueue(buffer.subarray(0, count));
      },
    }, { highWaterMark: 0 });
  }

  /** What the client gets. */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream<Uint8Array>({
      write: async (chunk) => void await this.write(chunk),
      close: () => this.closeWrite(),
    });
  }

  /** What the client sends, as lines of UTF-8 text. Throws `RangeError` in place of a line that is too long. */
  async *lines({ maxBytes = LINE_BYTES_MAX }: { readonly maxBytes?: number } = {}): AsyncGenerator<
    string
  > {
    const limit = new LineLimit(maxBytes);
    // Only a handler that wants lines pays for them; what is in the program can be loaded without a permission.
    const { TextLineStream }: typeof import("../../../types/std_streams.d.ts") = await import(
      "@std/streams"
    );
    const lines = ReadableStream.from(limit.pass(this.readable))
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    let given = 0;
    for await (const line of lines) {
      // What comes behind the last whole line is a piece of the one that is too long.
      if (limit.failure !== null && given === limit.wholeLines) break;
      given += 1;
      yield line;
    }
    if (limit.failure !== null) throw limit.failure;
  }
}
