/**
 * What the picture shows, made of the state: a row for each child process, with its connection and the descriptors at
 * both ends of each line.
 *
 * @module
 */

import type {
  ConnectionView,
  DescriptorView,
  EndedWorker,
  ServerState,
  WorkerState,
  WorkerView,
} from "../../state.ts";
import { formatAddress } from "../format.ts";

/** What a process looks like. */
export type Look = WorkerState | "zombie" | "ended";

/** In the order of a life. */
export const LOOKS = ["starting", "idle", "serving", "ending", "zombie", "ended"] as const;

/** A child process. */
export interface SceneWorker {
  /** Its process. */
  readonly pid: number;
  /** What it looks like. */
  readonly look: Look;
  /** How long it took to be ready; null if it is not, or nobody knows. */
  readonly startMs: number | null;
}

/** What is between the parent and a child. */
export interface Wire {
  /** What it is. */
  readonly kind: "unix" | "pipe";
  /** The parent's descriptors of it; null where they are not known. */
  readonly parentFds: readonly number[] | null;
  /** The child's. */
  readonly workerFds: readonly number[] | null;
}

/** A connection. */
export interface SceneConnection {
  /** Counts the connections of one server, from 1. */
  readonly id: number;
  /** The client's. */
  readonly address: string;
  /** What it sent last, or "". */
  readonly message: string;
  /** Whether the parent has its socket. */
  readonly isInParent: boolean;
  /** Whether the child has. */
  readonly isInWorker: boolean;
  /** The parent's descriptors of it; null where they are not known. */
  readonly parentFds: readonly number[] | null;
  /** The child's. */
  readonly workerFds: readonly number[] | null;
  /** Bytes from the client. */
  readonly bytesIn: number | null;
  /** Bytes to the client. */
  readonly bytesOut: number | null;
  /** Whether bytes have passed just now. */
  readonly isLit: boolean;
}

/** A child process, a connection, or both. */
export interface SceneRow {
  /** What the row is of, as long as it is there. */
  readonly key: string;
  /** The process; null for a connection of the parent's. */
  readonly worker: SceneWorker | null;
  /** What leads to the process. */
  readonly wire: Wire | null;
  /** Its connection. */
  readonly connection: SceneConnection | null;
}

/** The picture's content. */
export interface Scene {
  /** The listening socket's descriptors; null where they are not known. */
  readonly listeningFds: readonly number[] | null;
  /** The oldest process first, connections of the parent's last. */
  readonly rows: readonly SceneRow[];
  /** How many processes look how. */
  readonly counts: Readonly<Record<Look, number>>;
}

/** What else the picture depends on. */
export interface SceneOptions {
  /** The time, by the server's clock. */
  readonly now: number;
  /** The connections whose bytes have passed just now. */
  readonly lit: ReadonlySet<number>;
}

/** How long an ended process stays in the picture. */
export const LINGER_MS = 4000;

