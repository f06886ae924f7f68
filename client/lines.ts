/**
 * The lines of the client's input.
 *
 * A line is kept until it is whole. One that is longer than {@linkcode LINE_BYTES_MAX} comes in parts: also a line
 * without an end takes no more memory than that, and is sent as it comes.
 *
 * @module
 */

import { isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { say } from "../ipc/say.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The longest line that is kept, with its newline. */
export const LINE_BYTES_MAX = 64 * 1024;

/** A line of the input, or a part of one. Its bytes are valid until the next is asked for. */
export interface Line {
  /** What it says. */
  readonly content: Uint8Array;
  /** The same with the newline behind it, LF or CRLF, if it has one. */
  readonly typed: Uint8Array;
  /** Whether it is no part of a longer line. */
  readonly isWhole: boolean;
}

/** The input cannot be read; the reason is the cause. */
export class InputError extends OperationalError {}

/** Divides an input into its lines. Rejects with {@linkcode InputError} if the input cannot be read. */
export async function* linesOf(input: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  try {
    // The input is not ours to cancel, which would wait for a read that is under way.
    yield* divide(input.values({ preventCancel: true }));
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new InputError(say`Cannot read standard input: ${reasonOf(cause)}`, { cause });
  }
}

async function* divide(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const buffer = new Uint8Array(LINE_BYTES_MAX);
  let kept = 0;
  let isWhole = true;
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0;) {
      const fitting = rest.subarray(0, LINE_BYTES_MAX - kept);
      const piece = fitting.subarray(0, fitting.indexOf(NEWLINE) + 1 || fitting.length);
      rest = rest.subarray(piece.length);
      buffer.set(piece, kept);
      kept += piece.length;
      if (piece.at(-1) === NEWLINE) {
        yield lineOf(buffer.subarray(0, kept), isWhole);
        kept = 0;
        isWhole = true;
      } else if (kept === LINE_BYTES_MAX) {
        // A return may belong to the newline that comes next.
        const heldBack = piece.at(-1) === RETURN ? 1 : 0;
        isWhole = false;
        yield lineOf(buffer.subarray(0, kept - heldBack), isWhole);
        buffer.copyWithin(0, kept - heldBack, kept);
        kept = heldBack;
      }
    }
  }
  if (kept > 0) yield lineOf(buffer.subarray(0, kept), isWhole);
}

function lineOf(typed: Uint8Array, isWhole: boolean): Line {
  return { content: withoutNewline(typed), typed, isWhole };
}

function withoutNewline(line: Uint8Array): Uint8Array {
  if (line.at(-1) !== NEWLINE) return line;
  return line.subarray(0, line.at(-2) === RETURN ? -2 : -1);
}
