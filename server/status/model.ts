/**
 * The model: a server's state, and how each change of the feed alters it. The parent, the status process and the page
 * each have one, so that nobody needs more than the changes from the others; it imports what a browser can have.
 *
 * @module
 */

import type { Change, FlatConnection, Sample, StatusEvent, Traffic } from "./feed.ts";
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
      case "connection_accepted":
        totals.accepted += 1;
        state.failure = null;
        this.#addConnection(event, at);
        return;
      case "connection_opened": {
        // A worker that waits, spare or prefork, gets its connection before that is told as accepted.
        const connection = this.#addConnection(event, at);
        const worker = workers[event.workerPid];
        if (worker !== undefined && worker.state !== "ending") worker.state = "serving";
        if (event.descriptor !== null) connection.holder = "worker";
        return;
      }
      case "connection_closed":
        return this.#connectionClosed(event, at);
      case "connection_rejected":
        totals.rejected[event.reason] = event.rejected;
        state.failure = null;
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
      case "draining":
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

  /** The connection, which is new to the state unless it was told of before. */
  #addConnection(
    event: FlatConnection & Pick<ConnectionView, "workerPid">,
    at: number,
  ): ConnectionView {
    const { connections, workers } = this.state;
    const { connectionId: id, remoteHost, remotePort, proxyHost, proxyPort, workerPid } = event;
    const proxy = proxyHost === undefined ? {} : { proxyHost, proxyPort };
    const known = connections[id];
    if (known !== undefined) return known;
    if (workerPid !== null) addSpan(workers[workerPid], { connectionId: id, from: at, to: null });
    return connections[id] = {
      ...{ id, remoteHost, remotePort, ...proxy, workerPid, acceptedAt: at },
      ...{ holder: "parent", bytesIn: null, bytesOut: null, lastMessage: null },
    };
  }

  #workerIdle(pid: number, at: number): void {
    const worker = this.state.workers[pid];
    if (worker === undefined) return;
    if (worker.readyAt === null) {
      worker.readyAt = at;
      // The clock may have been set back.
      const startMs = Math.max(0, at - worker.startedAt);
      this.state.lastStartMs = startMs;
      observe(this.state.totals.startSeconds, startMs / 1000);
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
    const { connections, workers, ended, totals, server } = this.state;
    const { connectionId, bytesIn, bytesOut, durationMs, reason } = event;
    totals.closed[reason] = (totals.closed[reason] ?? 0) + 1;
    observe(totals.connectionSeconds, durationMs / 1000);
    const connection = connections[connectionId];
    delete connections[connectionId];
    if (connection === undefined) return;
    if (bytesIn !== null && bytesOut !== null) this.#countBytes(connection, [bytesIn, bytesOut]);
    const { workerPid } = connection;
    if (workerPid === null) return;
    const worker = workers[workerPid];
    const served = worker ?? ended.findLast(({ pid }) => pid === workerPid);
    const span = served?.spans.findLast((span) => span.connectionId === connectionId);
    if (span !== undefined) span.to = at;
    if (worker !== undefined && server.mode !== "prefork") worker.state = "ending";
  }

  #applyTraffic(traffic: Traffic): void {
    for (const [id, bytesIn, bytesOut] of traffic) {
      const connection = this.state.connections[id];
      if (connection !== undefined) this.#countBytes(connection, [bytesIn, bytesOut]);
    }
  }

  /** Counts what is more than before: a worker tells its own bytes, and could tell fewer. */
  #countBytes(
    connection: ConnectionView,
    [bytesIn, bytesOut]: readonly [bytesIn: number, bytesOut: number],
  ): void {
    const { totals } = this.state;
    const { bytesIn: toldIn, bytesOut: toldOut } = connection;
    connection.bytesIn = Math.max(bytesIn, toldIn ?? 0);
    connection.bytesOut = Math.max(bytesOut, toldOut ?? 0);
    totals.bytesIn += connection.bytesIn - (toldIn ?? 0);
    totals.bytesOut += connection.bytesOut - (toldOut ?? 0);
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
