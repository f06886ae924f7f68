/**
 * The last lines of an output, of which nobody knows how long it is.
 *
 * @module
 */

import { isStreamError } from "../../../ipc/errors.ts";

/** How much is kept, and how much of that is shown. */
const BYTES_MAX = 8192;
const LINES_MAX = 8;
const LINE_MAX = 200;

/** Reads an output to its end, so that its writer never waits, and keeps the end of what it has read. */
export class LastLines implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reading: Promise<void>;
  #kept = new Uint8Array(0);

  /** Begins to read. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    try {
      for (let chunk; (chunk = (await this.#reader.read()).value) !== undefined;) this.#keep(chunk);
    } catch (error) {
      if (!isStreamError(error)) throw error;
    }
  }

  #keep(chunk: Uint8Array): void {
    const old = this.#kept.subarray(-Math.max(0, BYTES_MAX - chunk.length) || this.#kept.length);
    const fresh = chunk.subarray(-BYTES_MAX);
    const kept = new Uint8Array(old.length + fresh.length);
    kept.set(old);
    kept.set(fresh, old.length);
    this.#kept = kept;
  }

  /** Drops what was kept. */
  forget(): void {
    this.#kept = new Uint8Array(0);
  }

  /** The last lines, each cut where it is long. */
  get lines(): readonly string[] {
    return lastLinesOf(new TextDecoder().decode(this.#kept));
  }

  /** Reads no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch((error) => {
      if (!isStreamError(error)) throw error;
    });
    await this.#reading;
  }
}

/** The last lines of a text that are not empty, each cut where it is long. */
export function lastLinesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.slice(-LINES_MAX).map((line) =>
    line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}...` : line
  );
}
