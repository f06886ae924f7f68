/**
 * Real sockets on the loopback interface: listeners, connected pairs, and a connection that the other side resets.
 *
 * @module
 */

import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Listens on a free port. */
export function listenOnLoopback(options: { readonly backlog?: number } = {}): Deno.TcpListener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: options.backlog });
}

/** A port where nobody listens. */
export function closedPort(): number {
  using listener = listenOnLoopback();
  return listener.addr.port;
}

/** The two ends of one connection: the client's, and the server's, which has accepted it. */
export class TcpPair implements Disposable {
  private constructor(readonly client: Deno.TcpConn, readonly server: Deno.TcpConn) {}

  static async open(): Promise<TcpPair> {
    using listener = listenOnLoopback();
    const [client, server] = await Promise.all([
      Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
      listener.accept(),
    ]);
    return new TcpPair(client, server);
  }

  /** Closes what is still open. */
  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
    this.server[Symbol.dispose]();
  }
}

/** A connection whose other side can reset it. That side is a socket of `node:net`: Deno's own cannot. */
export class ResettablePair implements Disposable {
  readonly #other: Socket;

  private constructor(readonly conn: Deno.TcpConn, other: Socket) {
    this.#other = other;
  }

  static async open(): Promise<ResettablePair> {
    using listener = listenOnLoopback();
    const other = connect(listener.addr.port, "127.0.0.1");
    const [conn] = await Promise.all([listener.accept(), once(other, "connect")]);
    return new ResettablePair(conn, other);
  }

  /** Resets the connection, as a program does that crashes. */
  async reset(): Promise<void> {
    const closed = once(this.#other, "close");
    this.#other.resetAndDestroy();
    await closed;
  }

  /** Closes what is still open. */
  [Symbol.dispose](): void {
    this.#other.destroy();
    this.conn[Symbol.dispose]();
  }
}

/** A client that can reset its connection. */
export class ResettableClient implements Disposable {
  /** Its own port. */
  readonly port: number;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.localPort ?? 0;
  }

  static async connect(port: number): Promise<ResettableClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new ResettableClient(socket);
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Resolves to the next line, without its newline. */
  async readLine(): Promise<string> {
    let text = "";
    while (!text.endsWith("\n")) {
      const [data] = await once(this.#socket, "data");
      text += String(data);
    }
    return text.trimEnd();
  }

  /** Resets the connection. */
  async reset(): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.resetAndDestroy();
    await closed;
  }

  /** Closes it if it is still open. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
