/**
 * The TCP sockets of a network, whoever has them. Which process has one is told by the inode that its descriptors name.
 *
 * @module
 */

import { openProcFiles, type Process, readTcp6Table, readTcpTable } from "./proc_files.ts";
import { parseTcpTable, parseTcpTableAt, type TcpSocket } from "./tcp_table.ts";

/** Opens what the others here call, so that they go on when FFI was given up. */
export function openSocketTables(): void {
  openProcFiles();
}

/**
 * The TCP sockets of the network that this process is in, `/proc/net/tcp` and `tcp6` in proc_pid_net(5), those of IPv4
 * first. Throws `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function tcpSockets(): readonly TcpSocket[] {
  return readTcp("self") ?? [];
}

/** Those of them whose own end has that port: a server's, in much less time where there are many others. */
export function tcpSocketsAt(port: number): readonly TcpSocket[] {
  return [readTcpTable("self"), readTcp6Table("self")]
    .flatMap((table) => table === null ? [] : parseTcpTableAt(port, table));
}

/**
 * The TCP sockets of the network that another process is in, which is its own where it is in a container; null where
 * it is gone or has ended. They are not that process's alone. Throws likewise, and `RangeError` for what is no pid.
 */
export function tcpSocketsAround(pid: number): readonly TcpSocket[] | null {
  return readTcp(pid);
}

function readTcp(process: Process): readonly TcpSocket[] | null {
  const ipv4 = readTcpTable(process);
  if (ipv4 === null) return null;
  return [...parseTcpTable(ipv4), ...parseTcpTable(readTcp6Table(process) ?? "")];
}
