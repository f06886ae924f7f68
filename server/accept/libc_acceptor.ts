/**
 * A listening socket of libc's, whose connections another process can have. Loaded only where that is asked for.
 *
 * @module
 */

import { type Endpoint, parseAddress } from "../../ipc/address.ts";
import { OperationalError } from "../../ipc/errors.ts";
import type { Descriptor } from "../../ipc/posix/descriptor.ts";
import { localAddrOf, remoteAddrOf } from "../../ipc/posix/sockets/ends.ts";
import { isTurnDue, takeTurn } from "../../ipc/posix/sockets/event_loop_turn.ts";
import { accept, listen } from "../../ipc/posix/sockets/listen.ts";
import { Poller } from "../../ipc/posix/sockets/poller.ts";
import { setKeepAlive, setNoDelay } from "../../ipc/posix/sockets/socket_options.ts";
import type { Acceptor, ListenTarget } from "./acceptor.ts";
import { keepAliveOf } from "./keepalive.ts";
import { type ClientSocket, DescriptorSocket } from "./client_socket.ts";
import { say } from "../../ipc/say.ts";

/**
 * Listens with libc, so that another process can have what is accepted. Throws the operating system's error, and
 * {@linkcode OperationalError} where libc cannot be called.
 */
export function listenWithLibc(
  { hostname, port, backlog, keepaliveMs = 0 }: ListenTarget,
): LibcAcceptor {
  try {
    return new LibcAcceptor(
      listen({ hostname: numericAddressOf(hostname), port, backlog }),
      keepaliveMs,
    );
  } catch (cause) {
    if (!(cause instanceof OperationalError)) throw cause;
    throw new OperationalError(
      say`${cause.message}; --transport pipe does without, and unix for a worker`,
      { cause },
    );
  }
}

/** Owns the listening socket, and waits for it in a thread of the pool. */
export class LibcAcceptor implements Acceptor {
  /** Where it listens, with the port that the kernel chose. */
  readonly addr: Endpoint;
  readonly #listener: Descriptor;
  readonly #poller = new Poller();

  /** Takes over a listening socket. What it accepts inherits its options, tcp(7). */
  constructor(listener: Descriptor, keepaliveMs: number) {
    this.#listener = listener;
    setNoDelay(listener, true);
    if (keepaliveMs > 0) setKeepAlive(listener, keepAliveOf(keepaliveMs));
    this.addr = endOf(listener);
  }

  /** The listening socket. */
  get descriptor(): Descriptor {
    return this.#listener;
  }

  /** Resolves to the next connection. Rejects with the operating system's error. */
  async accept(): Promise<ClientSocket> {
    if (isTurnDue()) await takeTurn();
    while (true) {
      const accepted = accept(this.#listener);
      if (accepted === "again") {
        await this.#poller.wait([{ descriptor: this.#listener, want: "read" }]);
        continue;
      }
      const { descriptor, remoteAddr } = accepted;
      try {
        // A connection that was reset in the queue is accepted all the same: ENOTCONN, as with Deno's accept.
        remoteAddrOf(descriptor);
        return new DescriptorSocket(descriptor, { remoteAddr, localAddr: endOf(descriptor) });
      } catch (error) {
        descriptor.close();
        throw error;
      }
    }
  }

  /** Closes it: an accept under way rejects. */
  close(): void {
    this.#listener.close();
    // Its wait is over as soon as the listener is closed; whoever waits finds that out.
    this.#poller[Symbol.asyncDispose]();
  }
}

function endOf(descriptor: Descriptor): Endpoint {
  const end = localAddrOf(descriptor);
  if (end === null) throw new TypeError("A socket of the internet has an address");
  return end;
}

/** An address as it is, or the one that Deno finds for a name of this machine. Throws the system's error. */
function numericAddressOf(hostname: string): string {
  try {
    parseAddress(hostname);
    return hostname;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    using found = Deno.listen({ hostname, port: 0 });
    return found.addr.hostname;
  }
}
