/**
 * The model: a server's state, and how each change of the feed alters it. The parent, the status process and the page
 * each have one, so that nobody needs more than the changes from the others; it imports what a browser can have.
 *
 * @module
 */

import type { Change, Sample, StatusEvent, Traffic } from "./feed.ts";
import { addPoint } from "./history.ts";
import { emptyHistogram, observe } from "./histogram.ts";
import {
  type ConnectionView,
  exitKey,
  LIMITS,
  type ServerFacts,
  type ServerState,
  type Span,
  type WorkerView,
} from "./state.ts";

/** A worker starts in tens of milliseconds, or on a busy machine in seconds. */
const START_BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A connection lasts milliseconds, or hours. */
const CONNECTION_BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600];

/** The state of a server that has just begun to listen. */
export function initialState(server: ServerFacts): ServerState {
  return {
    server,
    phase: "accepting",
    failure: null,
    workers: {},
    ended: [],
    connections: {},
    processes: [],
    acceptQueue: null,
    history: [],
    mark: null,
    lastStartMs: null,
    totals: {
      accepted: 0,
      rejected: {},
      closed: {},
      bytesIn: 0,
      bytesOut: 0,
      workersStarted: 0,
      exits: {},
      workerFailures: 0,
      acceptFailures: 0,
      pauses: 0,
      logLinesLost: 0,
      startSeconds: emptyHistogram(START_BOUNDS),
      connectionSeconds: emptyHistogram(CONNECTION_BOUNDS),
    },
    eventsDropped: 0,
  };
}

/** Owns a state, which it alters in place. */
export class StatusModel {
  /** As it is now. */
  readonly state: ServerState;

  /** Goes on with that state. */
  constructor(state: ServerState) {
    this.state = state;
  }

  /** Takes a change. */
  apply(change: Change): void {
    if (change.type === "event") this.#applyEvent(change.event, change.at);
    else if (change.type === "traffic") this.#applyTraffic(change.traffic);
    else this.#applySample(change.sample, change.at);
  }

  #applyEvent(event: StatusEvent, at: number): void {
    const { state } = this;
    const { totals, workers, connections } = state;
    switch (event.event) {
      case "worker_started": {
        const { workerPid: pid } = event;
        totals.workersStarted += 1;
        workers[pid] = { pid, state: "starting", startedAt: at, readyAt: null, spans: [] };
        return;
      }
      case "worker_idle":
        return this.#workerIdle(event.workerPid, at);
      case "worker_ending": {
        const worker = workers[event.workerPid];
        if (worker !== undefined) worker.state = "ending";
        return;
      }
      case "worker_exited":
        return this.#workerExited(event, at);
      case "connection_accepted": {
        const { connectionId: id, remoteHost, remotePort, workerPid } = event;
        totals.accepted += 1;
        state.failure = null;
        connections[id] = {
          ...{ id, remoteHost, remotePort, workerPid, acceptedAt: at },
          ...{ holder: "parent", bytesIn: null, bytesOut: null, lastMessage: null },
        };
        if (workerPid !== null) {
          addSpan(workers[workerPid], { connectionId: id, from: at, to: null });
        }
        return;
      }
      case "connection_opened": {
        const { workerPid } = event;
        const worker = workers[workerPid];
        if (worker !== undefined && worker.state !== "ending") worker.state = "serving";
        const connection = connections[event.connectionId];
        if (connection !== undefined && event.descriptor !== null) connection.holder = "worker";
        return;
      }
      case "connection_closed":
        return this.#connectionClosed(event, at);
      case "connection_rejected":
        totals.rejected["max_per_host"] = event.rejected;
        return;
      case "worker_failed":
        totals.workerFailures += 1;
        return;
      case "accept_failed":
        totals.acceptFailures += 1;
        state.failure = event.error;
        return;
      case "admission_paused":
        totals.pauses += 1;
        if (state.phase === "accepting") state.phase = "paused";
        return;
      case "admission_resumed":
        if (state.phase === "paused") state.phase = "accepting";
        return;
      case "stopping":
        state.phase = "draining";
        return;
      case "stopped":
        state.phase = "stopped";
        return;
      case "messages":
        for (const { connectionId, text } of event.messages) {
          const connection = connections[connectionId];
          if (connection !== undefined) connection.lastMessage = text;
        }
        return;
    }
  }

  #workerIdle(pid: number, at: number): void {
    const worker = this.state.workers[pid];
    if (worker === undefined) return;
    if (worker.readyAt === null) {
      worker.readyAt = at;
      this.state.lastStartMs = at - worker.startedAt;
      observe(this.state.totals.startSeconds, this.state.lastStartMs / 1000);
    }
    if (worker.state !== "ending") worker.state = "idle";
  }

  #workerExited(
    event: Extract<StatusEvent, { readonly event: "worker_exited" }>,
    endedAt: number,
  ): void {
    const { workers, ended, totals } = this.state;
    const { workerPid: pid, status, signal, reason, zombieMs } = event;
    const key = exitKey(event);
    totals.exits[key] = (totals.exits[key] ?? 0) + 1;
    const worker = workers[pid];
    delete workers[pid];
    if (worker === undefined) return;
    const { startedAt, readyAt, spans } = worker;
    ended.push({ pid, startedAt, readyAt, spans, endedAt, status, signal, reason, zombieMs });
    if (ended.length > LIMITS.ended) ended.shift();
  }

  #connectionClosed(
    event: Extract<StatusEvent, { readonly event: "connection_closed" }>,
    at: number,
  ): void {
    const { connections, workers, totals, server } = this.state;
    const { connectionId, bytesIn, bytesOut, durationMs, reason } = event;
    totals.closed[reason] = (totals.closed[reason] ?? 0) + 1;
    observe(totals.connectionSeconds, durationMs / 1000);
    const connection = connections[connectionId];
    delete connections[connectionId];
    if (connection === undefined) return;
    if (bytesIn !== null && bytesOut !== null) this.#countBytes(connection, [bytesIn, bytesOut]);
    const worker = workers[connection.workerPid ?? 0];
    if (worker === undefined) return;
    const span = worker.spans.findLast((span) => span.connectionId === connectionId);
    if (span !== undefined) span.to = at;
    if (server.mode !== "prefork") worker.state = "ending";
  }

  #applyTraffic(traffic: Traffic): void {
    for (const [id, bytesIn, bytesOut] of traffic) {
      const connection = this.state.connections[id];
      if (connection !== undefined) this.#countBytes(connection, [bytesIn, bytesOut]);
    }
  }

  #countBytes(
    connection: ConnectionView,
    [bytesIn, bytesOut]: readonly [bytesIn: number, bytesOut: number],
  ): void {
    const { totals } = this.state;
    totals.bytesIn += bytesIn - (connection.bytesIn ?? 0);
    totals.bytesOut += bytesOut - (connection.bytesOut ?? 0);
    connection.bytesIn = bytesIn;
    connection.bytesOut = bytesOut;
  }

  #applySample({ processes, acceptQueue, logLinesLost }: Sample, at: number): void {
    const { state } = this;
    state.processes = processes ?? [];
    state.acceptQueue = acceptQueue;
    state.totals.logLinesLost = logLinesLost;
    addPoint(state, at);
  }
}

function addSpan(worker: WorkerView | undefined, span: Span): void {
  if (worker === undefined) return;
  worker.spans.push(span);
  if (worker.spans.length > LIMITS.spans) worker.spans.shift();
}
