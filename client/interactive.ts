/**
 * The interactive client: sends the lines of its input, and prints what the server sends as it comes.
 *
 * It ends when the server's end of file comes, and nothing that was sent before is lost. The end word and the end of
 * input close the sending direction only: whatever the server still answers is printed.
 *
 * @module
 */

import { errnoOf, isStreamError } from "../ipc/errors.ts";
import { writeAll } from "../ipc/relay/copy.ts";
import type { ByteStream } from "../ipc/transport.ts";
import type { Answers } from "./answers.ts";
import { linesOf } from "./lines.ts";
import { receiveAll } from "./receive.ts";

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
  /** Whether the end word is sent before the sending direction ends, also where it was not typed. */
  readonly sendsEndWord: boolean;
  /** Who prints each answer on a line of its own, or null: bytes are printed as they come. */
  readonly answers: Answers | null;
}

/**
 * Runs until the server has ended. Rejects with the stream's error if the connection is lost, and with
 * `OutputError` or `InputError` if the client's own side fails.
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
  const { answers, output } = options;
  const receiving = answers === null
    ? receiveAll(connection, output)
    : answers.receive(connection, output);
  const sending = sendLines({ write, closeWrite }, options).catch((error) => {
    // A server that takes no more has ended; what it sent before is still to be read.
    if (!isStreamError(error)) throw error;
  });
  // Waits for the server, but for the input only as long as the server does: a read of a keyboard never ends.
  await Promise.race([receiving, sending.then(() => receiving)]);
  if (reset !== null) throw reset;
}

async function sendLines(
  connection: Pick<ByteStream, "write" | "closeWrite">,
  options: InteractiveOptions,
): Promise<void> {
  const { input, endWord, newline, sendsEndWord, answers } = options;
  for await (const { content, typed, isWhole } of linesOf(input)) {
    if (isWhole && content.length === 0) continue;
    if (isWhole && new TextDecoder().decode(content) === endWord) break;
    const bytes = newline ? typed : content;
    const answered = answers?.expect(bytes.length);
    await writeAll(connection, bytes);
    // A part of a line is answered with the rest of it.
    if (isWhole || typed.length > content.length) await answered;
  }
  if (sendsEndWord) await writeAll(connection, new TextEncoder().encode(endWord));
  await connection.closeWrite();
}
