/**
 * The split client: two processes, so that each can wait without stopping the other. The parent reads the keyboard and
 * writes to the server; its child, the reader, prints what the server sends.
 *
 * In C the child would inherit the socket and read from it. Deno can hand no socket to a child: the parent owns it, and
 * passes what it receives on through a pipe, the reader's standard input. Nothing is queued but what that pipe holds: a
 * reader that cannot print fast enough slows the server down.
 *
 * - When the server has ended, the reader reads the end of file, prints what is left, and exits; the parent reaps it.
 * - When the reader is gone, the parent closes the connection, because nobody would see the answers.
 * - When the parent is gone, the system closes the pipe, which is the end of file for the reader.
 *
 * @module
 */

import { EXIT_STATUS, OperationalError } from "../ipc/errors.ts";
import type { ByteStream } from "../ipc/transport.ts";
import { type InteractiveOptions, runInteractive } from "./interactive.ts";
import type { ReaderProcess } from "./reader_process.ts";
import { say } from "../ipc/say.ts";

/** What a split client works with: the keyboard, and the process that prints. */
export interface SplitOptions extends Omit<InteractiveOptions, "output"> {
  /** The reader, just started. Its input is ended here, and its end waited for. */
  readonly reader: Pick<ReaderProcess, "pid" | "ended" | "write" | "endInput">;
}

/**
 * Runs until the server has ended and the reader has printed all, and closes the connection. Resolves to the reader's
 * exit status: one that failed has said why itself. Rejects as `runInteractive` does, and with
 * {@linkcode OperationalError} if the reader was killed.
 */
export async function runSplit(connection: ByteStream, options: SplitOptions): Promise<number> {
  const { reader } = options;
  const readerEnded = reader.ended.finally(() => connection.close());
  const [sent] = await Promise.allSettled([
    runInteractive(connection, { ...options, output: reader }),
  ]);
  await reader.endInput();
  const { code, signal } = await readerEnded;
  // A reader that is gone explains whatever else has failed since.
  if (signal !== null) {
    throw new OperationalError(say`The reader (process ${reader.pid}) was killed by ${signal}`);
  }
  if (code === EXIT_STATUS.done && sent.status === "rejected") throw sent.reason;
  return code;
}
