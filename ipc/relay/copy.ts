/**
 * Copies bytes from one stream to another, in one direction, until the end of file.
 *
 * - Nothing is queued: a chunk is written whole before the next is read, so a slow reader slows its writer down.
 * - A copy works in one 64 KiB buffer, taken from a pool and given back at its end.
 *
 * It reads and writes the streams itself: Deno's `readable` closes the whole connection at an end of file, and
 * `pipeTo` takes two to three times as long.
 *
 * @module
 */

import { isStreamError } from "../errors.ts";
import type { ByteStream } from "../transport.ts";

const BUFFER_BYTES = 64 * 1024;

/** How many free buffers are kept. Beyond it they are left to the garbage collector. */
const FREE_BUFFERS_KEPT = 64;

const freeBuffers: Uint8Array[] = [];

/** How one direction ended. */
export interface CopyResult {
  /** Bytes that were read from the source and taken by the sink. */
  readonly bytes: number;

  /** Null after an end of file; else the operation that failed, and why. */
  readonly failure: { readonly at: "read" | "write"; readonly cause: unknown } | null;
}

/** What a copy may be told. */
export interface CopyOptions {
  /** Called with every chunk before it is written. The chunk is valid during the call only. */
  readonly onChunk?: ((chunk: Uint8Array) => void) | undefined;

  /** Called whenever bytes were read, and whenever bytes were written. */
  readonly onActivity?: (() => void) | undefined;

  /** Called when a chunk has been written, with its length. */
  readonly onCopied?: ((bytes: number) => void) | undefined;
}

/**
 * Copies one direction, from `source` until its end of file, which is passed on to `sink`. Resolves also when a stream
 * fails, with the failure; rejects only for a bug.
 */
export async function copy(
  source: Pick<ByteStream, "read" | "readNow">,
  sink: Pick<ByteStream, "write" | "writeNow" | "closeWrite">,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const { onChunk, onActivity, onCopied } = options;
  const buffer = freeBuffers.pop() ?? new Uint8Array(BUFFER_BYTES);
  let chunk = buffer;
  let at: "read" | "write" = "read";
  let bytes = 0;
  try {
    while (true) {
      at = "read";
      const now = source.readNow === undefined ? "again" : source.readNow(buffer);
      const count = now === "again" ? await source.read(buffer) : now;
      at = "write";
      if (count === null) break;
      onActivity?.();
      // Messages are often of the same size.
      if (chunk.length !== count) chunk = buffer.subarray(0, count);
      onChunk?.(chunk);
      const taken = sink.writeNow?.(chunk) ?? "again";
      if (taken === "again") await writeAll(sink, chunk, onActivity);
      else {
        onActivity?.();
        if (taken < count) await writeAll(sink, chunk.subarray(taken), onActivity);
      }
      bytes += count;
      onCopied?.(count);
    }
    await passOnEndOfFile(sink);
    return { bytes, failure: null };
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    return { bytes, failure: { at, cause } };
  } finally {
    if (freeBuffers.length < FREE_BUFFERS_KEPT) freeBuffers.push(buffer);
  }
}

/** Ends the direction to a sink that has taken every byte. Rejects only for a bug. */
export async function passOnEndOfFile(sink: Pick<ByteStream, "closeWrite">): Promise<void> {
  try {
    await sink.closeWrite();
  } catch (error) {
    // The sink took every byte and is gone since: there is nobody left to tell.
    if (!isStreamError(error)) throw error;
  }
}

/** Writes all of `bytes`, however many writes that takes, and calls `onWritten` after each. */
export async function writeAll(
  stream: Pick<ByteStream, "write">,
  bytes: Uint8Array,
  onWritten?: () => void,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await stream.write(written === 0 ? bytes : bytes.subarray(written));
    onWritten?.();
  }
}
