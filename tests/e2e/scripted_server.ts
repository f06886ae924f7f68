/**
 * A server whose words the test writes.
 *
 * @module
 */

import { listenOnLoopback } from "../support/sockets.ts";
import { within } from "./process.ts";

/** A server of the test's own, for what ours does not do: it hands one connection to `serve`. */
export class ScriptedServer implements AsyncDisposable {
  readonly #listener = listenOnLoopback();
  readonly #serving: Promise<void>;

  constructor(serve: (conn: Deno.TcpConn) => Promise<void>) {
    this.#serving = this.#serveOne(serve);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #serveOne(serve: (conn: Deno.TcpConn) => Promise<void>): Promise<void> {
    using conn = await this.#listener.accept();
    await serve(conn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await within(this.#serving, () => "end of the scripted server");
    this.#listener.close();
  }
}
