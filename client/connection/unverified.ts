/**
 * Connects with TLS and verifies nothing, by `node:tls`: Deno's own functions cannot leave that out for one connection.
 *
 * `node:tls` takes the end of a connection for the end of TLS: an answer that was cut off is told from a whole one only
 * where TLS is verified. Who could cut it off could as well be the server, where nothing is verified.
 *
 * @module
 */

import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { errnoOf, StreamError } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import type { Connection, Server } from "./connection.ts";
import { handshakeReasonOf, tlsErrorOf, truncated } from "./handshake.ts";
import { HandshakeError } from "./tls_errors.ts";

/** Connects to whoever answers. Gives up when the signal aborts. */
export async function connectUnverified(server: Server, signal: AbortSignal): Promise<Connection> {
  const { hostname, port, name } = server;
  const options = {
    host: hostname,
    port,
    // It is sent before anything is encrypted (SNI), and stands for names alone.
    servername: isIP(name) === 0 ? name : "",
    rejectUnauthorized: false,
    allowHalfOpen: true,
  };
  const socket = connect(options);
  const secured = Promise.withResolvers<void>();
  let isConnected = false;
  const abort = () => socket.destroy(new StreamError(say`it took too long`));
  socket.once("connect", () => isConnected = true);
  socket.once("secureConnect", secured.resolve);
  socket.on("error", secured.reject);
  socket.once(
    "close",
    () =>
      secured.reject(
        new StreamError(say`the server has closed the connection during the handshake`),
      ),
  );
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    await secured.promise;
    socket.setNoDelay(true);
    return new UnverifiedConnection(socket);
  } catch (cause) {
    socket.destroy();
    if (!isConnected) throw cause;
    throw new HandshakeError(handshakeReasonOf(cause, name), { cause });
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** A socket of Node as a stream that is read when it is asked to: what nobody reads stays with the server. */
class UnverifiedConnection implements Connection {
  readonly localAddr: { readonly port: number };
  readonly remoteAddr: { readonly hostname: string };
  readonly #socket: TLSSocket;
  #failure: unknown = null;
  #isClosedHere = false;
  #changed = Promise.withResolvers<void>();

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.localAddr = { port: socket.localPort ?? 0 };
    this.remoteAddr = { hostname: socket.remoteAddress ?? "" };
    const change = () => this.#changed.resolve();
    socket.on("error", (error) => this.#failure ??= tlsErrorOf(error));
    for (const event of ["error", "readable", "end", "close"]) socket.on(event, change);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const socket = this.#socket;
    while (true) {
      const length = Math.min(buffer.length, socket.readableLength);
      // Zero asks for more, and for the end.
      const chunk: Uint8Array | null = socket.read(length);
      if (chunk !== null) {
        buffer.set(chunk);
        return chunk.length;
      }
      if (this.#isClosedHere) throw new Deno.errors.BadResource("Bad resource ID");
      if (this.#failure !== null) throw this.#failure;
      if (socket.readableEnded) return null;
      if (socket.destroyed) throw truncated();
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#socket.write(bytes, (error) => {
      if (error) reject(errorOfWrite(error));
      else resolve(bytes.length);
    });
    return promise;
  }

  /** Sends close_notify. */
  closeWrite(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.end((error?: Error | null) => {
      if (error) reject(errorOfWrite(error));
      else resolve();
    });
    return promise;
  }

  close(): void {
    this.#isClosedHere = true;
    this.#socket.destroy();
    this.#changed.resolve();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Node's own words for a socket that is gone are those of a broken pipe. */
function errorOfWrite(error: Error): unknown {
  if (!errnoOf(error)?.startsWith("ERR_STREAM_")) return tlsErrorOf(error);
  return Object.assign(new Deno.errors.BrokenPipe("broken pipe", { cause: error }), {
    code: "EPIPE",
  });
}
