/**
 * A handler's connection over a stream: counts its bytes, and remembers whether it failed, so that the end of a client
 * can be told from a failure of the handler.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import { isStreamError } from "../../ipc/errors.ts";
import type { ByteStream, ConnectionInfo } from "../../ipc/transport.ts";

/** A handler failed, and that has been told. The failure is its cause. */
export class HandlerError extends Error {}

/** A handler as it is called, in a worker and in the parent. */
export type StreamHandler = (connection: StreamConnection) => Promise<void>;

/** What a connection may be told. */
export interface StreamConnectionOptions {
  /**
   * Called with what each read brought. The data is valid during the call only. If it returns a promise, the reader
   * waits for that.
   */
  readonly onMessage?: ((data: Uint8Array) => Promise<void> | void) | undefined;
  /** Called whenever bytes were read, and whenever bytes were written. */
  readonly onActivity?: (() => void) | undefined;
}

/** Owns its stream. Disposing closes it; more than once does no harm. */
export class StreamConnection implements Disposable {
  /** Counts the connections of one server, from 1. */
  readonly id: number;
  /** The client's end. */
  readonly remoteAddr: Endpoint;
  /** The server's end. */
  readonly localAddr: Endpoint;
  /** Bytes read so far. */
  bytesIn = 0;
  /** Bytes written so far. */
  bytesOut = 0;
  /** Whether a read or write has failed: the client is gone, or the connection was closed here. */
  hasFailed = false;
  /** Whether it was closed here. */
  isClosed = false;
  /** Whether a read has met the client's end of file. */
  hasEnded = false;
  /** Whether the outgoing direction has been ended. */
  isAnswered = false;
  /** The stream itself, whose bytes are not counted. */
  readonly stream: ByteStream;
  readonly #onMessage: StreamConnectionOptions["onMessage"];
  readonly #onActivity: (() => void) | undefined;
  /** Made only for a handler that looks at it. */
  #aborted: AbortController | null = null;

  /** Takes over the stream of a connection. */
  constructor(
    stream: ByteStream,
    options: ConnectionInfo & StreamConnectionOptions,
  ) {
    this.id = options.id;
    this.remoteAddr = options.remoteAddr;
    this.localAddr = options.localAddr;
    this.stream = stream;
    this.#onMessage = options.onMessage;
    this.#onActivity = options.onActivity;
  }

  /** Reads without a promise where the stream can, and nobody is told of messages: who is, may be waited for. */
  readNow(buffer: Uint8Array): number | null | "again" {
    const { stream } = this;
    if (this.#onMessage !== undefined || stream.readNow === undefined) return "again";
    try {
      const count = stream.readNow(buffer);
      return count === "again" ? count : this.#hasRead(count);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  #hasRead(count: number | null): number | null {
    if (count === null) this.hasEnded = true;
    else {
      this.bytesIn += count;
      this.#onActivity?.();
    }
    return count;
  }

  /** Reads into `buffer`; resolves to the number of bytes read, or null at the end of file. */
  async read(buffer: Uint8Array): Promise<number | null> {
    const count = this.#hasRead(await this.#noticing(this.stream.read(buffer)));
    if (count === null) return null;
    const told = this.#onMessage?.(buffer.subarray(0, count));
    if (told !== undefined) await told;
    return count;
  }

  /** Writes without a promise where the stream can. */
  writeNow(bytes: Uint8Array): number | "again" {
    try {
      const count = this.stream.writeNow?.(bytes) ?? "again";
      return count === "again" ? count : this.#hasWritten(count);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** Writes from `bytes`; resolves to how many were taken, which may be fewer than there are. */
  async write(bytes: Uint8Array): Promise<number> {
    return this.#hasWritten(await this.#noticing(this.stream.write(bytes)));
  }

  #hasWritten(count: number): number {
    this.bytesOut += count;
    this.#onActivity?.();
    return count;
  }

  /** Ends the outgoing direction. */
  async closeWrite(): Promise<void> {
    await this.#noticing(this.stream.closeWrite());
    this.isAnswered = true;
  }

  async #noticing<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** Aborts when the connection has failed or was closed. */
  get signal(): AbortSignal {
    this.#aborted ??= new AbortController();
    if (this.hasFailed || this.isClosed) this.#aborted.abort();
    return this.#aborted.signal;
  }

  /** Whether a handler's error is the failure of its connection, and not its own. */
  isToBlame(error: unknown): boolean {
    return this.hasFailed && (isStreamError(error) || error === this.#aborted?.signal.reason);
  }

  /** Marks the connection as failed: its client is known to be lost. */
  abort(): void {
    this.hasFailed = true;
    this.#aborted?.abort();
  }

  /** Closes the stream: what is under way fails. */
  [Symbol.dispose](): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stream.close();
    this.#aborted?.abort();
  }
}
