/**
 * The receiving half of a client: writes what the server sends to the output, as it comes.
 *
 * Nothing is queued: a chunk is written whole before the next is read, so an output that nobody reads fast enough slows
 * the server down.
 *
 * @module
 */

import type { ByteStream } from "../ipc/transport.ts";
import { writeOutput } from "../cli/output.ts";

/**
 * Copies to the output until the end of file. Rejects with the source's error if that fails, and with
 * `OutputError` if the output does.
 */
export async function receiveAll(
  source: Pick<ByteStream, "read">,
  output: Pick<ByteStream, "write">,
): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  while (true) {
    const count = await source.read(buffer);
    if (count === null) return;
    await writeOutput(output, buffer.subarray(0, count));
  }
}
