/**
 * The metrics: which there are, and what each is in a state. None has a label whose values have no end, such as an
 * address: each value is a series that Prometheus keeps.
 *
 * @module
 */

import type { CloseReason, Rejection } from "../events.ts";
import type { Histogram } from "./histogram.ts";
import type { ProcessView, ServerState, WorkerState } from "./state.ts";

/** A value, and the labels that tell it from the others of its metric. */
export interface MetricValue {
  /** The value. */
  readonly value: number;
  /** The labels, if its metric has any. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What every metric has. */
export interface Described {
  /** Its name, by the conventions of Prometheus. */
  readonly name: string;
  /** What it is, in words. */
  readonly help: string;
}

/** A metric with values of its own. */
export interface ValueMetric extends Described {
  /** `counter` if it only ever rises. */
  readonly type: "counter" | "gauge";
  /** Its values; none where they are not known. */
  readonly values: (state: ServerState) => readonly MetricValue[];
}

/** A metric that is a histogram. */
export interface HistogramMetric extends Described {
  /** Always this. */
  readonly type: "histogram";
  /** What was counted. */
  readonly histogram: (state: ServerState) => Histogram;
}

/** A metric. */
export type Metric = ValueMetric | HistogramMetric;

/** Every reason is there from the start on: a series that begins with its first event shows no rise. */
const NONE_CLOSED: Readonly<Record<CloseReason, number>> = {
  finished: 0,
  client_lost: 0,
  worker_lost: 0,
  worker_failed: 0,
  idle_timeout: 0,
  max_duration: 0,
  server_stopped: 0,
  handler_failed: 0,
};

const NONE_REJECTED: Readonly<Record<Rejection["reason"], number>> = {
  proxy_header: 0,
  denied: 0,
  max_rate: 0,
  max_per_host: 0,
  tls_failed: 0,
};

const NO_WORKERS: Readonly<Record<WorkerState | "zombie", number>> = {
  starting: 0,
  idle: 0,
  serving: 0,
  ending: 0,
  zombie: 0,
};

/** All of them, in the order in which they are told. */
export const METRICS: readonly Metric[] = [
  {
    name: "brood_info",
    help: "Always 1; its labels say how connections meet processes, and what serves them.",
    type: "gauge",
    values: ({ server: { mode, transport, handler } }) => {
      const labels = { mode, handler };
      return [{ value: 1, labels: transport === null ? labels : { ...labels, transport } }];
    },
  },
  {
    name: "brood_start_time_seconds",
    help: "When the server began to listen, in seconds since the epoch.",
    type: "gauge",
    values: ({ server }) => one(server.startedAt / 1000),
  },
  {
    name: "brood_connections_accepted_total",
    help: "Connections accepted, without those that were rejected.",
    type: "counter",
    values: ({ totals }) => one(totals.accepted),
  },
  {
    name: "brood_connections_active",
    help: "Connections that are open.",
    type: "gauge",
    values: ({ connections }) => one(Object.keys(connections).length),
  },
  {
    name: "brood_connections_limit",
    help: "How many connections are served at once; more wait in the kernel's queue.",
    type: "gauge",
    values: ({ server }) => one(server.maxConnections),
  },
  {
    name: "brood_connections_rejected_total",
    help: "Connections closed as soon as they were accepted, by why.",
    type: "counter",
    values: ({ totals }) => each("reason", { ...NONE_REJECTED, ...totals.rejected }),
  },
  {
    name: "brood_connections_closed_total",
    help: "Connections that have closed, by why.",
    type: "counter",
    values: ({ totals }) => each("reason", { ...NONE_CLOSED, ...totals.closed }),
  },
  {
    name: "brood_connection_seconds",
    help: "How long the connections that have closed lasted.",
    type: "histogram",
    histogram: ({ totals }) => totals.connectionSeconds,
  },
  {
    name: "brood_received_bytes_total",
    help: "Bytes that came from clients, as far as they are counted.",
    type: "counter",
    values: ({ totals }) => one(totals.bytesIn),
  },
  {
    name: "brood_sent_bytes_total",
    help: "Bytes that went to clients, as far as they are counted.",
    type: "counter",
    values: ({ totals }) => one(totals.bytesOut),
  },
  {
    name: "brood_admission_pauses_total",
    help: "How often every slot was taken, so that the server accepted no more until one was free.",
    type: "counter",
    values: ({ totals }) => one(totals.pauses),
  },
  {
    name: "brood_accept_failures_total",
    help: "Failures to accept that are not of one connection; of a row with one reason, the first.",
    type: "counter",
    values: ({ totals }) => one(totals.acceptFailures),
  },
  {
    name: "brood_accept_queue_length",
    help: "Connections that wait in the kernel's accept queue; absent where that cannot be seen.",
    type: "gauge",
    values: ({ acceptQueue }) => known(acceptQueue?.length),
  },
  {
    name: "brood_accept_queue_limit",
    help: "How many connections may wait there; absent likewise.",
    type: "gauge",
    values: ({ acceptQueue }) => known(acceptQueue?.backlog),
  },
  {
    name: "brood_workers",
    help: "Workers and programs that have not been reaped, by what they are at.",
    type: "gauge",
    values: (state) => each("state", workersByState(state)),
  },
  {
    name: "brood_workers_started_total",
    help: "Workers and programs that were started.",
    type: "counter",
    values: ({ totals }) => one(totals.workersStarted),
  },
  {
    name: "brood_worker_start_seconds",
    help: "How long workers took from their start until they were ready for a connection.",
    type: "histogram",
    histogram: ({ totals }) => totals.startSeconds,
  },
  {
    name: "brood_worker_exits_total",
    help:
      "Workers and programs that were reaped, by their exit status or the signal that ended them.",
    type: "counter",
    values: ({ totals }) =>
      Object.entries(totals.exits).map(([key, value]) => ({ value, labels: exitLabels(key) })),
  },
  {
    name: "brood_worker_failures_total",
    help:
      "Workers that could not be started or were of no use; of a row with one reason, the first.",
    type: "counter",
    values: ({ totals }) => one(totals.workerFailures),
  },
  {
    name: "brood_memory_bytes",
    help:
      "Memory of the parent, and of all workers (PSS), by role; absent where that cannot be seen.",
    type: "gauge",
    values: (state) => each("role", memoryByRole(state)),
  },
  {
    name: "brood_parent_cpu_seconds_total",
    help: "CPU time that the parent has used; absent where that cannot be seen.",
    type: "counter",
    values: ({ processes, server: { pid } }) =>
      known(secondsOf(processes.filter((process) => process.pid === pid))),
  },
  {
    name: "brood_workers_cpu_seconds",
    help: "CPU time that the workers alive have used, which falls when one ends; absent likewise.",
    type: "gauge",
    values: ({ processes, workers }) =>
      processes.length === 0
        ? []
        : one(secondsOf(processes.filter(({ pid }) => workers[pid] !== undefined)) ?? 0),
  },
  {
    name: "brood_log_lines_lost_total",
    help: "Lines that the log has lost, because nobody read them in time.",
    type: "counter",
    values: ({ totals }) => one(totals.logLinesLost),
  },
  {
    name: "brood_status_events_dropped_total",
    help:
      "Changes told to the status process as a new state and not one by one: they were too many.",
    type: "counter",
    values: ({ eventsDropped }) => one(eventsDropped),
  },
];

function one(value: number): readonly MetricValue[] {
  return [{ value }];
}

function known(value: number | null | undefined): readonly MetricValue[] {
  return value === null || value === undefined ? [] : one(value);
}

/** A value for each entry, labelled with its key. */
function each(label: string, counts: Readonly<Record<string, number>>): readonly MetricValue[] {
  return Object.entries(counts).map(([key, value]) => ({ value, labels: { [label]: key } }));
}

/** The labels of an {@linkcode exitKey}: only the one that it has. */
function exitLabels(key: string): Readonly<Record<string, string>> {
  const [how, what = ""] = key.split(" ");
  return how === "killed" ? { signal: what } : { status: what };
}

/** How many are at what; a zombie, as the kernel tells, is at nothing any more. */
function workersByState({ workers, processes }: ServerState): Readonly<Record<string, number>> {
  const zombies = new Set(processes.filter(({ state }) => state === "Z").map(({ pid }) => pid));
  const counts = { ...NO_WORKERS };
  for (const { pid, state } of Object.values(workers)) {
    counts[zombies.has(pid) ? "zombie" : state] += 1;
  }
  return counts;
}

/** The memory of the parent and of the workers; nothing where none is known. */
function memoryByRole(state: ServerState): Readonly<Record<string, number>> {
  const { server: { pid: parent }, workers } = state;
  const bytes = { parent: 0, worker: 0 };
  let isKnown = false;
  for (const { pid, pssBytes } of state.processes) {
    // One that was reaped since it was looked at has none any more.
    if (pssBytes === null || pid !== parent && workers[pid] === undefined) continue;
    bytes[pid === parent ? "parent" : "worker"] += pssBytes;
    isKnown = true;
  }
  return isKnown ? bytes : {};
}

/** The CPU time of these, in seconds; null where there is none. */
function secondsOf(processes: readonly ProcessView[]): number | null {
  if (processes.length === 0) return null;
  return processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000;
}
