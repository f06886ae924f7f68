/**
 * A client's socket behind TLS that another connection of Deno's has, on whose other side the encrypted bytes come and
 * go: from there to the client's socket they are copied, both ways.
 *
 * @module
 */

import type { Endpoint } from "../../../ipc/address.ts";
import { CutOffError, StreamError } from "../../../ipc/errors.ts";
import { copy, type CopyResult } from "../../../ipc/relay/copy.ts";
import type { ByteStream } from "../../../ipc/transport.ts";
import { type StreamSocket, trySetting } from "../client_socket.ts";
import type { Detour } from "./detours.ts";
import { ENDED, failedFor, type HandshakeFailure, LOST, NOT_TLS, UNKNOWN_CA } from "./failure.ts";

const DISCARD_BYTES = 64 * 1024;

/** Owns the client's socket and the detour. */
export class TunneledSocket implements StreamSocket {
  /** As TLS ends. */
  readonly endsByWord = true;
  /** The client's end. */
  readonly remoteAddr: Endpoint;
  /** The server's end. */
  readonly localAddr: Endpoint;
  readonly #socket: StreamSocket;
  readonly #outer: Deno.TcpConn;
  readonly #plain: Deno.TlsConn;
  /** Resolves when all that TLS has written is with the client, or the client is lost. */
  readonly #copied: Promise<CopyResult>;
  readonly #closed = Promise.withResolvers<"closed">();
  /** Resolves when TLS has all that the client has sent, or one of them is lost. */
  readonly #received: Promise<CopyResult>;
  #isClosed = false;
  /** How the client was lost, or TLS has failed; null while neither is so. */
  #failure: { readonly cause: unknown } | null = null;

  /** Begins to copy. */
  constructor(socket: StreamSocket, { outer, plain }: Detour) {
    this.remoteAddr = socket.remoteAddr;
    this.localAddr = socket.localAddr;
    this.#socket = socket;
    this.#outer = outer;
    this.#plain = plain;
    trySetting(() => outer.setNoDelay(true));
    this.#copied = copy(outer, socket);
    this.#received = copy(socket, outer);
    this.#received.then(({ failure }) => {
      if (failure?.at === "read") this.#lose(failure);
    });
    this.#copied.then(({ failure }) => {
      if (failure?.at !== "write") return;
      this.#lose(failure);
      discard(outer);
    });
  }

  #lose(failure: { readonly cause: unknown }): void {
    this.#failure ??= failure;
    // Then TLS fails, too.
    this.#received.then(() => this.#outer[Symbol.dispose]());
  }

  /** Makes it. Resolves to null, or to why it failed; then the client has been told by TLS. Does not reject. */
  async handshake(): Promise<HandshakeFailure | null> {
    try {
      await this.#plain.handshake();
      return null;
    } catch (error) {
      this.#plain[Symbol.dispose]();
      await this.#copied;
      if (!(error instanceof Error)) throw error;
      return { error: this.#failure === null ? failureText(error) : LOST };
    }
  }

  /** Reads plain bytes; null at the client's `close_notify`. */
  async read(buffer: Uint8Array): Promise<number | null> {
    try {
      const count = await this.#plain.read(buffer);
      // What comes then was read for nobody.
      if (!this.#isClosed) return count;
    } catch (error) {
      throw this.#failureOf(error);
    }
    throw closed();
  }

  /** Writes plain bytes, some of them where they are many. */
  async write(bytes: Uint8Array): Promise<number> {
    // TLS would encrypt on after its own failure, and nobody would read it.
    if (this.#failure !== null) throw this.#failure.cause;
    try {
      return await this.#plain.write(bytes);
    } catch (error) {
      throw this.#failureOf(error);
    }
  }

  /** Sends a `close_notify`, and ends the socket's outgoing direction. Resolves when the socket has taken both. */
  async closeWrite(): Promise<void> {
    try {
      await this.#plain.closeWrite();
    } catch (error) {
      throw this.#failureOf(error);
    }
    // Deno 2.6 leaves a write waiting when its socket is closed.
    const copied = await Promise.race([this.#copied, this.#closed.promise]);
    if (this.#failure !== null) throw this.#failure.cause;
    if (copied === "closed") throw closed();
  }

  /** What TLS fails with is no error of the system, as `isStreamError` knows it. */
  #failureOf(error: unknown): unknown {
    if (this.#isClosed) return closed(error);
    if (this.#failure !== null) return this.#failure.cause;
    if (error instanceof Deno.errors.UnexpectedEof) return new CutOffError();
    if (!(error instanceof Deno.errors.InvalidData)) return error;
    this.#failure = { cause: new StreamError(error.message, { cause: error }) };
    return this.#failure.cause;
  }

  /** Closes the socket at once, without a word to the client. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.resolve("closed");
    this.#socket.close();
    discard(this.#plain);
    this.#received.then(() => {
      this.#outer[Symbol.dispose]();
      this.#plain[Symbol.dispose]();
    });
  }

  /** Passed on to the socket. */
  setNoDelay(isOn?: boolean): void {
    this.#socket.setNoDelay?.(isOn);
  }

  /** Passed on to the socket. */
  setKeepAlive(isOn?: boolean): void {
    this.#socket.setKeepAlive?.(isOn);
  }
}

function closed(cause?: unknown): Error {
  return new Deno.errors.BadResource("The connection is closed", { cause });
}

/**
 * Reads until it is closed, for the sake of whoever writes to the other end: Deno breaks no write off, and keeps the
 * descriptor of what was closed until the last one has ended.
 */
async function discard(stream: Pick<ByteStream, "read">): Promise<void> {
  const buffer = new Uint8Array(DISCARD_BYTES);
  try {
    while (await stream.read(buffer) !== null);
  } catch {
    // Nobody reads it any more.
  }
}

/** TLS tells its errors by their text alone. */
function failureText({ message }: Error): string {
  if (/unexpected end of file|handshake eof/i.test(message)) return ENDED;
  if (/InvalidContentType|corrupt message/.test(message)) return NOT_TLS;
  if (message === "received fatal alert: UnknownCA") return UNKNOWN_CA;
  return failedFor(message);
}
