/** Samples as visits bring them, made up. */

import { LatencyHistogram } from "../../../client/load/tally/histogram.ts";
import { Tally } from "../../../client/load/tally/tally.ts";
import type { Sample } from "../../../lab/compare/measure/visit.ts";

/** What a made-up visit has seen. */
export interface Seen {
  readonly connectionsPerSecond?: number;
  readonly firstEchoMs?: number;
  readonly connections?: number;
  readonly failed?: number;
  readonly roundTripMs?: number;
  readonly roundTrips?: number;
  readonly bytesPerSecond?: number;
  readonly use?: Sample["use"];
}

/** A visit in which every connection and round trip took the same time. */
export function sample(seen: Seen = {}): Sample {
  const { connections = 200, roundTrips: count = 200, failed = 0 } = seen;
  const tally = new Tally();
  tally.done = connections;
  for (let i = 0; i < connections; i++) tally.latencies.firstEcho.record(seen.firstEchoMs ?? 2);
  if (failed > 0) tally.fail({ kind: "reset", reason: "connection 7 was reset" }, failed);
  const roundTrips = new LatencyHistogram();
  for (let i = 0; i < count; i++) roundTrips.record(seen.roundTripMs ?? 0.05);
  return {
    tally,
    connectionsPerSecond: seen.connectionsPerSecond ?? 1000,
    roundTrips,
    bytesPerSecond: seen.bytesPerSecond ?? 500e6,
    use: seen.use === undefined
      ? { processes: 5, bytesPerClient: 10e6, cpuMs: connections / 2 }
      : seen.use,
  };
}
