/**
 * Whole connections to one server, as the load client makes them, for so long.
 *
 * @module
 */

import { Deadlines } from "../../../client/load/deadlines.ts";
import { runClosed, shareOf } from "../../../client/load/schedule.ts";
import { Tally } from "../../../client/load/tally/tally.ts";
import { Target } from "../../../client/load/target.ts";
import { Visitor } from "../../../client/load/visitor.ts";
import { systemClock } from "../../../ipc/clock.ts";
import { MESSAGE_BYTES } from "./client.ts";

/** What the connections came to. */
export interface Connections {
  /** How each ended, and its latencies. */
  readonly tally: Tally;
  /** How many came to their end each second, until the load was over or as many as there are clients had. */
  readonly connectionsPerSecond: number;
}

/** How long a load of connections lasts. */
export interface ConnectionsOptions {
  /** How many are open at a time. */
  readonly clients: number;
  /** For how long they are opened. */
  readonly ms: number;
  /** Ends those that are open when it aborts. */
  readonly signal: AbortSignal;
}

/** How long a connection waits for what it waits for. */
const TIMEOUT_MS = 10_000;

/** With so many failures a visit need not go on. */
const FAILURES_MAX = 100;

/** More connections than a visit can bring. */
const ENDLESS = 1_000_000_000;

/** Whole connections, so many at a time, opened for so long. Those that are open then go on to their end. */
export async function measureConnections(
  port: number,
  { clients, ms, signal }: ConnectionsOptions,
): Promise<Connections> {
  const tally = new Tally();
  const target = new Target({ hostname: "127.0.0.1", port });
  await using deadlines = new Deadlines(systemClock, TIMEOUT_MS);
  const interrupt = () => deadlines.interrupt();
  const startMs = systemClock.now();
  let counted = { done: 0, ms: 0 };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  signal.addEventListener("abort", interrupt);
  const visitor = new Visitor({
    connect: (aborted) => target.connect(aborted),
    clock: systemClock,
    startMs,
    tally,
    deadlines,
    messages: 1,
    size: MESSAGE_BYTES,
    binary: false,
    timeoutMs: TIMEOUT_MS,
    connectTimeoutMs: TIMEOUT_MS,
  });
  try {
    await runClosed(shareOf(ENDLESS, { index: 0, parts: 1 }), {
      concurrency: clients,
      async visit(connection) {
        await visitor.visit(connection);
        // A server that is gone refuses them as fast as they are opened.
        if (tally.failed >= FAILURES_MAX) over.abort();
        // At last fewer and fewer are open: that would count for less than the server does.
        if (over.signal.aborted && tally.done > clients) return;
        counted = { done: tally.done, ms: systemClock.now() - startMs };
      },
      stopping: AbortSignal.any([over.signal, signal]),
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
  }
  return { tally, connectionsPerSecond: counted.done / counted.ms * 1000 };
}
