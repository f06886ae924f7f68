/**
 * The numbers of descriptors that nobody tells: Deno keeps those of its sockets to itself, so the kernel is asked.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import { isStreamError, OperationalError } from "../../ipc/errors.ts";
import type { OwnSocket } from "../../ipc/posix/sockets/own_sockets.ts";

/** Tells of this process's own descriptors. Each is null where there is none, or nobody can tell. */
export interface DescriptorLookup {
  /** The number of the socket that listens on that port. */
  listening(port: number): number | null;
  /** The number of the TCP socket with that other end. */
  connectedTo(remote: Endpoint): number | null;
  /** The number of the socket that is connected to the Unix-domain socket at that path. */
  connectedToPath(path: string): number | null;
  /** How many connections wait in the accept queue of the listening socket with that number. */
  waitingAt(listener: number): number | null;
}

/** Knows nothing: where libc cannot be called. */
export const NO_LOOKUP: DescriptorLookup = {
  listening: () => null,
  connectedTo: () => null,
  connectedToPath: () => null,
  waitingAt: () => null,
};

/** One that asks the kernel, or {@linkcode NO_LOOKUP} where that cannot be: on another system, or without FFI. */
export async function openDescriptorLookup(): Promise<DescriptorLookup> {
  const { openOwnSockets, ownSockets } = await import("../../ipc/posix/sockets/own_sockets.ts");
  const { acceptQueue, openAcceptQueues } = await import("../../ipc/posix/sockets/accept_queue.ts");
  try {
    openOwnSockets();
    openAcceptQueues();
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    return NO_LOOKUP;
  }
  const find = (isMeant: (socket: OwnSocket) => boolean) =>
    orNull(() => ownSockets().find(isMeant)?.number ?? null);
  return {
    listening: (port) =>
      find(({ family, isListening, local }) =>
        family === "tcp" && isListening && local?.port === port
      ),
    connectedTo: ({ hostname, port }) =>
      find(({ family, remote }) =>
        family === "tcp" && remote?.port === port && remote.hostname === hostname
      ),
    connectedToPath: (path) =>
      find((socket) => socket.family === "unix" && !socket.isListening && socket.path === path),
    waitingAt: (listener) => orNull(() => acceptQueue(listener)?.length ?? null),
  };
}

/** Null where the kernel refuses to tell, for want of a descriptor, say: a log must not fail. */
function orNull(ask: () => number | null): number | null {
  try {
    return ask();
  } catch (error) {
    if (!isStreamError(error)) throw error;
    return null;
  }
}
