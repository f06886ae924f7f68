/**
 * What the server's processes have open, and what it has to do with connections and workers. The numbers are those of
 * the kernel; a descriptor of something else, such as a log or the runtime's own, is left out.
 *
 * @module
 */

import type { Endpoint } from "../../../ipc/address.ts";
import type { DescriptorView, ServerState } from "../../status/state.ts";
import type { Kernel } from "./kernel.ts";

/** Where there are more workers than this, nobody could see single descriptors, and they are not looked for. */
export const WORKERS_MAX = 48;

/**
 * The kernel's table of all sockets also has those of connections that are over, for a minute: where many end it is too
 * long to be read.
 */
const CONNECTIONS_PER_SECOND_MAX = 100;

/** One look at what all the processes have open. */
export class DescriptorLook {
  readonly #kernel: Kernel;
  readonly #state: ServerState;
  /** Open connections, by their client's end. */
  readonly #connectionOf: ReadonlyMap<string, number>;
  /** What the inodes of sockets are of: a connection, or (null) a Unix-domain socket. Read when it is first needed. */
  #sockets: ReadonlyMap<number, number | null> | null = null;
  /** The pipes that the parent has. */
  #pipes: ReadonlySet<number> | null = null;

  /** Has looked at nothing yet. */
  constructor(kernel: Kernel, state: ServerState) {
    this.#kernel = kernel;
    this.#state = state;
    this.#connectionOf = new Map(
      Object.values(state.connections).map(({ id, remoteHost, remotePort }) => [
        keyOf({ hostname: remoteHost, port: remotePort }),
        id,
      ]),
    );
  }

  /** What a process has open; null where that may not be seen. */
  of(pid: number): readonly DescriptorView[] | null {
    return pid === this.#state.server.pid ? this.#ofParent() : this.#ofWorker(pid);
  }

  #ofParent(): readonly DescriptorView[] {
    const { server: { port }, workers } = this.#state;
    const views: DescriptorView[] = [];
    for (
      const { number, family, isListening, local, remote, peerPid } of this.#kernel.ownSockets()
    ) {
      const connectionId = this.#connectionAt(remote);
      if (family === "unix") {
        const worker = peerPid !== null && workers[peerPid] !== undefined ? peerPid : null;
        if (worker !== null) {
          views.push({ number, kind: "unix", connectionId: null, peerPid: worker });
        }
      } else if (isListening && local?.port === port) {
        views.push({ number, kind: "listening", connectionId: null, peerPid: null });
      } else if (connectionId !== null) {
        views.push({ number, kind: "tcp", connectionId, peerPid: null });
      }
    }
    return views;
  }

  #ofWorker(pid: number): readonly DescriptorView[] | null {
    const parent = this.#state.server.pid;
    const open = this.#kernel.descriptorsOf(pid);
    if (open === null) return null;
    const views: DescriptorView[] = [];
    for (const { number, kind, inode } of open) {
      if (inode === null) continue;
      // Others are none of ours: what the server was started with, they have all.
      if (kind === "pipe" && number <= 1 && this.#parentPipes().has(inode)) {
        views.push({ number, kind: "pipe", connectionId: null, peerPid: parent });
      }
      if (kind !== "socket") continue;
      const connectionId = this.#inodes().get(inode);
      if (connectionId === null) {
        views.push({ number, kind: "unix", connectionId, peerPid: parent });
      } else if (connectionId !== undefined) {
        views.push({ number, kind: "tcp", connectionId, peerPid: null });
      }
    }
    return views;
  }

  #parentPipes(): ReadonlySet<number> {
    const open = () => this.#kernel.descriptorsOf(this.#state.server.pid) ?? [];
    return this.#pipes ??= new Set(
      open().flatMap(({ kind, inode }) => kind === "pipe" && inode !== null ? [inode] : []),
    );
  }

  #inodes(): ReadonlyMap<number, number | null> {
    return this.#sockets ??= this.#readTables();
  }

  #readTables(): ReadonlyMap<number, number | null> {
    const found = new Map<number, number | null>();
    const { acceptedPerSecond = 0 } = this.#state.history.at(-1) ?? {};
    if (acceptedPerSecond > CONNECTIONS_PER_SECOND_MAX) return found;
    for (const { inode } of this.#kernel.unixSockets()) found.set(inode, null);
    for (const { inode, remote } of this.#kernel.tcpSockets()) {
      const connectionId = this.#connectionAt(remote);
      if (connectionId !== null) found.set(inode, connectionId);
    }
    return found;
  }

  #connectionAt(remote: Endpoint | null): number | null {
    return remote === null ? null : this.#connectionOf.get(keyOf(remote)) ?? null;
  }
}

function keyOf({ hostname, port }: Endpoint): string {
  return `${hostname} ${port}`;
}
