/**
 * The relay: copies bytes between two streams, both ways at once, until both directions have ended. A direction that
 * reads an end of file passes it on and the other goes on (half-close).
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { copy, type CopyResult } from "./copy.ts";
import { isStreamError } from "./errors.ts";
import { IdleTimer } from "./idle_timer.ts";
import type { ByteStream } from "./transport.ts";

/**
 * How long a closed stream's last operation is waited for. Closing a socket cancels them, but Deno 2.6 leaves a write
 * waiting as long as the other side does not read.
 */
const CANCEL_MS = 500;

/**
 * How long a client that has its whole answer may be silent, and may go on sending, while what it sends is dropped. To
 * close a socket with unread bytes is to reset it (RFC 1122, section 4.2.2.13), and a reset drops what is still on its
 * way to the client.
 */
const LINGER_MS = { silence: 500, all: 5000 };

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
 *   has ended and the server's side is gone, nobody will read what the client may still send, and both end. Where some
 *   of it waits to be read already, the close lingers, so that the client gets the answer's end.
 */
export async function relay(
  client: ByteStream,
  server: ByteStream,
  options: RelayOptions,
): Promise<RelayResult> {
  const { onInbound, serverGone, idleTimeoutMs: timeoutMs, clock, signal } = options;
  let endedBy: RelayResult["endedBy"] | null = null;
  const closeServer = once(() => server.close());
  const close = (by: RelayResult["endedBy"]) => {
    if (endedBy !== null) return;
    endedBy = by;
    client.close();
    closeServer();
  };
  // To close before both directions have ended makes the operations under way fail, and so their copies end.
  const severed = Promise.withResolvers<void>();
  const sever = (by: RelayResult["endedBy"]) => {
    close(by);
    severed.resolve();
  };
  const severByStop = () => sever("stop");
  const settled = new AbortController();

  using idleTimer = new IdleTimer({ timeoutMs, clock, onIdle: () => sever("idle") });
  const { onActivity } = idleTimer;
  let bytesIn = 0;
  let bytesOut = 0;
  /** Whether the server's side has not taken what the client sent: then more may wait to be read. */
  let isWritingIn = false;
  const inbound = copy(client, server, {
    onChunk(chunk) {
      isWritingIn = true;
      onInbound?.(chunk);
    },
    onActivity,
    onCopied(bytes) {
      isWritingIn = false;
      bytesIn += bytes;
    },
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
  const endByServer = async () => {
    if (!isWritingIn) return sever("server");
    closeServer();
    const ended = inbound.then(() => true, () => true);
    const late = clock.sleep(CANCEL_MS, settled.signal).then(() => false);
    if (!await Promise.race([ended, late])) sever("server");
  };
  outbound.then(() => serverGone).then(endByServer, endByServer);
  signal.addEventListener("abort", severByStop);
  if (signal.aborted) severByStop();

  const patience = severed.promise.then(() => clock.sleep(CANCEL_MS, settled.signal));
  try {
    const failures = await Promise.race([both, patience]) ?? [];
    const [failureIn, failureOut] = failures;
    if (endedBy === null && failureIn?.at === "write" && failureOut === null) {
      await drain(client, clock);
    }
    close(failures.every((failure) => failure === null) ? "both" : "server");
    return { bytesIn, bytesOut, endedBy: endedBy ?? "both" };
  } finally {
    settled.abort();
    signal.removeEventListener("abort", severByStop);
    close("server");
  }
}

/** Drops what a client still sends, until its end of file, its failure or close, or its time is over. */
async function drain(client: Pick<ByteStream, "read">, clock: Clock): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  const endsAt = clock.now() + LINGER_MS.all;
  while (clock.now() < endsAt) {
    const read = new AbortController();
    const silent = clock.sleep(LINGER_MS.silence, read.signal).then(() => null);
    const count = await Promise.race([client.read(buffer).catch(endOfStream), silent]);
    read.abort();
    if (count === null) return;
  }
}

/** A stream that failed has ended too. */
function endOfStream(error: unknown): null {
  if (isStreamError(error)) return null;
  throw error;
}

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (!hasRun) run();
    hasRun = true;
  };
}
