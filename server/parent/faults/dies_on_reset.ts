/**
 * The mistake `dies-on-reset`: a client that resets its connection ends the whole server. The parent relays, so it is
 * the parent that writes; and it writes as a program in C does which has not heard of SIGPIPE, and takes no notice of
 * what read(2) and write(2) return.
 *
 * @module
 */

import { type Endpoint, plainAddress } from "../../../ipc/address.ts";
import { errnoOf } from "../../../ipc/errors.ts";
import { dieOfBrokenPipes, sendOrDie } from "../../../ipc/posix/sockets/broken_pipe.ts";
import { openOwnSockets, ownSockets } from "../../../ipc/posix/sockets/own_sockets.ts";
import type { Acceptor, ListenTarget } from "../../accept/acceptor.ts";
import type { StreamSocket } from "../../accept/client_socket.ts";
import type { Mistake } from "./mistake.ts";

/** A client's socket, one of Deno's, but for the writes. */
class FragileSocket implements StreamSocket {
  readonly remoteAddr: Endpoint;
  readonly localAddr: Endpoint;
  readonly #conn: Deno.TcpConn;
  /** By which the kernel knows it; null where the client is gone already. */
  readonly #inode: number | null;

  constructor(conn: Deno.TcpConn) {
    const { hostname, port } = conn.remoteAddr;
    const plain = plainAddress(hostname);
    const own = ownSockets().find(({ remote }) =>
      remote?.hostname === plain && remote.port === port
    );
    this.remoteAddr = conn.remoteAddr;
    this.localAddr = conn.localAddr;
    this.#conn = conn;
    this.#inode = own?.inode ?? null;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#conn.read(buffer);
    } catch (error) {
      // What read(2) returned nobody looks at: what is in the buffer is written.
      if (errnoOf(error) === "ECONNRESET") this.#send(new Uint8Array(1));
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    const sent = this.#send(Uint8Array.from(bytes));
    return typeof sent === "number" ? sent : await this.#conn.write(bytes);
  }

  /** Sends, and once more where that fails. Returns `again` where there is no room, or no socket any more. */
  #send(bytes: Uint8Array<ArrayBuffer>): number | "again" {
    // Asked for anew: Deno may have closed it, and another have its number.
    const number = ownSockets().find(({ inode }) => inode === this.#inode)?.number;
    if (number === undefined) return "again";
    try {
      return sendOrDie(number, bytes);
    } catch (error) {
      // The kernel tells of a reset once; whoever writes after that gets the signal.
      if (errnoOf(error) !== "ECONNRESET") throw error;
      return sendOrDie(number, bytes);
    }
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    this.#conn.close();
  }

  setNoDelay(isOn?: boolean): void {
    this.#conn.setNoDelay(isOn);
  }

  setKeepAlive(isOn?: boolean): void {
    this.#conn.setKeepAlive(isOn);
  }
}

function listenForFragile({ hostname, port, backlog }: ListenTarget): Acceptor {
  const listener = Deno.listen({ hostname, port, tcpBacklog: backlog });
  return {
    addr: listener.addr,
    accept: async () => new FragileSocket(await listener.accept()),
    close: () => listener.close(),
  };
}

/** Makes it. Throws `OperationalError` where libc cannot be called. */
export function diesOnReset(): Mistake {
  openOwnSockets();
  dieOfBrokenPipes();
  return { listen: listenForFragile };
}
