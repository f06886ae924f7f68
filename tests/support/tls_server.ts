/**
 * A server with TLS of the test's own, and one between it and its client that cuts off the end.
 *
 * @module
 */

import { isStreamError } from "../../ipc/errors.ts";
import type { Pair } from "./test_certificates.ts";
import { listenOnLoopback } from "./sockets.ts";

type Serve = (conn: Deno.Conn) => Promise<void>;

/** Sends back what comes, until its end, and then ends as well. */
export async function echoAll(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    for (let at = 0; at < count;) at += await conn.write(buffer.subarray(at, count));
  }
  await conn.closeWrite();
}

/** Serves every connection, at the same time, until it is disposed. What a client does to it is no error. */
abstract class Accepting implements AsyncDisposable {
  readonly #listener: Deno.Listener;
  readonly #open = new Set<Deno.Conn>();
  readonly #serving = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;

  constructor(listener: Deno.Listener, serve: Serve) {
    this.#listener = listener;
    this.#accepting = this.#accept(serve);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async #accept(serve: Serve): Promise<void> {
    for await (const conn of this.#listener) {
      this.#open.add(conn);
      const serving = this.#serve(conn, serve).finally(() => this.#serving.delete(serving));
      this.#serving.add(serving);
    }
  }

  async #serve(conn: Deno.Conn, serve: Serve): Promise<void> {
    try {
      await serve(conn);
    } catch (error) {
      // Deno tells what is wrong with TLS without a number of the system.
      const isOfTls = error instanceof Deno.errors.InvalidData ||
        error instanceof Deno.errors.UnexpectedEof;
      if (!isStreamError(error) && !isOfTls) throw error;
    } finally {
      this.#open.delete(conn);
      conn[Symbol.dispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) conn[Symbol.dispose]();
    await this.#accepting;
    await Promise.all(this.#serving);
  }
}

/** A server with TLS. */
export class TlsServer extends Accepting {
  constructor({ cert, key }: Pair, serve: Serve, hostname = "127.0.0.1") {
    const pem = { cert: Deno.readTextFileSync(cert), key: Deno.readTextFileSync(key) };
    super(Deno.listenTls({ hostname, port: 0, ...pem }), serve);
  }
}

/** A server without, that does something to those who come with it. */
export class TcpServer extends Accepting {
  constructor(serve: Serve) {
    super(listenOnLoopback(), serve);
  }
}

/** A record of TLS 1.3 with nothing but close_notify: a header, the alert, its type, and what seals it. */
const CLOSE_NOTIFY_BYTES = 5 + 2 + 1 + 16;

/** What stands between a server and its client, and keeps the server's close_notify. */
export class CuttingRelay extends TcpServer {
  readonly #clients: Set<Deno.Conn>;

  constructor(port: number) {
    const clients = new Set<Deno.Conn>();
    super(async (client) => {
      clients.add(client);
      using server = await Deno.connect({ hostname: "127.0.0.1", port });
      const answering = copy(server, client, CLOSE_NOTIFY_BYTES);
      await copy(client, server);
      server.close();
      await answering;
    });
    this.#clients = clients;
  }

  /** Ends the answers of those who are connected. */
  async cut(): Promise<void> {
    for (const client of this.#clients) await client.closeWrite();
  }
}

/** Copies to the end of the source, or to what comes with that length, and passes the end on. */
async function copy(source: Deno.Conn, sink: Deno.Conn, endsAt?: number): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let count; (count = await source.read(buffer)) !== null;) {
      if (count === endsAt) break;
      for (let at = 0; at < count;) at += await sink.write(buffer.subarray(at, count));
    }
    await sink.closeWrite();
  } catch (error) {
    if (!isStreamError(error)) throw error;
  }
}
