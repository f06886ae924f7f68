/**
 * What connections are accepted from: a listening socket of Deno's here, or one of libc's (`libc_acceptor.ts`).
 *
 * @module
 */

import { type Endpoint, plainAddress, unixEndpoint } from "../../ipc/address.ts";
import { type ClientSocket, RenamedSocket } from "./client_socket.ts";

/** A listening socket. Closing it resets the connections that wait in its queue. */
export interface Acceptor {
  /** Where it listens, with the port that the kernel chose. */
  readonly addr: Endpoint;
  /** All places where it listens, where they are several. */
  readonly addresses?: readonly Endpoint[];
  /** Has it listen, where it is bound alone so far. Throws `OperationalError` that names the place. */
  listen?(): void;
  /** Resolves to the next connection. Rejects with the operating system's error. */
  accept(): Promise<ClientSocket>;
  /** Closes it, and resolves to what waited in its queue, as far as that can be. An accept under way rejects. */
  finish?(): Promise<readonly ClientSocket[]>;
  /** Closes it: an accept under way rejects. */
  close(): void;
}

/**
 * Where to listen: a host name or an address of this machine, and a port or 0 for a free one; or the path of a
 * Unix-domain socket.
 */
export interface ListenTarget extends Endpoint {
  /** Connections that may wait in the kernel's queue; the kernel may round it. */
  readonly backlog: number;
  /** After how long a client that is silent is asked whether it is there, where libc listens; never if 0 or absent. */
  readonly keepaliveMs?: number;
  /** Where a Unix-domain socket is bound, if not at its path: its file is renamed then. */
  readonly boundPath?: string;
  /**
   * Whether other servers of this user may listen there at the same time: with libc alone. Then it is bound alone, and
   * listens when it is told to.
   */
  readonly reusesPort?: boolean;
}

/** Listens, or binds what is shared. Throws the operating system's error, or `OperationalError` where it cannot try. */
export type Listen = (target: ListenTarget) => Acceptor;

/** Listens with Deno. Throws the operating system's error. */
export function listenWithDeno(target: ListenTarget): Acceptor {
  const { hostname, port, path, backlog } = target;
  if (path !== undefined) return listenAtPath(path, target.boundPath);
  const listener = Deno.listen({ hostname, port, tcpBacklog: backlog });
  // Others are no addresses that IPv4 is mapped into.
  return hostname.includes(":") ? withPlainAddresses(listener) : listener;
}

/** Gives the clients of IPv4 their own address, where the socket takes both kinds. */
function withPlainAddresses(listener: Deno.TcpListener): Acceptor {
  return {
    addr: listener.addr,
    async accept() {
      const conn = await listener.accept();
      const { remoteAddr, localAddr } = conn;
      const hostname = plainAddress(remoteAddr.hostname);
      if (hostname === remoteAddr.hostname) return conn;
      return new RenamedSocket(conn, {
        remoteAddr: { hostname, port: remoteAddr.port },
        localAddr: { hostname: plainAddress(localAddr.hostname), port: localAddr.port },
      });
    },
    close: () => listener.close(),
  };
}

function listenAtPath(path: string, boundPath = path): Acceptor {
  const listener = Deno.listen({ transport: "unix", path: boundPath });
  const localAddr = unixEndpoint(path);
  return {
    addr: localAddr,
    async accept() {
      const conn = await acceptNamed(listener);
      const remote = conn.remoteAddr as { readonly path: string | null };
      return new RenamedSocket(conn, { remoteAddr: unixEndpoint(remote.path ?? ""), localAddr });
    },
    close: () => listener.close(),
  };
}

/**
 * A client may bind its own end to any bytes. Deno closes the connection of one whose path is no UTF-8, and says so in
 * its own words: that is of this one connection, as where it has ended in the queue.
 */
async function acceptNamed(listener: Deno.UnixListener): Promise<Deno.UnixConn> {
  try {
    return await listener.accept();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.InvalidData)) throw cause;
    const error = new Deno.errors.ConnectionAborted("The client's path is no UTF-8", { cause });
    throw Object.assign(error, { code: "ECONNABORTED" });
  }
}
