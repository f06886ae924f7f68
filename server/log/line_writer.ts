/**
 * Writes lines to standard output or standard error without ever holding up a connection: lines that come while a write
 * is under way go out together in the next one.
 *
 * A reader that stands still (a paused pager) cannot make the server grow: beyond a limit lines are dropped, and a
 * warning says how many. What clients send may fill half of that only, so that none who sends much hides what happens
 * to the others. A write that fails (a full disk) loses its lines, which a warning says once; then one line after the
 * other is tried, while the others wait, and when one can be written another warning says how many were lost. A pipe
 * that does not block loses the lines of the first write that finds no room; from then on no more is written at once
 * than can be tried again. A reader that is gone does not come back: a warning says so, and the server goes on without
 * its log.
 *
 * @module
 */

import { type Clock, within } from "../../ipc/clock.ts";
import { errnoOf, isStreamError, reasonOf } from "../../ipc/errors.ts";
import type { ByteStream } from "../../ipc/transport.ts";
import { say } from "../../ipc/say.ts";

/** Characters that may wait to be written. */
const PENDING_CHARACTERS_MAX = 1024 * 1024;

/** How long the next write waits after one that has failed. */
const PAUSE_MS = 100;

/** So much a pipe takes as a whole or not at all, `PIPE_BUF` in pipe(7); no character here is of more than 3 bytes. */
const WHOLE = { bytes: 4096, characters: 1365 } as const;

const NEWLINE = 10;

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
  /** Lines whose write has failed since the last that has not. */
  #lost = 0;
  #linesLost = 0;
  /** Whether it was seen that the stream does not block: somebody else who has it asked for that. */
  #neverBlocks = false;
  #writing: Promise<void> | null = null;
  #isClosed = false;

  /** Writes nothing yet. */
  constructor(stream: Pick<ByteStream, "write">, options: LineWriterOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  /** How many lines were dropped or lost so far. */
  get linesLost(): number {
    return this.#linesLost;
  }

  /** Takes a line, without its newline; does not wait until it is written. */
  writeLine(line: string, isOfClient = false): void {
    if (this.#isClosed) return;
    const most = isOfClient ? PENDING_CHARACTERS_MAX / 2 : PENDING_CHARACTERS_MAX;
    if (this.#pending.length + line.length > most) {
      if (this.#lost > 0) this.#lost += 1;
      else this.#dropped += 1;
      this.#linesLost += 1;
      return;
    }
    this.#pending += line + "\n";
    this.#writing ??= this.#writePending();
  }

  async #writePending(): Promise<void> {
    // What is told in this turn of the event loop goes out in one write.
    await Promise.resolve();
    while (this.#pending !== "") {
      await this.#write(this.#takePending());
      this.#tellDropped();
    }
    this.#writing = null;
  }

  /**
   * What is written next: all that waits, as a rule. After a failure it is one line, because what fails is lost; and of
   * what does not block, as much as is taken as a whole or not at all.
   */
  #takePending(): string {
    const isCareful = this.#lost > 0 || this.#neverBlocks;
    const most = this.#lost > 0 ? 0 : WHOLE.characters;
    const whole = isCareful ? this.#pending.lastIndexOf("\n", most - 1) + 1 : this.#pending.length;
    const end = whole > 0 ? whole : this.#pending.indexOf("\n") + 1;
    const text = this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(end);
    return text;
  }

  /** Writes lines, and tells if that fails, or succeeds again. */
  async #write(lines: string): Promise<void> {
    // What failed may have written a part of a line: Deno does not tell, and buffers what it could not write.
    const lineEnd = this.#lost > 0 ? "\n" : "";
    const bytes = new TextEncoder().encode(lineEnd + lines);
    let written = 0;
    try {
      while (written < bytes.length) written += await this.#stream.write(bytes.subarray(written));
      this.#tellLost(say`can be written again`);
    } catch (error) {
      if (!isStreamError(error)) throw error;
      if (this.#isUntouched(error, { bytes, written })) {
        this.#pending = lines + this.#pending;
        await this.#options.clock.sleep(PAUSE_MS);
        return;
      }
      this.#tellFailure(error);
      const lost = countLines(bytes.subarray(Math.max(written, lineEnd.length)));
      this.#lost += lost;
      this.#linesLost += lost;
      if (!this.#isClosed) await this.#options.clock.sleep(PAUSE_MS);
    }
  }

  /** Whether nothing was written, so that the same can be tried again: not where that was too long the first time. */
  #isUntouched(
    error: unknown,
    { bytes, written }: { readonly bytes: Uint8Array; readonly written: number },
  ): boolean {
    if (errnoOf(error) !== "EAGAIN") return false;
    const isWhole = this.#neverBlocks && written === 0 && bytes.length <= WHOLE.bytes;
    this.#neverBlocks = true;
    return isWhole;
  }

  /** Tells of the first failure in a row, and gives up a stream that will never take anything more. */
  #tellFailure(error: unknown): void {
    const { name, warn } = this.#options;
    this.#isClosed = errnoOf(error) === "EPIPE" || error instanceof Deno.errors.BadResource;
    if (this.#isClosed) this.#pending = "";
    const next = this.#isClosed
      ? say`going on without it`
      : say`lines are lost until it can be written`;
    // The stream does not block, as somebody else who has it asked for, and its reader is slow.
    const reason = errnoOf(error) === "EAGAIN" ? say`it is not read fast enough` : reasonOf(error);
    if (this.#isClosed || this.#lost === 0) warn(say`Cannot write to ${name}: ${reason}; ${next}`);
  }

  /** Tells how many lines were lost, if any were. */
  #tellLost(what: string): void {
    if (this.#lost === 0) return;
    const { name, warn } = this.#options;
    warn(say`${name} ${what}: up to ${formatLines(this.#lost)} lost`);
    this.#lost = 0;
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const { name, warn } = this.#options;
    warn(say`${formatLines(this.#dropped)} dropped: ${name} is not read fast enough`);
    this.#dropped = 0;
  }

  /** Waits until every line is written, or for a second if nobody reads them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settle();
    if (this.#lost > 0 || this.#neverBlocks) this.#losePending();
    if (!this.#isClosed) this.#tellLost("could not be written to the end");
    this.#tellDropped();
  }

  #losePending(): void {
    const lost = countLines(new TextEncoder().encode(this.#pending));
    this.#pending = "";
    this.#lost += lost;
    this.#linesLost += lost;
  }

  async #settle(): Promise<void> {
    if (this.#writing !== null) await within(LAST_WRITE_MS, this.#writing, this.#options);
  }
}

function countLines(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => byte === NEWLINE ? count + 1 : count, 0);
}

function formatLines(count: number): string {
  return count === 1 ? say`1 line was` : say`${count} lines were`;
}
