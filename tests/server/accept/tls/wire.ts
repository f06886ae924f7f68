/**
 * What is between a client of TLS and its server: every byte passes here, and may be altered, held, or cut off.
 *
 * @module
 */

import { writeAll } from "../../../../ipc/relay/copy.ts";
import { listenOnLoopback } from "../../../support/sockets.ts";

/** What is done with what a client sends, on its way to the server. */
export type Alter = (chunk: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Owns the listening socket that clients connect to, and a connection to the server for each of theirs. */
export class Wire implements AsyncDisposable {
  readonly #listener = listenOnLoopback();
  readonly #conns: Deno.TcpConn[] = [];
  readonly #carrying: Promise<void>;

  /** Passes on what one client and the server say to each other. */
  constructor(readonly serverPort: number, alter: Alter = (chunk) => chunk) {
    this.#carrying = this.#carry(alter);
  }

  /** Where clients connect to. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #carry(alter: Alter): Promise<void> {
    const client = await this.#listener.accept();
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.serverPort });
    this.#conns.push(client, server);
    const copy = async (from: Deno.TcpConn, to: Deno.TcpConn, alter: Alter) => {
      const buffer = new Uint8Array(65536);
      for (let count; (count = await from.read(buffer)) !== null;) {
        await writeAll(to, await alter(buffer.subarray(0, count)));
      }
      await to.closeWrite();
    };
    const ends = [copy(client, server, alter), copy(server, client, (chunk) => chunk)];
    // Whoever is cut off fails; the test looks at the ends.
    await Promise.allSettled(ends);
  }

  /** Ends what the server gets from the client, without a word of TLS. */
  async cutOff(): Promise<void> {
    await this.#conns[1]?.closeWrite();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const conn of this.#conns) conn.close();
    this.#listener.close();
    await this.#carrying.catch(() => {});
  }
}
