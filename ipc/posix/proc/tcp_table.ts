/**
 * What `/proc/net/tcp` and `/proc/net/tcp6` say, proc_pid_net(5).
 *
 * @module
 */

import { type Endpoint, formatAddress, ipv4Of } from "../../address.ts";

/** The state of a TCP socket, by the names that netstat(8) has for them. */
export type TcpState =
  | "ESTABLISHED"
  | "SYN_SENT"
  | "SYN_RECV"
  | "FIN_WAIT1"
  | "FIN_WAIT2"
  | "TIME_WAIT"
  | "CLOSE"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "LISTEN"
  | "CLOSING"
  | "NEW_SYN_RECV";

/** `<net/tcp_states.h>` of Linux, from 1 on. */
const STATES: readonly TcpState[] = [
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
  "NEW_SYN_RECV",
];

/** A TCP socket. */
export interface TcpSocket {
  /** By which a descriptor is known to be of it; 0 where none is: not accepted yet, or closed and not yet over. */
  readonly inode: number;
  /** This machine's end; of a socket that listens on all addresses `0.0.0.0` or `::`. */
  readonly local: Endpoint;
  /** The other end; port 0 where there is none. */
  readonly remote: Endpoint;
  /** Its state. */
  readonly state: TcpState;
  /** Bytes that came and were not read; of a listening socket the connections that wait to be accepted. */
  readonly receiveQueue: number;
  /** Bytes that the other side has not confirmed; of a listening socket 0, and not its backlog: see `acceptQueue`. */
  readonly sendQueue: number;
  /** Whose it is. */
  readonly uid: number;
}

/** The line of a socket: its ends, its state, what is to be sent and read, and a few fields on the inode. */
const LINE =
  /^ *\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) ([\dA-F]{2}) ([\dA-F]{8}):([\dA-F]{8}) \S+ \S+ +(\d+) +\d+ (\d+) /;

/**
 * Reads the lines of the sockets whose own end has that port: of a table with many others that takes a fraction of the
 * time.
 */
export function parseTcpTableAt(port: number, text: string): readonly TcpSocket[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return parseTcpTable(
    (text.match(new RegExp(`^ *\\d+: [\\dA-F]+:${hex} .*$`, "gm")) ?? []).join("\n"),
  );
}

/** Reads the table; a line that is none of a socket, or cut off, is left out. */
export function parseTcpTable(text: string): readonly TcpSocket[] {
  const sockets: TcpSocket[] = [];
  // Many sockets have few addresses, and to write one takes longer than all else.
  const hostnames = new Map<string, string>();
  for (const line of text.split("\n")) {
    const socket = parseLine(line, hostnames);
    if (socket !== null) sockets.push(socket);
  }
  return sockets;
}

function parseLine(line: string, hostnames: Map<string, string>): TcpSocket | null {
  const fields = LINE.exec(line);
  if (fields === null) return null;
  const [, localHex = "", localPort = "", remoteHex = "", remotePort = "", stateHex = ""] = fields;
  const state = STATES[parseInt(stateHex, 16) - 1];
  if (state === undefined) return null;
  const endOf = (addressHex: string, portHex: string): Endpoint => {
    const hostname = hostnames.get(addressHex) ?? hostnameOf(addressHex);
    hostnames.set(addressHex, hostname);
    return { hostname, port: parseInt(portHex, 16) };
  };
  return {
    inode: Number(fields[9]),
    local: endOf(localHex, localPort),
    remote: endOf(remoteHex, remotePort),
    state,
    receiveQueue: parseInt(fields[7] ?? "", 16),
    sendQueue: parseInt(fields[6] ?? "", 16),
    uid: Number(fields[8]),
  };
}

function hostnameOf(addressHex: string): string {
  const bytes = new Uint8Array(addressHex.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    // The kernel writes each 32 bits as a number of the machine, which has its last byte first here.
    const from = (at & ~3 | 3 - (at & 3)) * 2;
    bytes[at] = parseInt(addressHex.slice(from, from + 2), 16);
  }
  return formatAddress(ipv4Of(bytes) ?? bytes);
}
