/** Servers that a load client meets: one that echoes for as long as it is asked to, and some that do not. */

import { createServer, type Socket } from "node:net";
import { Buffer } from "node:buffer";
import { once } from "node:events";

/** What a bad server counts as, what it does, and the reason that the report gives. */
type Behaviour = readonly [
  kind: "reset" | "timedOut" | "closedEarly" | "shortEcho" | "wrongEcho",
  behaviour: string,
  reason: RegExp,
];

type Serve = (socket: Socket, connection: number) => void;

const SERVE: Readonly<Record<string, Serve>> = {
  "echoes for ever": (socket) => socket.pipe(socket),
  "never answers": (socket) => socket.resume(),
  "closes before it answers": (socket) => socket.end(),
  "closes in the middle of an answer": (socket) =>
    socket.once("data", (bytes) => socket.end(bytes.subarray(0, 10))),
  "leaves out the end of an answer": (socket) =>
    socket.on("data", (bytes) => socket.write(bytes.subarray(0, 10))),
  "leaves out the middle of an answer": (socket) =>
    socket.on("data", (bytes) => {
      socket.write(Buffer.concat([bytes.subarray(0, 10), bytes.subarray(30)]));
    }),
  "resets": (socket) => socket.once("data", () => socket.resetAndDestroy()),
  "changes a byte": (socket) =>
    socket.on("data", (bytes) => socket.write(bytes.map((byte, i) => i === 5 ? byte ^ 4 : byte))),
  "answers with a greeting first": (socket) => {
    socket.write("220 ready\r\n");
    socket.pipe(socket);
  },
  "echoes twice": (socket) =>
    socket.on("data", (bytes) => {
      socket.write(bytes);
      socket.write(bytes);
    }),
  // It leaves its own direction open when the client has ended the other.
  "keeps the connection open": (socket) => socket.pipe(socket, { end: false }),
  "echoes every other connection wrong": (socket, connection) =>
    socket.on("data", (bytes) => socket.write(connection % 2 === 0 ? bytes : bytes.fill(0))),
};

/** Whether a server ends a connection when the client has ended its direction. */
const KEEPS_OPEN = ["keeps the connection open"];

/** A server of the test's own. Of `node:net`, because Deno's sockets cannot reset. */
export class BadServer implements AsyncDisposable {
  static readonly BEHAVIOURS: readonly Behaviour[] = [
    ["timedOut", "never answers", /^no echo within 0\.3 s$/],
    ["timedOut", "keeps the connection open", /^no end of file from the server within 0\.3 s$/],
    ["closedEarly", "closes before it answers", /^connection \d was closed after 0 bytes$/],
    ["shortEcho", "closes in the middle of an answer", /got 10 of 64 bytes back, and was closed$/],
    ["shortEcho", "leaves out the end of an answer", /got 10 of 64 bytes back, and no more/],
    [
      "shortEcho",
      "leaves out the middle of an answer",
      /10 of 64 .*, and then those from byte 30 on$/,
    ],
    ["reset", "resets", /^connection reset by the other side$/],
    ["wrongEcho", "changes a byte", /^byte 5 of connection \d came back as \d+$/],
    ["wrongEcho", "answers with a greeting first", /^byte \d+ of connection \d came back as/],
    ["wrongEcho", "echoes twice", /^more bytes came back than were sent$/],
  ];

  readonly #sockets = new Set<Socket>();
  readonly #server;
  readonly #waiting = new Set<() => void>();
  #connections = 0;
  /** Connections on which something was received. */
  #heard = 0;
  #closed = 0;

  private constructor(behaviour: string) {
    const serve = SERVE[behaviour];
    if (serve === undefined) throw new Error(`No server ${behaviour}`);
    const allowHalfOpen = KEEPS_OPEN.includes(behaviour);
    this.#server = createServer({ allowHalfOpen, noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("data", () => this.#count(() => this.#heard++));
      socket.on("close", () => this.#count(() => this.#closed++));
      serve(socket, this.#connections++);
    });
  }

  /** Starts a server, on a free port. */
  static async start(behaviour: string): Promise<BadServer> {
    const server = new BadServer(behaviour);
    const listening = once(server.#server, "listening");
    server.#server.listen(0, "127.0.0.1");
    await listening;
    return server;
  }

  #count(step: () => void): void {
    step();
    for (const check of this.#waiting) check();
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("It does not listen");
    return address.port;
  }

  /** Resolves when so many connections have sent something. */
  async heard(connections: number): Promise<void> {
    await this.#until(() => this.#heard >= connections);
  }

  /** Resolves when so many connections are closed. */
  async closed(connections: number): Promise<void> {
    await this.#until(() => this.#closed >= connections);
  }

  async #until(isSo: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => isSo() && resolve();
    this.#waiting.add(check);
    check();
    await promise;
    this.#waiting.delete(check);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