/** Makes the picture's content. */
export function sceneOf(state: ServerState, { now, lit }: SceneOptions): Scene {
  const descriptors = new Map(state.processes.map(({ pid, descriptors }) => [pid, descriptors]));
  const zombies = new Set(
    state.processes.filter(({ state }) => state === "Z").map(({ pid }) => pid),
  );
  const ofWorker = new Map<number, ConnectionView>();
  const ofNobody: ConnectionView[] = [];
  for (const connection of Object.values(state.connections)) {
    const { workerPid } = connection;
    if (workerPid === null || state.workers[workerPid] === undefined || ofWorker.has(workerPid)) {
      ofNobody.push(connection);
    } else ofWorker.set(workerPid, connection);
  }
  const parentFds = descriptors.get(state.server.pid) ?? null;
  const connectionOf = (view: ConnectionView) =>
    sceneConnection(view, {
      inParent: parentFds,
      inWorker: descriptors.get(view.workerPid ?? 0) ?? null,
      isLit: lit.has(view.id),
      isOrphan: zombies.has(view.workerPid ?? 0),
    });
  const rowOf = (view: WorkerView | EndedWorker): SceneRow => {
    const { pid, startedAt, readyAt } = view;
    const startMs = readyAt === null ? null : readyAt - startedAt;
    const isEnded = "endedAt" in view;
    const look = isEnded ? "ended" : zombies.has(pid) ? "zombie" : view.state;
    const connection = isEnded ? undefined : ofWorker.get(pid);
    const isGone = look === "ended" || look === "zombie";
    return {
      key: `worker:${pid}:${startedAt}`,
      worker: { pid, look, startMs },
      wire: isGone ? null : wireOf(state, { pid, descriptors, parentFds }),
      connection: connection === undefined ? null : connectionOf(connection),
    };
  };
  const shown: (WorkerView | EndedWorker)[] = [
    ...Object.values(state.workers),
    ...state.ended.filter(({ endedAt }) => endedAt > now - LINGER_MS),
  ];
  const rows = shown.toSorted((a, b) => a.startedAt - b.startedAt || a.pid - b.pid).map(rowOf);
  const counts = Object.fromEntries(
    LOOKS.map((look) => [look, rows.filter(({ worker }) => worker?.look === look).length]),
  ) as Record<Look, number>;
  for (const view of ofNobody) {
    const connection = connectionOf(view);
    rows.push({ key: `client:${view.id}`, worker: null, wire: null, connection });
  }
  return {
    listeningFds: numbersOf(parentFds, ({ kind }) => kind === "listening"),
    rows,
    counts,
  };
}

type Descriptors = readonly DescriptorView[] | null;

function numbersOf(
  descriptors: Descriptors,
  isOne: (descriptor: DescriptorView) => boolean,
): readonly number[] | null {
  return descriptors?.filter(isOne).map(({ number }) => number) ?? null;
}

function wireOf(
  { server }: ServerState,
  { pid, descriptors, parentFds }: {
    readonly pid: number;
    readonly descriptors: ReadonlyMap<number, Descriptors>;
    readonly parentFds: Descriptors;
  },
): Wire | null {
  const workerFds = descriptors.get(pid) ?? null;
  const leadsTo = (peer: number) => ({ kind, peerPid }: DescriptorView) =>
    peerPid === peer && (kind === "unix" || kind === "pipe");
  const seen = parentFds?.find(leadsTo(pid)) ?? workerFds?.find(leadsTo(server.pid));
  const kind = seen?.kind ?? (server.transport === "socket" ? "unix" : server.transport);
  if (kind !== "unix" && kind !== "pipe") return null;
  return {
    kind,
    parentFds: numbersOf(parentFds, leadsTo(pid)),
    workerFds: numbersOf(workerFds, leadsTo(server.pid)),
  };
}

function sceneConnection(
  view: ConnectionView,
  { inParent, inWorker, isLit, isOrphan }: {
    readonly inParent: Descriptors;
    readonly inWorker: Descriptors;
    readonly isLit: boolean;
    /** Whether its process is a zombie: the kernel has closed all that a zombie had. */
    readonly isOrphan: boolean;
  },
): SceneConnection {
  const { id, remoteHost, remotePort, holder, bytesIn, bytesOut, lastMessage } = view;
  const isIts = ({ connectionId }: DescriptorView) => connectionId === id;
  const parentFds = numbersOf(inParent, isIts);
  const workerFds = numbersOf(inWorker, isIts);
  const isSeenIn = (numbers: readonly number[] | null) => (numbers?.length ?? 0) > 0;
  return {
    ...{ id, bytesIn, bytesOut, isLit, parentFds, workerFds },
    address: formatAddress(remoteHost, remotePort),
    message: lastMessage ?? "",
    // Who has it by what is told, and also by what was seen: a copy that was forgotten to be closed shows.
    isInParent: holder === "parent" || isSeenIn(parentFds),
    isInWorker: !isOrphan && (holder === "worker" || isSeenIn(workerFds)),
  };
}
