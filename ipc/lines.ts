/**
 * The lines that the processes of this program send each other: every protocol of lines is read with this. A line has
 * a limit, because a handler's module may have got hold of the other end.
 *
 * @module
 */

import type { ByteStream } from "./transport.ts";

const NEWLINE = 10;

/** No line ends within the limit. */
export class LineLengthError extends Error {}

/**
 * The lines of a stream as text, without their newline, until its end. A piece behind the last newline is left out: its
 * writer was killed before it had written the rest. `maxBytes` is the longest line with its newline; rejects with
 * {@linkcode LineLengthError} for a longer one, and with the error of the stream.
 */
export async function* readLines(
  stream: Pick<ByteStream, "read">,
  maxBytes: number,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(maxBytes);
  let filled = 0;
  for (let count; (count = await stream.read(buffer.subarray(filled))) !== null;) {
    // What was there before has no newline.
    let newline = buffer.subarray(0, filled + count).indexOf(NEWLINE, filled);
    filled += count;
    let start = 0;
    while (newline !== -1) {
      yield decoder.decode(buffer.subarray(start, newline));
      start = newline + 1;
      newline = buffer.subarray(0, filled).indexOf(NEWLINE, start);
    }
    buffer.copyWithin(0, start, filled);
    filled -= start;
    if (filled === maxBytes) throw new LineLengthError(`no end of line in ${maxBytes} bytes`);
  }
}
