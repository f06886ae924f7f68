/**
 * What a command prints on standard output: a server's bytes, or a report.
 *
 * @module
 */

import { isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { writeAll } from "../ipc/relay/copy.ts";
import type { ByteStream } from "../ipc/transport.ts";
import { say } from "../ipc/say.ts";

/** The output takes no more; the reason is the cause. */
export class OutputError extends OperationalError {}

/** Writes all of the bytes, as fast as somebody reads them. Rejects with {@linkcode OutputError}. */
export async function writeOutput(
  output: Pick<ByteStream, "write">,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await writeAll(output, bytes);
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new OutputError(say`Cannot write to standard output: ${reasonOf(cause)}`, { cause });
  }
}
