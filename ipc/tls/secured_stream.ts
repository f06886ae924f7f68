/**
 * A socket behind TLS, by `node:tls`: plain bytes here, encrypted ones on the wire.
 *
 * The other side ends its direction by a `close_notify` of TLS. Where its socket ends without one, anybody between may
 * have cut it off (RFC 8446, section 6.1): that reads as a failure, `CutOffError`, behind all that came before.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";
import { CutOffError } from "../errors.ts";
import type { ByteStream } from "../transport.ts";
import type { CipherStream } from "./cipher_stream.ts";

/** TLS encrypts up to 64 KiB at once; of more it would keep the rest until the client sends something. */
const WRITE_BYTES = 32 * 1024;

/** What a secured stream is made of. */
export interface SecuredParts {
  /** The plain bytes, with the handshake made. */
  readonly plain: TLSSocket;
  /** The encrypted bytes. */
  readonly cipher: CipherStream;
  /** The socket. */
  readonly socket: ByteStream;
}

/** Owns all that it is made of. */
export class SecuredStream implements ByteStream {
  /** As TLS ends. */
  readonly endsByWord = true;
  readonly #plain: TLSSocket;
  readonly #cipher: CipherStream;
  readonly #socket: ByteStream;
  /** What was read from TLS and nobody has taken yet. */
  readonly #chunks: Uint8Array[] = [];
  /** How the other side's direction ended, behind those; null until then. */
  #end: "told" | "cut off" | null = null;
  #failure: unknown = null;
  #isClosed = false;
  /** Whether TLS has ended: after the ends of both directions, or a failure. */
  #isGone = false;
  #ending: Promise<void> | null = null;
  /** Resolves when there may be something to read. */
  #change = Promise.withResolvers<void>();

  /** Takes over a socket with which the handshake has just been made. */
  constructor({ plain, cipher, socket }: SecuredParts) {
    this.#plain = plain;
    this.#cipher = cipher;
    this.#socket = socket;
    this.#watchEnd();
    cipher.isHeld = () => this.#chunks.length > 0 || plain.readableLength > 0;
    const fail = (error: unknown) => {
      this.#failure ??= error;
      this.#wake();
    };
    cipher.on("error", fail);
    plain.on("error", fail);
    plain.on("readable", () => this.#wake());
    plain.on("close", () => {
      this.#isGone = true;
      this.#wake();
    });
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /**
   * The end that the other side tells and that of its socket are both an end of file to TLS, and with it TLS may
   * destroy the stream, with what nobody has read yet.
   */
  #watchEnd(): void {
    const plain = this.#plain;
    const push = plain.push.bind(plain);
    plain.push = (chunk, encoding) => {
      if (chunk === null && this.#end === null) {
        while (this.#takeChunk());
        this.#end = this.#cipher.hasEnded ? "cut off" : "told";
        this.#wake();
      }
      return push(chunk, encoding);
    };
  }

  #takeChunk(): boolean {
    const chunk: Uint8Array | null = this.#plain.read();
    if (chunk !== null) this.#chunks.push(chunk);
    return chunk !== null;
  }

  /** Reads plain bytes; null at the other side's `close_notify`. */
  async read(buffer: Uint8Array): Promise<number | null> {
    while (true) {
      if (this.#isClosed) throw closed();
      if (this.#chunks.length > 0 || this.#takeChunk()) return this.#readChunk(buffer);
      if (this.#end === "told") return null;
      if (this.#end === "cut off") throw new CutOffError();
      if (this.#failure !== null) throw this.#failure;
      if (this.#isGone) throw closed();
      const { promise } = this.#change;
      this.#cipher.readOn();
      await promise;
    }
  }

  #readChunk(buffer: Uint8Array): number {
    const [chunk = new Uint8Array()] = this.#chunks;
    const count = Math.min(buffer.length, chunk.length);
    buffer.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return count;
  }

  /** Writes plain bytes, some of them where they are many; waits until the socket has taken them. */
  async write(bytes: Uint8Array): Promise<number> {
    // TLS would encrypt on after its own failure, and nobody would read it.
    if (this.#failure !== null) throw this.#failure;
    const piece = bytes.subarray(0, WRITE_BYTES);
    await new Promise<void>((resolve, reject) => {
      this.#plain.write(piece, (error) => error == null ? resolve() : reject(error));
    });
    await this.#cipher.untilTaken();
    return piece.length;
  }

  /** Sends a `close_notify`, and ends the socket's outgoing direction. */
  closeWrite(): Promise<void> {
    return this.#ending ??= this.#endOutgoing();
  }

  async #endOutgoing(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#plain.once("close", resolve);
      this.#plain.end(resolve);
    });
    await this.#cipher.untilTaken();
  }

  /** Closes the socket at once, without a word to the other side. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    this.#plain.destroy();
    this.#cipher.destroy();
    this.#wake();
  }
}

function closed(): Error {
  return new Deno.errors.BadResource("The connection is closed");
}
