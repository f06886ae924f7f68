/**
 * The interactive client: sends the lines of its input, and prints what the server sends as it comes.
 *
 * It ends when the server's end of file comes, and nothing that was sent before is lost. The end word and the end of
 * input close the sending direction only: whatever the server still answers is printed.
 *
 * @module
 */

// @ts-types="../types/std_streams.d.ts"
import { DelimiterStream } from "@std/streams";
import { errnoOf, isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { writeAll } from "../ipc/copy.ts";
import type { ByteStream } from "../ipc/transport.ts";
import { receiveAll } from "./receive.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** What an interactive client works with. */
export interface InteractiveOptions {
  /** What is typed. */
  readonly input: ReadableStream<Uint8Array>;
  /** Where answers are printed. */
  readonly output: Pick<ByteStream, "write">;
  /** The line that ends the input. */
  readonly endWord: string;
  /** Whether lines are sent with the newline they were typed with. */
  readonly newline: boolean;
}

/**
 * Runs until the server has ended. Rejects with the stream's error if the connection is lost, and with
 * `OutputError` or {@linkcode InputError} if the client's own side fails.
 */
export async function runInteractive(
  connection: ByteStream,
  options: InteractiveOptions,
): Promise<void> {
  let reset: unknown = null;
  const write = async (bytes: Uint8Array) => {
    try {
      return await connection.write(bytes);
    } catch (error) {
      // The kernel tells a reset to one operation only: after this the reads just come to an end.
      if (errnoOf(error) === "ECONNRESET") reset = error;
      throw error;
    }
  };
  const closeWrite = () => connection.closeWrite();
  const receiving = receiveAll(connection, options.output);
  const sending = sendLines({ write, closeWrite }, options).catch((error) => {
    // A server that takes no more has ended; what it sent before is still to be read.
    if (!isStreamError(error)) throw error;
  });
  // Waits for the server, but for the input only as long as the server does: a read of a keyboard never ends.
  await Promise.race([receiving, sending.then(() => receiving)]);
  if (reset !== null) throw reset;
}

/** The input cannot be read; the reason is the cause. */
export class InputError extends OperationalError {}

async function sendLines(
  connection: Pick<ByteStream, "write" | "closeWrite">,
  options: InteractiveOptions,
): Promise<void> {
  for await (const line of linesOf(options.input)) {
    const content = withoutNewline(line);
    if (content.length === 0) continue;
    if (new TextDecoder().decode(content) === options.endWord) break;
    await writeAll(connection, options.newline ? line : content);
  }
  await connection.closeWrite();
}

/** The lines of an input as bytes, each with its newline if it has one. */
async function* linesOf(input: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const splitter = new DelimiterStream(Uint8Array.of(NEWLINE), { disposition: "suffix" });
  try {
    // The input is not ours to cancel, which would wait for a read that is under way.
    yield* input.pipeThrough(splitter).values({ preventCancel: true });
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new InputError(`Cannot read standard input: ${reasonOf(cause)}`, { cause });
  }
}

function withoutNewline(line: Uint8Array): Uint8Array {
  if (line.at(-1) !== NEWLINE) return line;
  return line.subarray(0, line.at(-2) === RETURN ? -2 : -1);
}
