/** A balancer that is a part of the test: its connections come from an address of their own. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { within } from "./process.ts";

/** From where the balancers of tests come; clients come from 127.0.0.1. */
export const BALANCER = "127.0.0.2";

/** A header of version 1, of a client of documentation's addresses. */
export const HEADER_1 = "PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n";

/** One of version 2, which tells the same, with a TLV behind. */
export const HEADER_2 = Uint8Array.of(
  ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 16],
  ...[192, 0, 2, 7, 198, 51, 100, 1, 0xc8, 0x22, 0x01, 0xbb, 4, 0, 1, 0],
);

/** A connection of a balancer. Disposing closes it. */
export class BalancerConnection implements Disposable {
  /** Its own port. */
  readonly port: number;
  readonly #socket: Socket;
  #received = "";
  /** Whether the server has ended or reset it. */
  #isOver = false;
  #next = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.localPort ?? 0;
    socket.setNoDelay(true);
    socket.setEncoding("utf8");
    socket.on("data", (text) => this.#note(() => this.#received += text));
    socket.on("end", () => this.#note(() => this.#isOver = true));
    // A server that closes with bytes unread resets.
    socket.on("error", () => this.#note(() => this.#isOver = true));
  }

  /** Connects to a port of this machine. */
  static async open(port: number): Promise<BalancerConnection> {
    const socket = connect({ host: "127.0.0.1", port, localAddress: BALANCER });
    await once(socket, "connect");
    return new BalancerConnection(socket);
  }

  #note(change: () => void): void {
    change();
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Sends it, in one piece. */
  async send(data: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(data, () => resolve()));
  }

  /** Resolves to all that came, once that is so long, or it is over. */
  async receive(length: number): Promise<string> {
    while (this.#received.length < length && !this.#isOver) {
      await within(this.#next.promise, () => `more than ${JSON.stringify(this.#received)}`);
    }
    return this.#received;
  }

  /** Waits for the server's end of file, or a reset. Resolves to all that came. */
  async closed(): Promise<string> {
    return await this.receive(Infinity);
  }

  /** Ends what is sent. */
  end(): void {
    this.#socket.end();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
