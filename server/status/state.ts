/**
 * What the status page, the metrics and `/state.json` show: the server as data. Times are milliseconds since the epoch.
 *
 * @module
 */

import type { CloseReason, ExitReason } from "../events.ts";
import type { Histogram } from "./histogram.ts";

/** What does not change as long as the server runs. */
export interface ServerFacts {
  /** Where it listens. */
  readonly host: string;
  /** The port that the kernel chose, or was told. */
  readonly port: number;
  /** How connections meet processes. */
  readonly mode: string;
  /** How a process gets its connection; null where there is no other process. */
  readonly transport: string | null;
  /** What serves a connection, in words: `echo`, a module's file, a program's command line. */
  readonly handler: string;
  /** The mistake that it makes on purpose, by the name of `--fault`; null for none. */
  readonly fault: string | null;
  /** The parent. */
  readonly pid: number;
  /** Connections that may wait in the kernel's queue, as the user asked. */
  readonly backlog: number;
  /** How many connections are served at once. */
  readonly maxConnections: number;
  /** When it began to listen. */
  readonly startedAt: number;
}

/** What the server does with new connections: takes them, lets them wait for a slot, or takes no more. */
export type Phase = "accepting" | "paused" | "draining" | "stopped";

/** What a worker is at: `ending` from the end of its last connection, or from when the server makes it end. */
export type WorkerState = "starting" | "idle" | "serving" | "ending";

/** A connection in the life of a worker. */
export interface Span {
  /** Counts the connections of one server, from 1. */
  readonly connectionId: number;
  /** When it was accepted. */
  readonly from: number;
  /** When it was closed; null as long as it is not. */
  to: number | null;
}

/** A worker or program that has not been reaped. */
export interface WorkerView {
  /** Its process. */
  readonly pid: number;
  /** What it is at. */
  state: WorkerState;
  /** When it was started. */
  readonly startedAt: number;
  /** When it was ready for a connection; null before, and for a program. */
  readyAt: number | null;
  /** Its last connections, the oldest first: see {@linkcode LIMITS}. */
  readonly spans: Span[];
}

/** A worker or program that has been reaped. */
export interface EndedWorker extends Pick<WorkerView, "pid" | "startedAt" | "readyAt" | "spans"> {
  /** When it was reaped. */
  readonly endedAt: number;
  /** Its exit status, or null if a signal ended it: WIFEXITED and WEXITSTATUS of wait(2). */
  readonly status: number | null;
  /** The signal that ended it, or null: WIFSIGNALED and WTERMSIG of wait(2). */
  readonly signal: string | null;
  /** Why it ended. */
  readonly reason: ExitReason;
  /** How long it was a zombie, at least, in milliseconds; null where nobody has seen its end before it was reaped. */
  readonly zombieMs: number | null;
}

/** Who has the client's socket, as far as events tell: the parent, its worker, or both for the moment. */
export type Holder = "parent" | "worker";

/** A connection that is open. */
export interface ConnectionView {
  /** Counts the connections of one server, from 1. */
  readonly id: number;
  /** The client's address. */
  readonly remoteHost: string;
  /** The client's port. */
  readonly remotePort: number;
  /** The address of the balancer that stands between, where one does: it is the socket's other end. */
  readonly proxyHost?: string;
  /** Its port. */
  readonly proxyPort?: number;
  /** Who serves it; null for the parent itself, or nobody. */
  readonly workerPid: number | null;
  /** When it was accepted. */
  readonly acceptedAt: number;
  /** Who has its socket. */
  holder: Holder;
  /** Bytes that came from the client so far; null where nobody counts them. */
  bytesIn: number | null;
  /** Bytes that went to the client so far, likewise. */
  bytesOut: number | null;
  /** The beginning of what the client sent last, as text, escaped; null where nobody tells. */
  lastMessage: string | null;
}

/** What a descriptor is of. */
export type DescriptorKind = "listening" | "tcp" | "unix" | "pipe";

/** A descriptor of a process, of those that have to do with connections and workers. */
export interface DescriptorView {
  /** Its number. */
  readonly number: number;
  /** What it is. */
  readonly kind: DescriptorKind;
  /** Whose client's socket it is; null for others. */
  readonly connectionId: number | null;
  /** The process at its other end; null where that is none of these, or is not known. */
  readonly peerPid: number | null;
}

