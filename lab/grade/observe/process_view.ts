/**
 * A server's processes and sockets, as `/proc` tells of them.
 *
 * @module
 */

import { OperationalError } from "../../../ipc/errors.ts";
import { checkLibc } from "../../../ipc/posix/libc.ts";
import { descriptorsOf } from "../../../ipc/posix/proc/descriptors.ts";
import { memoryOf } from "../../../ipc/posix/proc/memory.ts";
import { processStat } from "../../../ipc/posix/proc/processes.ts";
import { tcpSockets } from "../../../ipc/posix/proc/socket_tables.ts";
import type { TcpSocket } from "../../../ipc/posix/proc/tcp_table.ts";
import { allProcesses, below, type Descendant } from "../keeper/descendants.ts";
import type { Possessions } from "./observations.ts";

/** Why `/proc` cannot be looked at, or null. */
export function blindness(): string | null {
  try {
    checkLibc();
    return null;
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    return error.message;
  }
}

/** The sockets that listen on a port. */
export function listenersOn(port: number): readonly TcpSocket[] {
  return tcpSockets().filter(({ local, state }) => state === "LISTEN" && local.port === port);
}

/** Looks at the processes of one server. */
export class ProcessView {
  readonly #keeper: number | null;
  readonly #port: number;
  /** The process that accepts. */
  readonly parent: Descendant;

  private constructor(parent: Descendant, options: ViewOptions) {
    this.parent = parent;
    this.#keeper = options.keeper;
    this.#port = options.port;
  }

  /** Looks for the process that listens; null where there is none that may be looked at. */
  static find(options: ViewOptions): ProcessView | null {
    const inodes = new Set(listenersOn(options.port).map(({ inode }) => inode));
    const having = candidates(options.keeper).filter(({ pid }) => hasOne(pid, inodes));
    const pids = new Set(having.map(({ pid }) => pid));
    const parent = having.find(({ parentPid }) => !pids.has(parentPid));
    return parent === undefined ? null : new ProcessView(parent, options);
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
    const inodes = new Set(
      tcpSockets()
        .filter(({ local, remote, inode }) =>
          local.port === this.#port && remote.port === clientPort && inode !== 0
        ).map(({ inode }) => inode),
    );
    if (inodes.size === 0) return [];
    return candidates(this.#keeper).map(({ pid }) => pid).filter((pid) => hasOne(pid, inodes));
  }

  /** Whether a process has the listening socket. */
  hasListener(pid: number): boolean {
    return hasOne(pid, new Set(listenersOn(this.#port).map(({ inode }) => inode)));
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
      tcpSockets().filter(({ local, state }) => local.port === this.#port && state !== "LISTEN")
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
