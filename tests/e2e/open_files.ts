/** What processes have open, and the sockets of this machine, as `/proc` tells. */

/** What a process has open: `socket:[1234]` and the like, by number. */
export function openFilesOf(pid: number): Map<number, string> {
  const open = new Map<number, string>();
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    try {
      open.set(Number(name), Deno.readLinkSync(`/proc/${pid}/fd/${name}`));
    } catch (error) {
      // It was closed meanwhile.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return open;
}

/** The sockets of TCP here by their ends, `local port > remote port`, as descriptors are named; proc(5). */
export function tcpSockets(): Map<string, string> {
  const sockets = new Map<string, string>();
  for (const line of Deno.readTextFileSync("/proc/net/tcp").split("\n").slice(1)) {
    const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
    const portOf = (end = "") => parseInt(end.split(":")[1] ?? "", 16);
    if (inode !== undefined) {
      sockets.set(`${portOf(local)} > ${portOf(remote)}`, `socket:[${inode}]`);
    }
  }
  return sockets;
}
