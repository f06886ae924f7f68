/**
 * Runs a share of a load, in this process.
 *
 * @module
 */

import { type Clock, systemClock } from "../../../ipc/clock.ts";
import type { Endpoint } from "../../../ipc/address.ts";
import { connectorFor } from "../../connection/connection.ts";
import type { Trust } from "../../connection/trust.ts";
import type { ByteStream } from "../../../ipc/transport.ts";
import { Deadlines } from "../deadlines.ts";
import type { VisitOptions } from "../options.ts";
import { runClosed, runOpen, type Share } from "../schedule.ts";
import type { Tally } from "../tally/tally.ts";
import { Target } from "../target.ts";
import { Visitor } from "../visitor.ts";

/** A share of a load, and what its connections do. */
export interface ShareOptions extends VisitOptions, Endpoint, Share {
  /** How many connections of this share to have open at a time, where there is no rate. */
  readonly concurrency: number;
  /** Connections per second of the whole load; 0 for as many as the concurrency allows. */
  readonly rate: number;
}

/** What the share of a process runs with. */
export interface ShareRun {
  /** Where everything is counted. */
  readonly tally: Tally;
  /** Aborts when the load is to end. */
  readonly stopping: AbortSignal;
  /** Whom to trust with TLS, or null: without it. */
  readonly trust: Trust | null;
  /** What a test puts in the place of the world. */
  readonly world?: World;
}

/** What a test puts in the place of the world. */
export interface World {
  /** Where the time comes from. */
  readonly clock: Clock;
  /** Opens a connection. */
  readonly connect: (signal: AbortSignal) => Promise<ByteStream>;
}

/**
 * Opens the connections of a share and counts what becomes of them. Resolves when all have ended; when `stopping`
 * aborts, those that are open are ended. Rejects with `UnresolvedError` if the host name stands for no address.
 */
export async function runShare(options: ShareOptions, run: ShareRun): Promise<void> {
  const { connectTimeoutMs, timeoutMs, rate, concurrency } = options;
  const { tally, stopping, trust, world } = run;
  const target = new Target(options, await connectorFor(trust));
  const clock = world?.clock ?? systemClock;
  const connect = world?.connect ?? ((signal: AbortSignal) => target.connect(signal));
  await using deadlines = new Deadlines(clock, Math.min(connectTimeoutMs, timeoutMs));
  const interrupt = () => deadlines.interrupt();
  stopping.addEventListener("abort", interrupt);
  const startMs = clock.now();
  const visitor = new Visitor({ ...options, connect, clock, startMs, tally, deadlines });
  try {
    if (rate > 0) {
      const visit = (connection: number, dueMs: number) => visitor.visit(connection, dueMs);
      await runOpen(options, { rate, startMs, visit, clock, stopping });
    } else {
      const visit = (connection: number) => visitor.visit(connection);
      await runClosed(options, { concurrency, visit, stopping });
    }
  } finally {
    stopping.removeEventListener("abort", interrupt);
  }
}