/** A process as the kernel knows it. */
export interface ProcessView {
  /** Its process. */
  readonly pid: number;
  /** The letter of proc_pid_stat(5): `Z` for a zombie. */
  readonly state: string;
  /** The memory that is its own, and its share of what it has in common with others; null where that is not known. */
  readonly pssBytes: number | null;
  /** The CPU time that it has used, in milliseconds. */
  readonly cpuMs: number;
  /** What it has open; null where there are too many processes to look, or it may not be seen. */
  readonly descriptors: readonly DescriptorView[] | null;
}

/** The kernel's accept queue. */
export interface AcceptQueue {
  /** Connections that wait in it. */
  readonly length: number;
  /** How many may. */
  readonly backlog: number;
}

/** The figures of one second. */
export interface Point {
  /** When it ended. */
  readonly at: number;
  /** Open connections. */
  readonly connections: number;
  /** Connections accepted, per second. */
  readonly acceptedPerSecond: number;
  /** Bytes from clients, per second. */
  readonly bytesInPerSecond: number;
  /** Bytes to clients, per second. */
  readonly bytesOutPerSecond: number;
  /** Workers that have not been reaped. */
  readonly workers: number;
  /** Connections in the accept queue; null where that is not known. */
  readonly queueLength: number | null;
  /** The memory of all processes that were looked at, the parent's included; null where that is not known. */
  readonly pssBytes: number | null;
  /** The CPU time of those, in seconds per second; null likewise. */
  readonly cpu: number | null;
  /** The start-up time of the worker that got ready last in this second, in milliseconds; null if none did. */
  readonly startMs: number | null;
}

/** What the last point of the history was made of: the next one is the difference. */
export interface Mark {
  /** When that was. */
  readonly at: number;
  /** Connections accepted until then. */
  readonly accepted: number;
  /** Bytes that came from clients until then. */
  readonly bytesIn: number;
  /** Bytes that went to clients until then. */
  readonly bytesOut: number;
  /** The CPU time of each process, by its pid, in milliseconds; null where they could not be seen. */
  readonly cpuMs: Readonly<Record<number, number>> | null;
}

/** What is counted from the start on. */
export interface Totals {
  /** Connections that were accepted and not rejected. */
  accepted: number;
  /** Those that were closed at once, by why. */
  readonly rejected: Record<string, number>;
  /** Those that have closed, by why. */
  readonly closed: Partial<Record<CloseReason, number>>;
  /** Bytes that came from clients. */
  bytesIn: number;
  /** Bytes that went to clients. */
  bytesOut: number;
  /** Workers and programs that were started. */
  workersStarted: number;
  /** Those that have been reaped, by {@linkcode exitKey}. */
  readonly exits: Record<string, number>;
  /** Failures of workers, as far as they were told. */
  workerFailures: number;
  /** Failures to accept that are not of one connection, as far as they were told. */
  acceptFailures: number;
  /** How often every slot was taken. */
  pauses: number;
  /** Lines that the log has lost. */
  logLinesLost: number;
  /** How long workers took to be ready, in seconds. */
  readonly startSeconds: Histogram;
  /** How long connections lasted, in seconds. */
  readonly connectionSeconds: Histogram;
}

/** The server as data. */
export interface ServerState {
  /** What does not change. */
  readonly server: ServerFacts;
  /** What it does with new connections. */
  phase: Phase;
  /** Why it accepts none for now, in a line; null if it does. */
  failure: string | null;
  /** Those that have not been reaped, by their pids. */
  readonly workers: Record<number, WorkerView>;
  /** The last that have been, the oldest first. */
  readonly ended: EndedWorker[];
  /** Those that are open, by their ids. */
  readonly connections: Record<number, ConnectionView>;
  /** The processes when they were last looked at, the parent first. */
  processes: readonly ProcessView[];
  /** The accept queue when it was last looked at; null where that cannot be. */
  acceptQueue: AcceptQueue | null;
  /** The figures of the last minutes, the oldest first. */
  readonly history: Point[];
  /** What the last of those was made of; null before the first sample. */
  mark: Mark | null;
  /** The start-up time of the worker that got ready last since then, in milliseconds; null if none did. */
  lastStartMs: number | null;
  /** What is counted from the start on. */
  readonly totals: Totals;
  /** Changes that were not told to the status process one by one, but as a new state: there were too many. */
  eventsDropped: number;
}

/** How much of the past a state has. */
export const LIMITS = {
  /** Ended workers. */
  ended: 300,
  /** Connections of one worker. */
  spans: 20,
  /** Points of the history: five minutes. */
  history: 300,
} as const;

/** How a process ended, as a key: `exited 0`, `killed SIGKILL`. */
export function exitKey(
  { status, signal }: Pick<EndedWorker, "status" | "signal">,
): string {
  return signal === null ? `exited ${status}` : `killed ${signal}`;
}
