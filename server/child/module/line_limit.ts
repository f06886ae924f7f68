/**
 * The limit of a line's length, in front of what divides a stream into lines and keeps each until its end has come.
 *
 * @module
 */

const NEWLINE = 10;
const RETURN = 13;

/** Looks at a stream of bytes for lines that are too long. */
export class LineLimit {
  /** The lines that have ended so far. */
  wholeLines = 0;
  /** The error of the line that is too long, or null as long as none is. */
  failure: RangeError | null = null;
  readonly #maxBytes: number;
  /** Bytes so far of the line that has not ended. */
  #length = 0;
  #endsInReturn = false;

  /** Lets lines of up to `maxBytes` bytes pass, their newline (LF or CRLF) not counted. Throws `RangeError`. */
  constructor(maxBytes: number) {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      throw new RangeError(`lines({ maxBytes: ${maxBytes} }): expected a whole number from 1`);
    }
    this.#maxBytes = maxBytes;
  }

  /** Passes the chunks on, and ends with the first that has too much of a line. */
  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      const at = this.#findTooLong(chunk);
      if (at !== -1) {
        this.failure = new RangeError(
          `Cannot read a line: it is longer than ${this.#maxBytes} bytes (lines({ maxBytes }) sets the limit)`,
        );
        yield chunk.subarray(0, at);
        return;
      }
      yield chunk;
    }
  }

  /** Where in the chunk a line that is too long begins or goes on, or -1. */
  #findTooLong(chunk: Uint8Array): number {
    let start = 0;
    while (true) {
      const end = chunk.indexOf(NEWLINE, start);
      this.#add(chunk.subarray(start, end === -1 ? chunk.length : end));
      if (this.#length - (this.#endsInReturn ? 1 : 0) > this.#maxBytes) return start;
      if (end === -1) return -1;
      this.wholeLines += 1;
      this.#length = 0;
      this.#endsInReturn = false;
      start = end + 1;
    }
  }

  #add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    this.#endsInReturn = piece.at(-1) === RETURN;
  }
}
