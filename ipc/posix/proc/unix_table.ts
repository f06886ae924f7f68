/**
 * What `/proc/net/unix` says, proc_pid_net(5).
 *
 * @module
 */

/** A Unix-domain socket. */
export interface UnixSocket {
  /** By which a descriptor is known to be of it; 0 where none is: not accepted yet. */
  readonly inode: number;
  /** Where it is bound to, `@name` in the abstract namespace (unix(7)); null where it is bound to nothing. */
  readonly path: string | null;
  /** `LISTEN` where it takes connections; the rest as the kernel counts them. */
  readonly state: UnixState;
}

/**
 * The state of a Unix-domain socket, by the names that netstat(8) has for them; `CONNECTING` is the server's end that
 * nobody has accepted yet.
 */
export type UnixState = "UNCONNECTED" | "CONNECTING" | "CONNECTED" | "DISCONNECTING" | "LISTEN";

/** `<linux/net.h>`, from 1 on; a socket that listens has the first, and says so in its flags. */
const STATES: readonly UnixState[] = ["UNCONNECTED", "CONNECTING", "CONNECTED", "DISCONNECTING"];

/** In the flags: it takes connections. */
const ACCEPTS = 0x10000;

/** The line of a socket: its flags, its type, its state, its inode, its path. */
const LINE =
  /^[\da-f]+: [\dA-F]{8} [\dA-F]{8} ([\dA-F]{8}) [\dA-F]{4} ([\dA-F]{2}) +(\d+)(?: (.+))?$/s;

/**
 * Reads the table; a line that is none of a socket is left out. Any user may bind a socket to a path with a line break
 * in it, and so make up a line.
 */
export function parseUnixTable(text: string): readonly UnixSocket[] {
  const sockets: UnixSocket[] = [];
  // The last line has its end, or it is cut off.
  for (const line of text.split("\n").slice(0, -1)) {
    const [, flagsHex = "", stateHex = "", inode = "", path = null] = LINE.exec(line) ?? [];
    const accepts = (parseInt(flagsHex, 16) & ACCEPTS) !== 0;
    const state = accepts ? "LISTEN" : STATES[parseInt(stateHex, 16) - 1];
    if (state !== undefined) sockets.push({ inode: Number(inode), path, state });
  }
  return sockets;
}
