/**
 * Real sockets for the tests: pairs of connected ones, a connection that the kernel resets, and a folder for paths.
 *
 * @module
 */

/** The two ends of one connection over the loopback interface. */
export class TcpPair implements Disposable {
  private constructor(readonly near: Deno.TcpConn, readonly far: Deno.TcpConn) {}

  static async open(): Promise<TcpPair> {
    using listener = listenOnLoopback();
    const accepted = listener.accept();
    const near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    return new TcpPair(near, await accepted);
  }

  /** Closes what is still open. */
  [Symbol.dispose](): void {
    this.near[Symbol.dispose]();
    this.far[Symbol.dispose]();
  }
}

/** Listens on a free port of the loopback interface. */
export function listenOnLoopback(options: { readonly backlog?: number } = {}): Deno.TcpListener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: options.backlog });
}

/** A port of the loopback interface where nobody listens. */
export function closedPort(): number {
  using listener = listenOnLoopback();
  return listener.addr.port;
}

/** A connection whose other side can be lost: the kernel resets what nobody has accepted when its listener closes. */
export class Resettable implements Disposable {
  readonly #listener: Deno.TcpListener;

  private constructor(readonly conn: Deno.TcpConn, listener: Deno.TcpListener) {
    this.#listener = listener;
  }

  static async open(): Promise<Resettable> {
    const listener = listenOnLoopback();
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    return new Resettable(conn, listener);
  }

  reset(): void {
    this.#listener.close();
  }

  /** Closes what is still open. */
  [Symbol.dispose](): void {
    this.conn[Symbol.dispose]();
    this.#listener[Symbol.dispose]();
  }
}

/** An empty folder, removed at the end with all that is in it. */
export class TempFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<TempFolder> {
    return new TempFolder(await Deno.makeTempDir({ prefix: "brood_test_" }));
  }

  /** The path of a name in the folder. */
  join(name: string): string {
    return `${this.path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
