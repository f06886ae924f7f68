/**
 * What the kernel tells of this server's processes: a window to the few functions of `ipc/posix/` that the samples are
 * made with.
 *
 * @module
 */

import { OperationalError } from "../../../ipc/errors.ts";
import type { OpenDescriptor } from "../../../ipc/posix/proc/descriptors.ts";
import type { ProcessStat } from "../../../ipc/posix/proc/processes.ts";
import type { TcpSocket } from "../../../ipc/posix/proc/tcp_table.ts";
import type { AcceptQueue } from "../../../ipc/posix/sockets/accept_queue.ts";
import type { OwnSocket } from "../../../ipc/posix/sockets/own_sockets.ts";

/** The functions, each described where it is. */
export interface Kernel {
  /** `ipc/posix/proc/processes.ts` */
  processStat(pid: number): ProcessStat | null;
  /** `ipc/posix/proc/memory.ts` */
  memoryOf(pid: number): number | null;
  /** `ipc/posix/proc/descriptors.ts` */
  descriptorsOf(pid: number): readonly OpenDescriptor[] | null;
  /** `ipc/posix/proc/socket_tables.ts` */
  tcpSockets(): readonly TcpSocket[];
  /** `ipc/posix/proc/unix_peers.ts` */
  unixPeers(): ReadonlyMap<number, number>;
  /** `ipc/posix/sockets/own_sockets.ts` */
  ownSockets(): readonly OwnSocket[];
  /** `ipc/posix/sockets/accept_queue.ts` */
  acceptQueue(number: number): AcceptQueue | null;
}

/**
 * The kernel, or null where libc cannot be called: then nobody knows more than the events. All is opened now: later
 * there may be no descriptor left for it.
 */
export async function openKernel(): Promise<Kernel | null> {
  const [processes, memory, descriptors, tables, ...rest] = await Promise.all([
    import("../../../ipc/posix/proc/processes.ts"),
    import("../../../ipc/posix/proc/memory.ts"),
    import("../../../ipc/posix/proc/descriptors.ts"),
    import("../../../ipc/posix/proc/socket_tables.ts"),
    import("../../../ipc/posix/proc/unix_peers.ts"),
    import("../../../ipc/posix/sockets/own_sockets.ts"),
    import("../../../ipc/posix/sockets/accept_queue.ts"),
  ]);
  const [peers, sockets, queues] = rest;
  try {
    processes.openProcesses();
    memory.openMemory();
    descriptors.openDescriptors();
    tables.openSocketTables();
    peers.openUnixPeers();
    sockets.openOwnSockets();
    queues.openAcceptQueues();
  } catch (error) {
    if (error instanceof OperationalError) return null;
    throw error;
  }
  return { ...processes, ...memory, ...descriptors, ...tables, ...peers, ...sockets, ...queues };
}
