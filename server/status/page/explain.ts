/**
 * What a part of the page is, and which command shows the same in a terminal. A part is named by its kind and number:
 * `parent`, `worker:4711`, `figure:memory`.
 *
 * @module
 */

import type { ProcessView, ServerState, WorkerView } from "../state.ts";
import { formatAddress, formatBytes, formatMs } from "./format.ts";
import type { TextKey, Words } from "./texts/words.ts";

/** What is said of a part. */
export interface Explanation {
  /** Its name. */
  readonly title: string;
  /** Two sentences. */
  readonly text: string;
  /** A command of the system's. */
  readonly command: string;
  /** Its figures, which change all the time. */
  readonly detail?: string;
}

/** What a figure is called and explained by, and the command that shows it. */
const FIGURES: Readonly<
  Record<string, readonly [title: TextKey, text: TextKey, command: (state: ServerState) => string]>
> = {
  connections: ["figure_connections", "explain_connections", (state) => connectionsCommand(state)],
  accepted: [
    "figure_accepted",
    "explain_accepted",
    ({ server }) => `strace -f -e trace=accept,accept4 -p ${server.pid}`,
  ],
  bytes: ["figure_bytes", "explain_bytes", ({ server }) => `ss -tni 'sport = :${server.port}'`],
  start: [
    "figure_start",
    "explain_start",
    ({ server }) => `ps -o pid,lstart,etime,comm --ppid ${server.pid}`,
  ],
  memory: [
    "figure_memory",
    "explain_memory",
    ({ server }) => `cat /proc/${server.pid}/smaps_rollup`,
  ],
  cpu: [
    "figure_cpu",
    "explain_cpu",
    ({ server }) => `ps -o pid,time,%cpu,comm --pid ${server.pid} --ppid ${server.pid}`,
  ],
  queue: ["figure_queue", "explain_queue", (state) => queueCommand(state)],
  workers: ["figure_workers", "explain_workers", (state) => childrenCommand(state)],
};

/** Explains a part; null for one that has no explanation. */
export function explain(
  part: string,
  { state, words }: { readonly state: ServerState; readonly words: Words },
): Explanation | null {
  const { server } = state;
  const [kind = "", name = ""] = part.split(":");
  switch (kind) {
    case "parent":
      return {
        title: `${words("parent")} ${server.pid}`,
        text: words("explain_parent", { pid: server.pid }),
        command: `ps -o pid,stat,etime,comm -p ${server.pid}`,
      };
    case "queue":
      return {
        title: words("queue"),
        text: words("explain_queue", { port: server.port, backlog: backlogOf(state) }),
        command: queueCommand(state),
      };
    case "grid":
      return {
        title: words("figure_workers"),
        text: words("explain_grid", { parent: server.pid }),
        command: childrenCommand(state),
      };
    case "worker":
      return explainWorker(Number(name), state, words);
    case "wire":
      return explainWire(Number(name), { state, words });
    case "client":
      return explainClient(Number(name), { state, words });
    case "figure": {
      const figure = FIGURES[name];
      if (figure === undefined) return null;
      const [title, text, command] = figure;
      const values = {
        max: server.maxConnections,
        port: server.port,
        backlog: backlogOf(state),
      };
      return { title: words(title), text: words(text, values), command: command(state) };
    }
    default:
      return null;
  }
}

function explainWorker(pid: number, state: ServerState, words: Words): Explanation {
  const parent = state.server.pid;
  const view = state.processes.find((view) => view.pid === pid);
  const isZombie = view?.state === "Z";
  const worker = state.workers[pid];
  const look = worker === undefined ? "ended" : isZombie ? "zombie" : worker.state;
  return {
    title: `${words("worker")} ${pid}: ${words(`state_${look}`)}`,
    text: words(`explain_${look}`, { pid, parent }),
    command: look === "zombie" || look === "ended"
      ? childrenCommand(state)
      : `ps -o pid,ppid,stat,etime,comm -p ${pid}`,
    ...worker === undefined ? {} : { detail: words("workerDetail", figuresOf(worker, view)) },
  };
}

function figuresOf(
  { startedAt, readyAt }: WorkerView,
  view: ProcessView | undefined,
): Readonly<Record<"start" | "memory" | "cpu", string>> {
  return {
    start: formatMs(readyAt === null ? null : readyAt - startedAt),
    memory: formatBytes(view?.pssBytes ?? null),
    cpu: formatMs(view?.cpuMs ?? null),
  };
}

function explainWire(pid: number, { state, words }: {
  readonly state: ServerState;
  readonly words: Words;
}): Explanation {
  const { server, workers } = state;
  if (workers[pid] === undefined) return explainWorker(pid, state, words);
  const isPipe = server.transport === "pipe";
  return {
    title: words(isPipe ? "wire_pipe" : "wire_unix"),
    text: words(isPipe ? "explain_wirePipe" : "explain_wireUnix", { pid }),
    command: `ls -l /proc/${server.pid}/fd /proc/${pid}/fd`,
  };
}

function explainClient(id: number, { state, words }: {
  readonly state: ServerState;
  readonly words: Words;
}): Explanation {
  const connection = state.connections[id];
  if (connection === undefined) {
    return {
      title: words("wire_tcp"),
      text: words("explain_clientGone"),
      command: `ss -tan 'sport = :${state.server.port}'`,
    };
  }
  const { remoteHost, remotePort, holder, bytesIn, bytesOut } = connection;
  const address = formatAddress(remoteHost, remotePort);
  const text = holder === "worker" ? "explain_heldByWorker" : "explain_heldByParent";
  return {
    title: words("client", { address }),
    text: words(text, { address }),
    command: remoteHost.startsWith("unix:")
      ? `ss -xp | grep ${state.server.pid}`
      : `ss -tnp 'sport = :${state.server.port} and dport = :${remotePort}'`,
    detail: words("clientDetail", { in: formatBytes(bytesIn), out: formatBytes(bytesOut) }),
  };
}

function backlogOf({ acceptQueue, server }: ServerState): number {
  return acceptQueue?.backlog ?? server.backlog;
}

function queueCommand({ server }: ServerState): string {
  return `ss -ltn 'sport = :${server.port}'`;
}

function connectionsCommand({ server }: ServerState): string {
  return `ss -tnp 'sport = :${server.port}'`;
}

function childrenCommand({ server }: ServerState): string {
  return `ps -o pid,stat,comm --ppid ${server.pid}`;
}
