/**
 * Writes lines to standard output or standard error without ever holding up a connection: lines that come while a
 * write is under way go out together in the next one.
 *
 * A reader that stands still (a paused pager) cannot make the server grow: beyond a limit lines are dropped, and a
 * warning says how many. When the reader is gone a warning says so, once, and the server goes on without its log.
 *
 * @module
 */

import type { Clock } from "../ipc/clock.ts";
import { isStreamError, reasonOf } from "../ipc/errors.ts";
import { writeAll } from "../ipc/copy.ts";
import type { ByteStream } from "../ipc/transport.ts";

/** Characters that may wait to be written. */
const PENDING_CHARACTERS_MAX = 1024 * 1024;

/** How long the end of the program waits for a reader that stands still. */
const LAST_WRITE_MS = 1000;

/** What a writer works with. */
export interface LineWriterOptions {
  /** What the stream is called in a warning. */
  readonly name: string;
  /** Called with what the reader of the lines should know, but will not read there. */
  readonly warn: (message: string) => void;
  /** Times the wait for a reader that stands still. */
  readonly clock: Clock;
}

/** Owns the order of lines on one stream, but not the stream. Disposal waits until they are written. */
export class LineWriter implements AsyncDisposable {
  readonly #stream: Pick<ByteStream, "write">;
  readonly #options: LineWriterOptions;
  #pending = "";
  #dropped = 0;
  #writing: Promise<void> | null = null;
  #lost = false;

  /** Writes nothing yet. */
  constructor(stream: Pick<ByteStream, "write">, options: LineWriterOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  /** Takes a line, without its newline; does not wait until it is written. */
  writeLine(line: string): void {
    if (this.#lost) return;
    if (this.#pending.length + line.length > PENDING_CHARACTERS_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#pending += line + "\n";
    this.#writing ??= this.#writePending();
  }

  async #writePending(): Promise<void> {
    // What is told in this turn of the event loop goes out in one write.
    await Promise.resolve();
    try {
      while (this.#pending !== "") {
        const bytes = new TextEncoder().encode(this.#pending);
        this.#pending = "";
        await writeAll(this.#stream, bytes);
        this.#tellDropped();
      }
    } catch (error) {
      if (!isStreamError(error)) throw error;
      this.#lost = true;
      const { name, warn } = this.#options;
      warn(`Cannot write to ${name}: ${reasonOf(error)}; going on without it`);
    }
    this.#writing = null;
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const { name, warn } = this.#options;
    const lines = this.#dropped === 1 ? "1 line was" : `${this.#dropped} lines were`;
    warn(`${lines} dropped: ${name} is not read fast enough`);
    this.#dropped = 0;
  }

  /** Waits until every line is written, or for a second if nobody reads them. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#writing === null) return;
    const settled = new AbortController();
    try {
      const patience = this.#options.clock.sleep(LAST_WRITE_MS, settled.signal);
      await Promise.race([this.#writing, patience]);
    } finally {
      settled.abort();
    }
    this.#tellDropped();
  }
}
