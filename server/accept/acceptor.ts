/**
 * What connections are accepted from: a listening socket of Deno's here, or one of libc's (`libc_acceptor.ts`).
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import type { ClientSocket } from "./client_socket.ts";

/** A listening socket. Closing it resets the connections that wait in its queue. */
export interface Acceptor {
  /** Where it listens, with the port that the kernel chose. */
  readonly addr: Endpoint;
  /** Resolves to the next connection. Rejects with the operating system's error. */
  accept(): Promise<ClientSocket>;
  /** Closes it: an accept under way rejects. */
  close(): void;
}

/** Where to listen: a host name or an address of this machine, and a port or 0 for a free one. */
export interface ListenTarget extends Endpoint {
  /** Connections that may wait in the kernel's queue; the kernel may round it. */
  readonly backlog: number;
  /** After how long a client that is silent is asked whether it is there, where libc listens; never if 0 or absent. */
  readonly keepaliveMs?: number;
}

/** Listens with Deno. Throws the operating system's error. */
export function listenWithDeno({ hostname, port, backlog }: ListenTarget): Acceptor {
  return Deno.listen({ hostname, port, tcpBacklog: backlog });
}
