/**
 * The relay: copies bytes between two streams, both ways at once, until both directions have ended. A direction that
 * reads an end of file passes it on and the other goes on (half-close).
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { copy, type CopyResult } from "./copy.ts";
import { IdleTimer } from "./idle_timer.ts";
import type { ByteStream } from "./transport.ts";

/**
 * How long a closed stream's last operation is waited for. Closing a socket cancels them, but Deno 2.6 leaves a write
 * waiting as long as the other side does not read.
 */
const CANCEL_MS = 500;

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
