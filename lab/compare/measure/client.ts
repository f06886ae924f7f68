/**
 * A client that stays connected: for a round trip without a connection in it, for one stream, and for clients that do
 * nothing. The load client makes whole connections, and checks every byte of them; in a stream that would take longer
 * than the server does.
 *
 * @module
 */

import { systemClock } from "../../../ipc/clock.ts";
import { isStreamError, OperationalError } from "../../../ipc/errors.ts";
import { writeAll } from "../../../ipc/relay/copy.ts";
import { say } from "../../../ipc/say.ts";

/** The length of a message of a round trip. */
export const MESSAGE_BYTES = 64;

const CHUNK_BYTES = 64 * 1024;

/** What came back in a stream. */
export interface Streamed {
  /** How much. */
  readonly bytes: number;
  /** From the first byte that was sent to the last one that came back. */
  readonly ms: number;
}

/** A connection to an echo server. Disposing closes it. */
export class Client implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #signal: AbortSignal;
  readonly #close = () => this.#closeOnce();
  readonly #message = crypto.getRandomValues(new Uint8Array(MESSAGE_BYTES));
  readonly #received = new Uint8Array(CHUNK_BYTES);
  #isOpen = true;

  private constructor(conn: Deno.TcpConn, signal: AbortSignal) {
    this.#conn = conn;
    this.#signal = signal;
    signal.addEventListener("abort", this.#close);
    if (signal.aborted) this.#closeOnce();
  }

  /** Connects to that port of 127.0.0.1. When the signal aborts it is closed, and what it does rejects. */
  static async connect(port: number, signal: AbortSignal): Promise<Client> {
    const conn = await explained(() => Deno.connect({ hostname: "127.0.0.1", port, signal }));
    conn.setNoDelay(true);
    return new Client(conn, signal);
  }

  /** Sends a message and resolves when it has come back. Rejects with `OperationalError` if it does not. */
  async echo(): Promise<void> {
    await explained(async () => {
      await writeAll(this.#conn, this.#message);
      for (let got = 0; got < MESSAGE_BYTES;) {
        const part = this.#received.subarray(got, MESSAGE_BYTES);
        const count = await this.#conn.read(part);
        if (count === null) throw new OperationalError(say`the server closed a connection early`);
        got += count;
      }
      if (!this.#message.every((byte, at) => this.#received[at] === byte)) {
        throw new OperationalError(say`a message came back as another one`);
      }
    });
  }

  /** Sends as much as is taken, for so long, reads what comes back, and ends with the server's end of file. */
  async stream(ms: number): Promise<Streamed> {
    const startMs = systemClock.now();
    let lastMs = startMs;
    let sent = 0;
    let bytes = 0;
    const send = async () => {
      const chunk = new Uint8Array(CHUNK_BYTES);
      while (systemClock.now() - startMs < ms) {
        await writeAll(this.#conn, chunk);
        sent += chunk.length;
      }
      await this.#conn.closeWrite();
    };
    const receive = async () => {
      for (let count; (count = await this.#conn.read(this.#received)) !== null;) {
        bytes += count;
        lastMs = systemClock.now();
      }
    };
    await explained(() => Promise.all([send(), receive()]));
    if (bytes !== sent) {
      throw new OperationalError(say`${bytes} of ${sent} bytes of a stream came back`);
    }
    return { bytes, ms: lastMs - startMs };
  }

  #closeOnce(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#signal.removeEventListener("abort", this.#close);
    this.#conn.close();
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#closeOnce();
  }
}

/** What may happen to a connection is no bug of ours. */
async function explained<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    if (isAborted(cause)) throw new OperationalError(say`it took too long to answer`, { cause });
    if (!isStreamError(cause)) throw cause;
    throw new OperationalError(say`a connection was lost`, { cause });
  }
}

/** Deno ends what waits on a connection that this side closes with one of these. */
function isAborted(error: unknown): boolean {
  return error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource ||
    (error instanceof DOMException && error.name === "AbortError");
}
