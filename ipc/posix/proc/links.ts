/**
 * What readlink(2) says of a descriptor in `/proc/PID/fd`, proc_pid_fd(5).
 *
 * @module
 */

/** What a descriptor is of. */
export interface LinkTarget {
  /** `file` is whatever has a path, such as a device, too. */
  readonly kind: "socket" | "pipe" | "file" | "other";
  /** By which the kernel knows the socket or the pipe: both ends of a pipe have the same. */
  readonly inode: number | null;
  /**
   * The file's path, ` (deleted)` behind it where it was removed; of others what the kernel calls them:
   * `anon_inode:[eventpoll]`. Null for a socket and a pipe.
   */
  readonly path: string | null;
}

/** Reads the target of a link. */
export function parseLink(target: string): LinkTarget {
  // A path is absolute, so no file looks like a socket.
  if (target.startsWith("/")) return { kind: "file", inode: null, path: target };
  const [, kind, inode] = /^(socket|pipe):\[(\d+)\]$/.exec(target) ?? [];
  if (kind === "socket" || kind === "pipe") return { kind, inode: Number(inode), path: null };
  return { kind: "other", inode: null, path: target };
}
