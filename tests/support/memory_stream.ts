/**
 * A `ByteStream` without an operating system behind it: what it reads is a script, what is written to it is kept, and
 * both can be short or fail at a chosen moment.
 *
 * @module
 */

import type { ByteStream } from "../../ipc/transport.ts";

/** How a stream behaves. By default it is at its end of file and takes all that is written. */
export interface MemoryStreamOptions {
  /** What there is to read, piece by piece. Its return is the end of file; what it throws, `read` throws. */
  readonly reads?: (stream: MemoryStream) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** How many of `length` bytes a write takes. What it throws, `write` throws. */
  readonly takes?: (length: number) => number | Promise<number>;
  /** What it throws, `closeWrite` throws. */
  readonly onCloseWrite?: () => void | Promise<void>;
}

/** One end of an in-memory stream. */
export class MemoryStream implements ByteStream {
  /** The bytes of every write, in order. */
  readonly written: number[] = [];
  /** How many times each has been called. */
  readonly calls = { read: 0, write: 0, closeWrite: 0, close: 0 };
  /** Resolves when the other side would read an end of file. */
  readonly writeEnded: Promise<void>;
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;

  readonly #options: MemoryStreamOptions;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #endWrite: () => void;
  readonly #closed = Promise.withResolvers<never>();
  #piece: Uint8Array | null = null;

  constructor(options: MemoryStreamOptions = {}) {
    this.#options = options;
    this.#pieces = this.#readPieces();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.writeEnded = promise;
    this.#endWrite = resolve;
    this.closed = this.#closed.promise.catch(() => {});
  }

  /** What was written, as text. */
  get writtenText(): string {
    return new TextDecoder().decode(Uint8Array.from(this.written));
  }

  async *#readPieces(): AsyncGenerator<Uint8Array> {
    yield* this.#options.reads?.(this) ?? [];
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    this.calls.read++;
    if (this.#piece === null) {
      const next = await Promise.race([this.#pieces.next(), this.#closed.promise]);
      if (next.done === true) return null;
      this.#piece = next.value;
    }
    const count = Math.min(buffer.length, this.#piece.length);
    buffer.set(this.#piece.subarray(0, count));
    this.#piece = count < this.#piece.length ? this.#piece.subarray(count) : null;
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.calls.write++;
    const taken = Promise.resolve(this.#options.takes?.(bytes.length) ?? bytes.length);
    const count =
      await (this.calls.close === 0
        ? Promise.race([taken, this.#closed.promise])
        : this.#closed.promise);
    this.written.push(...bytes.subarray(0, count));
    return count;
  }

  async closeWrite(): Promise<void> {
    this.calls.closeWrite++;
    await this.#options.onCloseWrite?.();
    this.#endWrite();
  }

  close(): void {
    this.calls.close++;
    this.#closed.reject(new Deno.errors.BadResource("Bad resource ID"));
  }
}
