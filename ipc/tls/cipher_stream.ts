/**
 * A socket as `node:tls` takes it: the stream of encrypted bytes.
 *
 * TLS neither waits nor lets wait (measured with Deno 2.9.6): it writes on while the other side does not read, and
 * takes what that sends while nobody reads it; each would fill the memory. So whoever writes plain bytes waits in
 * {@linkcode CipherStream.untilTaken} before he writes more, and the socket is read only while no plain bytes are left
 * to read ({@linkcode CipherStream.isHeld}). TLS also destroys this as soon as both directions have ended, while the
 * last bytes are still on their way: so they wait here and not in the `Duplex`, and the socket is closed by nobody but
 * its owner.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { writeAll } from "../relay/copy.ts";
import type { ByteStream } from "../transport.ts";

/** A record of TLS has 16 KiB and some bytes. */
const BUFFER_BYTES = 32 * 1024;

/** Called when an operation has ended, with what it failed with. */
export type Done = (error?: Error | null) => void;

/** Reads and writes a socket, which its owner closes. */
export class CipherStream extends Duplex {
  readonly #socket: ByteStream;
  /** Resolves when the socket has taken the last bytes, or has failed. */
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  #isReadDue = false;
  /** Whether nothing more is to be read for now. */
  isHeld: () => boolean = () => false;
  /** Whether the other side has ended its direction, and all that it sent has been given to TLS. */
  hasEnded = false;

  /** Reads nothing yet. */
  constructor(socket: ByteStream) {
    super({ allowHalfOpen: true, autoDestroy: false });
    this.#socket = socket;
    // Whoever makes this listens before TLS does.
    this.once("end", () => this.hasEnded = true);
  }

  /** Resolves when the socket has taken all that TLS has written so far. Rejects if it has failed. */
  async untilTaken(): Promise<void> {
    let last: Promise<void> | null = null;
    while (last !== this.#writing) await (last = this.#writing);
    if (this.#failure !== null) throw this.#failure;
  }

  #write(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write).catch((error) => {
      this.#failure ??= error;
      this.destroy(error);
    });
  }

  /** Reads from the socket, for `Duplex`. */
  override _read(): void {
    this.#isReadDue = true;
    this.readOn();
  }

  /** Reads from the socket where that is due and not held any more. */
  readOn(): void {
    if (!this.#isReadDue || this.isHeld() || this.destroyed) return;
    this.#isReadDue = false;
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    this.#socket.read(buffer).then(
      (count) => this.push(count === null ? null : buffer.subarray(0, count)),
      (error) => this.destroy(error),
    );
  }

  /** Writes to the socket, likewise. */
  override _write(bytes: Uint8Array, _encoding: string, done: Done): void {
    this.#write(() => writeAll(this.#socket, bytes));
    done();
  }

  /** Ends the socket's outgoing direction, likewise. */
  override _final(done: Done): void {
    this.#write(() => this.#socket.closeWrite());
    done();
  }
}
