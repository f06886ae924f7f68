/**
 * Connects with TLS and verifies nothing, by `node:tls`: Deno's own functions cannot leave that out for one connection.
 *
 * What it works on is a socket of Deno's. It is read only while somebody reads the connection, so that what nobody
 * reads stays with the server: a pause of Node's own stream loses its end, in Deno 2.9. And it tells when the socket
 * has ended and TLS has not: an answer that was cut off.
 *
 * @module
 */

import { Duplex } from "node:stream";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { Endpoint } from "../../ipc/address.ts";
import { errnoOf, StreamError } from "../../ipc/errors.ts";
import { writeAll } from "../../ipc/relay/copy.ts";
import { say } from "../../ipc/say.ts";
import { type Connection, connectPlainly, type Server } from "./connection.ts";
import { handshakeReasonOf, tlsErrorOf, truncated } from "./handshake.ts";
import { HandshakeError } from "./tls_errors.ts";

/** What may have come and wait to be read before no more is taken from the socket. */
const UNREAD_BYTES_MAX = 64 * 1024;

const SOCKET_BYTES = 64 * 1024;

/** Connects to whoever answers. Gives up when the signal aborts. */
export async function connectUnverified(server: Server, signal: AbortSignal): Promise<Connection> {
  const connection = new UnverifiedConnection(await connectPlainly(server, signal), server.name);
  const giveUp = () => connection.close();
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  try {
    await connection.secured;
    return connection;
  } catch (cause) {
    connection.close();
    const reason = signal.aborted ? say`it took too long` : handshakeReasonOf(cause, server.name);
    throw new HandshakeError(reason, { cause });
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** A connection with TLS. What goes wrong with TLS is told as a `StreamError`. */
class UnverifiedConnection implements Connection {
  readonly localAddr: Endpoint;
  readonly remoteAddr: Endpoint;
  /** Resolves after the handshake; rejects if that fails. */
  readonly secured: Promise<void>;
  readonly #conn: Deno.TcpConn;
  readonly #below: Duplex;
  readonly #tls: TLSSocket;
  readonly #chunks: Uint8Array[] = [];
  #unread = 0;
  /** Whether the stream below waits for bytes, which are not asked for yet. */
  #isHeld = false;
  #hasSocketEnded = false;
  #hasEnded = false;
  #isClosedHere = false;
  #failure: unknown = null;
  #changed = Promise.withResolvers<void>();

  constructor(conn: Deno.TcpConn, name: string) {
    this.#conn = conn;
    this.localAddr = conn.localAddr;
    this.remoteAddr = conn.remoteAddr;
    this.#below = this.#streamOn(conn);
    this.#tls = connect({
      socket: this.#below,
      // It is sent before anything is encrypted (SNI), and stands for names alone.
      servername: isIP(name) === 0 ? name : "",
      rejectUnauthorized: false,
    });
    // It cannot be told when this begins with a stream.
    this.#tls.allowHalfOpen = true;
    const secured = Promise.withResolvers<void>();
    this.secured = secured.promise;
    const fail = (error: unknown) => {
      this.#failure ??= tlsErrorOf(error);
      secured.reject(error);
      this.#changed.resolve();
    };
    this.#below.on("error", fail);
    this.#tls.on("error", fail);
    this.#tls.once("secureConnect", secured.resolve);
    this.#tls.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#unread += chunk.length;
      this.#changed.resolve();
    });
    this.#tls.on("end", () => {
      if (this.#hasSocketEnded) this.#failure ??= truncated();
      this.#hasEnded = true;
      this.#changed.resolve();
    });
    this.#tls.on("close", () => fail(new Deno.errors.UnexpectedEof("unexpected end of file")));
  }

  #streamOn(conn: Deno.TcpConn): Duplex {
    return new Duplex({
      read: () => {
        this.#isHeld = this.#unread >= UNREAD_BYTES_MAX;
        if (!this.#isHeld) this.#readSocket();
      },
      write(chunk: Uint8Array, _encoding, done) {
        writeAll(conn, chunk).then(() => done(), done);
      },
      final(done) {
        conn.closeWrite().then(() => done(), done);
      },
      destroy(error, done) {
        conn[Symbol.dispose]();
        done(error);
      },
    });
  }

  async #readSocket(): Promise<void> {
    const buffer = new Uint8Array(SOCKET_BYTES);
    try {
      const count = await this.#conn.read(buffer);
      if (count === null) {
        // The end of TLS may just have come with the last bytes.
        await new Promise((resolve) => setTimeout(resolve, 0));
        this.#hasSocketEnded = true;
      }
      this.#below.push(count === null ? null : buffer.subarray(0, count));
    } catch (error) {
      this.#below.destroy(error instanceof Error ? error : undefined);
    }
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (true) {
      if (this.#isClosedHere) throw new Deno.errors.BadResource("Bad resource ID");
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) return this.#take(chunk, buffer);
      if (this.#hasEnded && !(this.#failure instanceof StreamError)) return null;
      if (this.#failure !== null) throw this.#failure;
      this.#changed = Promise.withResolvers();
      await this.#changed.promise;
    }
  }

  #take(chunk: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    if (count < chunk.length) this.#chunks.unshift(chunk.subarray(count));
    this.#unread -= count;
    if (this.#isHeld && this.#unread < UNREAD_BYTES_MAX) {
      this.#isHeld = false;
      this.#readSocket();
    }
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#tls.write(bytes, (error) => {
      if (error) reject(errorOfWrite(error));
      else resolve(bytes.length);
    });
    return promise;
  }

  /** Sends close_notify. */
  closeWrite(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#tls.end((error?: Error | null) => {
      if (error) reject(errorOfWrite(error));
      else resolve();
    });
    return promise;
  }

  close(): void {
    this.#isClosedHere = true;
    this.#tls.destroy();
    this.#below.destroy();
    this.#changed.resolve();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Node's own words for a stream that is gone are those of a broken pipe. */
function errorOfWrite(error: Error): unknown {
  if (!errnoOf(error)?.startsWith("ERR_STREAM_")) return tlsErrorOf(error);
  return Object.assign(new Deno.errors.BrokenPipe("broken pipe", { cause: error }), {
    code: "EPIPE",
  });
}
