/**
 * The relay: copies bytes between two streams, both ways at once, until both directions have ended.
 *
 * - A direction that reads an end of file passes it on and the other goes on (half-close).
 * - Nothing is queued: a chunk is written whole before the next is read, so a slow reader slows its writer down.
 * - Each direction works in one 64 KiB buffer, taken from a pool and given back at its end.
 *
 * It reads and writes the streams itself: Deno's `readable` closes the whole connection at an end of file, and
 * `pipeTo` takes two to three times as long.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { isStreamError } from "./errors.ts";
import { IdleTimer } from "./idle_timer.ts";
import { type ByteStream, writeAll } from "./transport.ts";

const BUFFER_BYTES = 64 * 1024;

/** How many free buffers are kept. Beyond it they are left to the garbage collector. */
const FREE_BUFFERS_KEPT = 64;

const freeBuffers: Uint8Array[] = [];

/**
 * How long a closed stream's last operation is waited for. Closing a socket cancels them, but Deno 2.6 leaves a write
 * waiting as long as the other side does not read.
 */
const CANCEL_MS = 500;

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
  source: Pick<ByteStream, "read">,
  sink: Pick<ByteStream, "write" | "closeWrite">,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const { onChunk, onActivity, onCopied } = options;
  const buffer = freeBuffers.pop() ?? new Uint8Array(BUFFER_BYTES);
  let at: "read" | "write" = "read";
  let bytes = 0;
  try {
    while (true) {
      at = "read";
      const count = await source.read(buffer);
      at = "write";
      if (count === null) break;
      onActivity?.();
      const chunk = buffer.subarray(0, count);
      onChunk?.(chunk);
      await writeAll(sink, chunk, onActivity);
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

async function passOnEndOfFile(sink: Pick<ByteStream, "closeWrite">): Promise<void> {
  try {
    await sink.closeWrite();
  } catch (error) {
    // The sink took every byte and is gone since: there is nobody left to tell.
    if (!isStreamError(error)) throw error;
  }
}

/** How a relay ended. */
export interface RelayResult {
  /** Bytes that went from the client to the server's side. */
  readonly bytesIn: number;
  /** Bytes that went from the server's side to the client. */
  readonly bytesOut: number;
  /** What ended it: both sides' end of file, one side, which was lost or gone before, idleness, or the signal. */
  readonly endedBy: "both" | "client" | "server" | "idle" | "stop";
}

/** What a relay may be told. */
export interface RelayOptions {
  /** Called with every chunk from the client before it is written. The chunk is valid during the call only. */
  readonly onInbound?: ((chunk: Uint8Array) => void) | undefined;

  /** Resolves when nobody reads the server's side any more. Must not reject. */
  readonly serverGone: Promise<unknown>;

  /** How long no byte may pass either way, in milliseconds; 0 means for ever. */
  readonly idleTimeoutMs: number;

  /** Measures that. */
  readonly clock: Clock;

  /** Ends both directions when it aborts, whatever is still to be written. */
  readonly signal: AbortSignal;
}

/**
 * Relays between a client and what serves it until both directions have ended, then closes both streams.
 *
 * The two sides are not treated alike, because only one of them is ours:
 * - a client that is lost ends both directions: what is still written to it has no reader;
 * - a server's side that takes no more input ends that direction only, and its answer still goes out. When the answer
 *   has ended and the server's side is gone, nobody will read what the client may still send, and both end.
 */
export async function relay(
  client: ByteStream,
  server: ByteStream,
  options: RelayOptions,
): Promise<RelayResult> {
  const { onInbound, serverGone, idleTimeoutMs: timeoutMs, clock, signal } = options;
  let endedBy: RelayResult["endedBy"] | null = null;
  const close = (by: RelayResult["endedBy"]) => {
    if (endedBy !== null) return;
    endedBy = by;
    client.close();
    server.close();
  };
  // To close before both directions have ended makes the operations under way fail, and so their copies end.
  const severed = Promise.withResolvers<void>();
  const sever = (by: RelayResult["endedBy"]) => {
    close(by);
    severed.resolve();
  };
  const severByServer = () => sever("server");
  const severByStop = () => sever("stop");

  using idleTimer = new IdleTimer({ timeoutMs, clock, onIdle: () => sever("idle") });
  const { onActivity } = idleTimer;
  let bytesIn = 0;
  let bytesOut = 0;
  const inbound = copy(client, server, {
    onChunk: onInbound,
    onActivity,
    onCopied: (bytes) => bytesIn += bytes,
  });
  const outbound = copy(server, client, { onActivity, onCopied: (bytes) => bytesOut += bytes });
  const severIfClientLost = async (copying: Promise<CopyResult>, at: "read" | "write") => {
    const { failure } = await copying;
    if (failure?.at === at) sever("client");
    return failure;
  };
  const both = Promise.all([
    severIfClientLost(inbound, "read"),
    severIfClientLost(outbound, "write"),
  ]);
  outbound.then(() => serverGone).then(severByServer, severByServer);
  signal.addEventListener("abort", severByStop);
  if (signal.aborted) severByStop();

  const settled = new AbortController();
  const patience = severed.promise.then(() => clock.sleep(CANCEL_MS, settled.signal));
  try {
    const failures = await Promise.race([both, patience]) ?? [];
    close(failures.every((failure) => failure === null) ? "both" : "server");
    return { bytesIn, bytesOut, endedBy: endedBy ?? "both" };
  } finally {
    settled.abort();
    signal.removeEventListener("abort", severByStop);
    close("server");
  }
}
