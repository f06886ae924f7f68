/**
 * The receiving half of a client: writes what the server sends to the output, as it comes.
 *
 * Nothing is queued: a chunk is written whole before the next is read, so an output that nobody reads fast enough slows
 * the server down.
 *
 * @module
 */

import { isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { writeAll } from "../ipc/copy.ts";
import type { ByteStream } from "../ipc/transport.ts";

/** The output takes no more; the reason is the cause. */
export class OutputError extends OperationalError {}

/**
 * Copies to the output until the end of file. Rejects with the source's error if that fails, and with
 * {@linkcode OutputError} if the output does.
 */
export async function receiveAll(
  source: Pick<ByteStream, "read">,
  output: Pick<ByteStream, "write">,
): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  while (true) {
    const count = await source.read(buffer);
    if (count === null) return;
    try {
      await writeAll(output, buffer.subarray(0, count));
    } catch (cause) {
      if (!isStreamError(cause)) throw cause;
      throw new OutputError(`Cannot write to standard output: ${reasonOf(cause)}`, { cause });
    }
  }
}
