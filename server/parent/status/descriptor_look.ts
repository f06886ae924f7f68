/**
 * What the server's processes have open, and what it has to do with connections and workers. The numbers are those of
 * the kernel; a descriptor of something else, such as a log or the runtime's own, is left out.
 *
 * @module
 */

import type { Endpoint } from "../../../ipc/address.ts";
import type { OpenDescriptor } from "../../../ipc/posix/proc/descriptors.ts";
import type { OwnSocket } from "../../../ipc/posix/sockets/own_sockets.ts";
import type { DescriptorView, ServerState } from "../../status/state.ts";
import type { Kernel } from "./kernel.ts";

/** Where there are more workers than this, nobody could see single descriptors. */
const WORKERS_MAX = 48;

/**
 * Where connections come faster than this, none is seen long enough; and the kernel's table of all sockets, which also
 * has those of connections that are over, for a minute, is too long to be read.
 */
const CONNECTIONS_PER_SECOND_MAX = 100;

/** Whether single descriptors are worth a look. */
export function areDescriptorsShown({ workers, history }: ServerState): boolean {
  const { acceptedPerSecond = 0 } = history.at(-1) ?? {};
  return Object.keys(workers).length <= WORKERS_MAX &&
    acceptedPerSecond <= CONNECTIONS_PER_SECOND_MAX;
}

/** One look at what all the processes have open. */
export class DescriptorLook {
  readonly #kernel: Kernel;
  readonly #state: ServerState;
  /** Open connections, by the other end of their socket: the client's, or a balancer's. */
  readonly #connectionOf: ReadonlyMap<string, number>;
  /** The parent's sockets. */
  readonly #own: readonly OwnSocket[];
  /** The parent's pipes. */
  readonly #ownPipes: readonly OpenDescriptor[];
  /** The inodes of both. */
  readonly #ownInodes: ReadonlySet<number | null>;
  /** Of each Unix-domain socket its other side. */
  readonly #peers: ReadonlyMap<number, number>;
  /** What processes have open, by pid; null where that may not be seen. Each is read once. */
  readonly #openOf = new Map<number, readonly OpenDescriptor[] | null>();
  /** The connections whose sockets have these inodes. Read when it is first needed. */
  #connectionOfInode: ReadonlyMap<number, number> | null = null;

  /** Looks at the parent. */
  constructor(kernel: Kernel, state: ServerState) {
    this.#kernel = kernel;
    this.#state = state;
    this.#connectionOf = new Map(
      Object.values(state.connections).map((connection) => {
        const { id, remoteHost, remotePort, proxyHost, proxyPort } = connection;
        return [keyOf({ hostname: proxyHost ?? remoteHost, port: proxyPort ?? remotePort }), id];
      }),
    );
    this.#own = kernel.ownSockets();
    this.#ownPipes = (this.#open(state.server.pid) ?? []).filter(({ kind }) => kind === "pipe");
    this.#ownInodes = new Set([...this.#own, ...this.#ownPipes].map(({ inode }) => inode));
    this.#peers = kernel.unixPeers();
  }

  /** What a process has open; null where that may not be seen. */
  of(pid: number): readonly DescriptorView[] | null {
    return pid === this.#state.server.pid ? this.#ofParent() : this.#ofWorker(pid);
  }

  #open(pid: number): readonly OpenDescriptor[] | null {
    const known = this.#openOf.get(pid);
    if (known !== undefined) return known;
    const open = this.#kernel.descriptorsOf(pid);
    this.#openOf.set(pid, open);
    return open;
  }

  #ofParent(): readonly DescriptorView[] {
    const { server: { port }, workers } = this.#state;
    const pidOf = new Map<number, number>();
    for (const pid of Object.keys(workers).map(Number)) {
      for (const { inode } of ofChild(this.#open(pid) ?? [])) pidOf.set(inode, pid);
    }
    const sockets = this.#own.flatMap(({ number, inode, ...socket }): DescriptorView[] => {
      const { family, isListening, local, remote } = socket;
      const connectionId = remote === null ? null : this.#connectionOf.get(keyOf(remote)) ?? null;
      const peerPid = pidOf.get(this.#peers.get(inode) ?? 0) ?? null;
      if (family === "unix") return peerPid === null ? [] : [unixView(number, peerPid)];
      if (isListening && local?.port === port) {
        return [{ number, kind: "listening", connectionId: null, peerPid: null }];
      }
      return connectionId === null ? [] : [tcpView(number, connectionId)];
    });
    const pipes = relevant(this.#ownPipes).flatMap(({ number, inode }) => {
      const peerPid = pidOf.get(inode);
      return peerPid === undefined ? [] : [pipeView(number, peerPid)];
    });
    return [...sockets, ...pipes];
  }

  #ofWorker(pid: number): readonly DescriptorView[] | null {
    const parent = this.#state.server.pid;
    const own = this.#ownInodes;
    const open = this.#open(pid);
    if (open === null) return null;
    return ofChild(open).flatMap(({ number, kind, inode }) => {
      if (kind === "pipe") return own.has(inode) ? [pipeView(number, parent)] : [];
      if (own.has(this.#peers.get(inode) ?? 0)) return [unixView(number, parent)];
      const connectionId = this.#inodes().get(inode);
      return connectionId === undefined ? [] : [tcpView(number, connectionId)];
    });
  }

  #inodes(): ReadonlyMap<number, number> {
    return this.#connectionOfInode ??= this.#readTable();
  }

  #readTable(): ReadonlyMap<number, number> {
    return new Map(
      this.#kernel.tcpSockets().flatMap(({ inode, remote }) => {
        const connectionId = this.#connectionOf.get(keyOf(remote));
        return connectionId === undefined || inode === 0 ? [] : [[inode, connectionId]];
      }),
    );
  }
}

/** A socket or a pipe. */
type Relevant = OpenDescriptor & { readonly inode: number };

function relevant(descriptors: readonly OpenDescriptor[]): readonly Relevant[] {
  return descriptors.filter((descriptor): descriptor is Relevant => descriptor.inode !== null);
}

/** Of a child's pipes only standard input and output: others are none of ours, such as one that the server has too. */
function ofChild(descriptors: readonly OpenDescriptor[]): readonly Relevant[] {
  return relevant(descriptors).filter(({ kind, number }) => kind === "socket" || number <= 1);
}

function pipeView(number: number, peerPid: number): DescriptorView {
  return { number, kind: "pipe", connectionId: null, peerPid };
}

function unixView(number: number, peerPid: number): DescriptorView {
  return { number, kind: "unix", connectionId: null, peerPid };
}

function tcpView(number: number, connectionId: number): DescriptorView {
  return { number, kind: "tcp", connectionId, peerPid: null };
}

function keyOf({ hostname, port }: Endpoint): string {
  return `${hostname} ${port}`;
}
