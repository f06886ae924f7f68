/** An echo server without sockets, for a load: as slow and as wrong as a test wants it. */

import type { Clock } from "../../../ipc/clock.ts";
import type { ByteStream } from "../../../ipc/transport.ts";

/** How the server behaves. By default it echoes at once, and ends a connection when the client has. */
export interface FakeServerOptions {
  /** How long an answer takes that was asked for at that time. */
  readonly delayMs?: (nowMs: number) => number;
  /**
   * What comes back for a write on a connection, by number; null ends the connection instead. What it throws, a read
   * throws.
   */
  readonly answer?: (bytes: Uint8Array, connection: number) => Uint8Array | null;
  /** What comes after the client's end of file. */
  readonly farewell?: Uint8Array;
  /** How many bytes a read brings at most. */
  readonly readMax?: number;
  /** Whether it never ends a connection. */
  readonly keepsOpen?: boolean;
  /** Makes the connecting fail. */
  readonly refuse?: (connection: number) => void;
}

/** A server for `runShare()`. */
export class FakeServer {
  /** How many connections there were. */
  connections = 0;
  /** How many are open. */
  open = 0;
  /** How many were open at most at a time. */
  openMax = 0;
  /** When each connection was opened. */
  readonly openedAtMs: number[] = [];
  readonly clock: Clock;
  readonly #options: FakeServerOptions;

  constructor(clock: Clock, options: FakeServerOptions = {}) {
    this.clock = clock;
    this.#options = options;
  }

  /** Opens a connection. */
  readonly connect = (_signal: AbortSignal): Promise<ByteStream> => {
    const connection = this.connections++;
    this.openedAtMs.push(this.clock.now());
    try {
      this.#options.refuse?.(connection);
    } catch (error) {
      return Promise.reject(error);
    }
    this.open += 1;
    this.openMax = Math.max(this.openMax, this.open);
    return Promise.resolve(this.#stream(connection));
  };

  #stream(connection: number): ByteStream {
    const { delayMs = () => 0, answer = (bytes) => bytes, farewell, readMax, keepsOpen } =
      this.#options;
    const closing = new AbortController();
    let unread: Uint8Array = new Uint8Array();
    let failure: { readonly error: unknown } | null = null;
    let isEnding = false;
    let readableAtMs = 0;
    const take = (bytes: Uint8Array) => {
      readableAtMs = this.clock.now() + delayMs(this.clock.now());
      try {
        const answered = answer(bytes.slice(), connection);
        if (answered === null) isEnding = true;
        else unread = Uint8Array.of(...unread, ...answered);
      } catch (error) {
        failure = { error };
      }
      return Promise.resolve(bytes.length);
    };
    return {
      write: take,
      read: async (buffer) => {
        const { signal } = closing;
        if (this.clock.now() < readableAtMs) {
          await this.clock.sleep(readableAtMs - this.clock.now(), signal);
        }
        if (failure !== null) throw failure.error;
        const count = Math.min(unread.length, buffer.length, readMax ?? Infinity);
        if (count === 0 && !isEnding) await this.clock.sleep(1_000_000_000, signal);
        if (signal.aborted) throw new Deno.errors.BadResource("Bad resource ID");
        if (count === 0) return null;
        buffer.set(unread.subarray(0, count));
        unread = unread.slice(count);
        return count;
      },
      closeWrite: () => {
        unread = Uint8Array.of(...unread, ...farewell ?? []);
        isEnding = keepsOpen !== true;
        return Promise.resolve();
      },
      close: () => {
        this.open -= 1;
        closing.abort();
      },
    };
  }
}
