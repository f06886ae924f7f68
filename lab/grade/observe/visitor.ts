/**
 * A client of the server, which waits for nothing longer than it is told to.
 *
 * @module
 */

import { isStreamError } from "../../../ipc/errors.ts";
import type { Echo, Ending } from "./observations.ts";

const BUFFER_BYTES = 64 * 1024;

/** Where a server listens. */
export interface ServerAddress {
  /** An address of this machine. */
  readonly hostname: string;
  /** Its port. */
  readonly port: number;
}

/** How a connection is made. */
export interface ConnectOptions {
  /** How long that may take, in milliseconds. */
  readonly ms: number;
  /** How many times as long as it says each wait lasts; 1 unless told. */
  readonly patience?: number;
}

/** How an echo is asked for. */
export interface EchoOptions {
  /** How long all of it may take, where nobody has more patience. */
  readonly ms: number;
  /** Sends the bytes in pieces of so many. */
  readonly pieceBytes?: number;
  /** How long it reads nothing when it has begun to send. */
  readonly readAfterMs?: number;
  /** Ends its own direction behind the bytes. */
  readonly endsWriting?: boolean;
}

/** A client that is connected, or was. Disposing closes the connection. */
export class Visitor implements Disposable {
  /** Its own port; 0 where it could not connect. */
  readonly localPort: number;
  readonly #conn: Deno.TcpConn | null;
  readonly #patience: number;
  /** Resolves when it is closed: in older Denos that ends no write that waits. */
  readonly #closed = Promise.withResolvers<null>();
  #isClosed = false;

  private constructor(conn: Deno.TcpConn | null, patience: number) {
    this.#conn = conn;
    this.#patience = patience;
    this.localPort = conn?.localAddr.port ?? 0;
  }

  /** Connects. What it asks for is refused where that took too long or could not be. */
  static async connect(
    address: ServerAddress,
    { ms, patience = 1 }: ConnectOptions,
  ): Promise<Visitor> {
    const signal = AbortSignal.timeout(ms * patience);
    try {
      const conn = await Deno.connect({ ...address, signal });
      conn.setNoDelay(true);
      return new Visitor(conn, patience);
    } catch (error) {
      if (!isStreamError(error) && !signal.aborted) throw error;
      return new Visitor(null, patience);
    }
  }

  /** Whether the connection was made. */
  get isConnected(): boolean {
    return this.#conn !== null;
  }

  /**
   * Sends the bytes and reads until as many have come back, or none will. It reads while it sends: a server that waits
   * for its client to read must not wait for ever. The connection is open then unless the time was over.
   */
  async echo(bytes: Uint8Array, options: EchoOptions): Promise<Echo> {
    const conn = this.#conn;
    const ms = options.ms * this.#patience;
    const sent = bytes.length;
    if (conn === null) return { sent, received: 0, wrongAt: null, ending: "refused", waitedMs: ms };
    const timer = setTimeout(() => this.close(), ms);
    try {
      const sending = this.#send(bytes, options);
      const { ending, ...read } = await this.#receive(conn, { bytes, options });
      // The server may take no more of what is on its way.
      if (ending !== "open") this.close();
      await sending;
      return { sent, ...read, ending, waitedMs: ms };
    } finally {
      clearTimeout(timer);
    }
  }

  async #send(bytes: Uint8Array, options: EchoOptions): Promise<void> {
    const { pieceBytes = bytes.length, endsWriting = false } = options;
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      if (!await this.send(bytes.subarray(at, at + pieceBytes))) return;
      // Each in a packet of its own: the kernel may join what is sent at once.
      if (pieceBytes < bytes.length) await pause(1);
    }
    if (endsWriting) await this.endWriting();
  }

  async #receive(
    conn: Deno.TcpConn,
    { bytes, options }: { readonly bytes: Uint8Array; readonly options: EchoOptions },
  ): Promise<Pick<Echo, "received" | "wrongAt" | "ending">> {
    await pause(options.readAfterMs ?? 0);
    const buffer = new Uint8Array(BUFFER_BYTES);
    let received = 0;
    let wrongAt: number | null = null;
    let ending: Ending = "open";
    while (received < bytes.length && wrongAt === null && ending === "open") {
      const count = await this.#read(conn, buffer);
      if (typeof count === "string") ending = count;
      else {
        const came = buffer.subarray(0, Math.min(count, bytes.length - received));
        const wrong = came.findIndex((byte, at) => byte !== bytes[received + at]);
        if (wrong !== -1) wrongAt = received + wrong;
        received += came.length;
      }
    }
    return { received, wrongAt, ending };
  }

  async #read(conn: Deno.TcpConn, buffer: Uint8Array): Promise<number | Ending> {
    try {
      return await conn.read(buffer) ?? "end of file";
    } catch (error) {
      if (!isStreamError(error)) throw error;
      // Deno's word for an operation that a close has ended differs.
      return this.#isClosed ? "late" : "reset";
    }
  }

  /** Sends all of it. Resolves to whether that was taken. */
  async send(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let at = 0; at < bytes.length;) {
        if (this.#conn === null) return false;
        const writing = this.#conn.write(bytes.subarray(at));
        const count = await Promise.race([writing, this.#closed.promise]);
        if (count === null) return false;
        at += count;
      }
      return true;
    } catch (error) {
      if (!isStreamError(error)) throw error;
      return false;
    }
  }

  /** Ends its own direction, shutdown(2). */
  async endWriting(): Promise<void> {
    try {
      await this.#conn?.closeWrite();
    } catch (error) {
      if (!isStreamError(error)) throw error;
    }
  }

  /** Reads until the server ends the connection, however it does, for so long. Resolves to whether it has. */
  async sawEnd(ms: number): Promise<boolean> {
    const conn = this.#conn;
    if (conn === null) return false;
    const timer = setTimeout(() => this.close(), ms * this.#patience);
    const buffer = new Uint8Array(BUFFER_BYTES);
    try {
      let result: number | Ending;
      // One that sends for ever does not end.
      do result = await this.#read(conn, buffer); while (typeof result === "number");
      return result !== "late";
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the connection, at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.resolve(null);
    this.#conn?.close();
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
