/**
 * A connected socket as a stream of bytes.
 *
 * Each operation is tried at once. Where it would have to wait, it waits first here, for about a millisecond, and
 * then in the pool: a thread's hop costs more than a whole round trip to the next process, and most answers come
 * before that time is up. Meanwhile nothing else happens in this process; a timer is late by so much, once for each
 * time that the connection falls silent. So it suits a process that serves one connection.
 *
 * @module
 */

import type { ByteStream } from "../../transport.ts";
import type { Descriptor } from "../descriptor.ts";
import { isTurnDue, takeTurn } from "./event_loop_turn.ts";
import { openPoll, pollOne, pollSocketInPool } from "./poll.ts";
import { openTransfer, receive, send, shutdown } from "./transfer.ts";

/** What a stream may be told. */
export interface SocketStreamOptions {
  /** How long an operation waits here before it waits in the pool, in whole milliseconds. 0 suits who serves many. */
  readonly waitMs?: number;
}

const WAIT_MS = 1;

/** Opens the functions that a stream calls, so that it goes on when FFI was given up. */
export function openSocketStreams(): void {
  openTransfer();
  openPoll();
}

/** Owns the descriptor. */
export class SocketStream implements ByteStream, Disposable {
  readonly #descriptor: Descriptor;
  readonly #waitMs: number;

  /** Takes over a connected socket of type stream. */
  constructor(descriptor: Descriptor, { waitMs = WAIT_MS }: SocketStreamOptions = {}) {
    this.#descriptor = descriptor;
    this.#waitMs = waitMs;
  }

  /**
   * Reads into `buffer`; resolves to the number of bytes read, or null at the end of file. Rejects with `PosixError`,
   * and with `Deno.errors.BadResource` where the stream is closed, before or meanwhile.
   */
  async read(buffer: Uint8Array): Promise<number | null> {
    if (isTurnDue()) await takeTurn();
    while (true) {
      const count = receive(this.#descriptor, buffer);
      if (count !== "again") return count;
      await this.#ready("read");
    }
  }

  /** Writes from `bytes`; resolves to how many were taken, which may be fewer than there are. Rejects likewise. */
  async write(bytes: Uint8Array): Promise<number> {
    if (isTurnDue()) await takeTurn();
    while (true) {
      const count = send(this.#descriptor, bytes);
      if (count !== "again") return count;
      await this.#ready("write");
    }
  }

  /** Ends the outgoing direction. Rejects with `PosixError` where the other side has reset the connection. */
  async closeWrite(): Promise<void> {
    await Promise.resolve();
    shutdown(this.#descriptor, "write");
  }

  /**
   * Closes the socket. What waits in the pool ends, and rejects; for that the connection is shut down, whoever else
   * has it open. More than once does no harm.
   */
  close(): void {
    this.#descriptor[Symbol.dispose]();
  }

  /** Closes it, likewise. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #ready(want: "read" | "write"): Promise<void> {
    const interest = { descriptor: this.#descriptor, want };
    if (this.#waitMs > 0 && pollOne(interest, this.#waitMs)) return;
    await pollSocketInPool(interest);
  }
}
