/**
 * A server's processes and sockets, as `/proc` tells of them.
 *
 * @module
 */

import { descriptorsOf } from "../../../ipc/posix/proc/descriptors.ts";
import { memoryOf } from "../../../ipc/posix/proc/memory.ts";
import { processStat } from "../../../ipc/posix/proc/processes.ts";
import { tcpSocketsAt } from "../../../ipc/posix/proc/socket_tables.ts";
import type { TcpSocket } from "../../../ipc/posix/proc/tcp_table.ts";
import { allProcesses, below, type Descendant } from "../../descendants.ts";
import type { Possessions } from "./observations.ts";

/** The sockets that listen on a port. */
export function listenersOn(port: number): readonly TcpSocket[] {
  return tcpSocketsAt(port).filter(({ state }) => state === "LISTEN");
}

/** Looks at the processes of one server. */
export class ProcessView {
  readonly #keeper: number | null;
  readonly #port: number;
  readonly #listeners: ReadonlySet<number>;
  /** The inode of the server's end for each client that was asked for, by the client's port. */
  readonly #accepted = new Map<number, number>();
  /** The process that accepts. */
  readonly parent: Descendant;

  private constructor(
    parent: Descendant,
    { keeper, port, listeners }: ViewOptions & { readonly listeners: ReadonlySet<number> },
  ) {
    this.parent = parent;
    this.#keeper = keeper;
    this.#port = port;
    this.#listeners = listeners;
  }

  /** Looks for the process that listens; null where there is none that may be looked at. */
  static find(options: ViewOptions): ProcessView | null {
    const listeners = new Set(listenersOn(options.port).map(({ inode }) => inode));
    const having = candidates(options.keeper).filter(({ pid }) => hasOne(pid, listeners));
    const pids = new Set(having.map(({ pid }) => pid));
    const parent = having.find(({ parentPid }) => !pids.has(parentPid));
    return parent === undefined ? null : new ProcessView(parent, { ...options, listeners });
  }

  /** Whether the process that accepts is there still. */
  get isAlive(): boolean {
    const stat = processStat(this.parent.pid);
    return stat !== null && stat.state !== "Z" && stat.startedAtMs === this.parent.startedAtMs;
  }

  /** The processes of the server but for the one that accepts, zombies too. */
  others(): readonly Descendant[] {
    const all = allProcesses();
    const root = this.parent.pid;
    const own = below(root, all);
    if (this.#keeper === null) return own;
    // Those that their parent has left are its own still, but nothing that it has to wait for.
    const known = new Set([root, ...own.map(({ pid }) => pid)]);
    const left = below(this.#keeper, all).filter(({ pid, state, startedAtMs }) =>
      !known.has(pid) && state !== "Z" && startedAtMs >= this.parent.startedAtMs
    );
    return [...own, ...left];
  }

  /** Those that live. */
  living(): readonly Descendant[] {
    return this.others().filter(({ state }) => state !== "Z");
  }

  /** The processes that have the socket of the client with that port. */
  holdersOf(clientPort: number): readonly number[] {
    const inode = this.#accepted.get(clientPort) ?? this.#acceptedFrom(clientPort);
    if (inode === 0) return [];
    this.#accepted.set(clientPort, inode);
    const inodes = new Set([inode]);
    const having = (processes: readonly Descendant[]) =>
      processes.map(({ pid }) => pid).filter((pid) => hasOne(pid, inodes));
    const own = having([this.parent, ...this.others()]);
    // A child of a child that has ended is nobody's where no keeper is: it may be any process.
    return own.length > 0 || this.#keeper !== null ? own : having(candidates(null));
  }

  /** 0 where the server has not accepted it yet. */
  #acceptedFrom(clientPort: number): number {
    return tcpSocketsAt(this.#port).find(({ remote }) => remote.port === clientPort)?.inode ?? 0;
  }

  /** Whether a process has the listening socket. */
  hasListener(pid: number): boolean {
    return hasOne(pid, this.#listeners);
  }

  /** Whether what a process has open may be looked at, and so how it ends. */
  isOpen(pid: number): boolean {
    return descriptorsOf(pid) !== null;
  }

  /** What the process that accepts has; null where it is gone. */
  possessions(): Possessions | null {
    const descriptors = descriptorsOf(this.parent.pid);
    const memory = memoryOf(this.parent.pid);
    if (descriptors === null || memory === null) return null;
    const ofClients = new Set(
      tcpSocketsAt(this.#port).filter(({ state }) => state !== "LISTEN")
        .map(({ inode }) => inode),
    );
    const clientSockets = descriptors
      .filter(({ inode }) => inode !== null && ofClients.has(inode)).length;
    const children = this.living().length;
    return { descriptors: descriptors.length - clientSockets, clientSockets, children, memory };
  }
}

/** Where a server is looked for. */
export interface ViewOptions {
  /** The port that it listens on. */
  readonly port: number;
  /** The process that all of its processes are below; null where they may be any. */
  readonly keeper: number | null;
}

function candidates(keeper: number | null): readonly Descendant[] {
  const all = allProcesses();
  return keeper === null ? all.filter(({ pid }) => pid !== Deno.pid) : below(keeper, all);
}

function hasOne(pid: number, inodes: ReadonlySet<number>): boolean {
  return descriptorsOf(pid)?.some(({ kind, inode }) =>
    kind === "socket" && inode !== null && inodes.has(inode)
  ) ?? false;
}
