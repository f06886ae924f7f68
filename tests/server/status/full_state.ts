/** A state in which everything has a value: what shows states is tried with it. */

import type { ServerState } from "../../../server/status/state.ts";
import { FACTS } from "./facts.ts";
import { PlayedModel, processOf } from "./played_model.ts";

/** A server that has seen much, and whose processes can be seen. */
export function fullState(): ServerState {
  const played = new PlayedModel();
  const parent = processOf(FACTS.pid, { pssBytes: 50_000, cpuMs: 1500 });
  for (const pid of [1, 2, 3, 4]) played.idleWorker(pid);
  played.events({ event: "worker_started", workerPid: 5 });
  played.accept(1, 1).open(1, 1).traffic([1, 10, 20]);
  played.accept(2, 2).open(2, 2).close(2, { bytesIn: 5, bytesOut: 6, durationMs: 700 });
  played.exit(3).exit(9, { status: null, signal: "SIGKILL" });
  played.events(
    {
      ...{ event: "connection_rejected", remoteHost: "192.0.2.2", remotePort: 4 },
      ...{ reason: "max_per_host", maxPerHost: 1, rejected: 3 },
    },
    { event: "worker_failed", workerPid: null, error: "Cannot start" },
    { event: "accept_failed", error: "Cannot accept" },
    { event: "admission_paused", maxConnections: 40 },
  );
  played.sample(0, {
    processes: [
      ...[parent, processOf(1, { pssBytes: 300, cpuMs: 70 }), processOf(2, { state: "Z" })],
      ...[processOf(3, { pssBytes: 9999, cpuMs: 9999 }), processOf(4, { pssBytes: 40, cpuMs: 5 })],
    ],
    acceptQueue: { length: 2, backlog: 128 },
    logLinesLost: 6,
  });
  played.state.eventsDropped = 8;
  return played.state;
}
