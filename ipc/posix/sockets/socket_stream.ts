/**
 * A connected socket as a stream of bytes.
 *
 * An operation that would have to wait waits first here, for some milliseconds, and then in the pool: a thread's hop
 * costs more than a whole round trip to the next process, and most answers come before that time is up. A read and its
 * wait are one call, SO_RCVTIMEO in socket(7), as they are in a program in C. Meanwhile nothing else happens in this
 * process; a timer is late by so much, once for each time that the connection falls silent. So it suits a process that
 * serves one connection.
 *
 * @module
 */

import type { ByteStream } from "../../transport.ts";
import type { Again } from "../posix_error.ts";
import type { Descriptor } from "../descriptor.ts";
import { isTurnDue, takeTurn } from "./event_loop_turn.ts";
import { openOptions, setTimeouts } from "./socket_options.ts";
import { type Interest, openPoll, pollOne, pollSocketInPool } from "./poll.ts";
import { openTransfer, receive, receiveInTime, send, shutdown } from "./transfer.ts";

/** What a stream may be told. */
export interface SocketStreamOptions {
  /** How long an operation waits here before it waits in the pool, in whole milliseconds. 0 suits who serves many. */
  readonly waitMs?: number;
  /** Waits until the socket is ready, or closed: in a thread of the pool unless told. */
  readonly wait?: (interest: Interest) => Promise<void>;
}

const WAIT_MS = 4;

/** Opens the functions that a stream calls, so that it goes on when FFI was given up. */
export function openSocketStreams(): void {
  openOptions();
  openTransfer();
  openPoll();
}

/** Owns the descriptor. */
export class SocketStream implements ByteStream, Disposable {
  readonly #descriptor: Descriptor;
  readonly #waitMs: number;
  readonly #wait: (interest: Interest) => Promise<void>;
  /** Whether a read has just waited here in vain. */
  #hasWaited = false;
  readonly #interests: Readonly<Record<"read" | "write", Interest>>;

  /** Takes over a connected socket of type stream. */
  constructor(
    descriptor: Descriptor,
    { waitMs = WAIT_MS, wait = pollSocketInPool }: SocketStreamOptions = {},
  ) {
    this.#descriptor = descriptor;
    this.#waitMs = waitMs;
    this.#wait = wait;
    if (waitMs > 0) setTimeouts(descriptor, { receiveMs: waitMs });
    this.#interests = { read: { descriptor, want: "read" }, write: { descriptor, want: "write" } };
  }

  /** Reads as `read` does, if that takes no longer than a wait here. Promises are a tenth of a message's time. */
  readNow(buffer: Uint8Array): number | null | Again {
    if (isTurnDue()) return "again";
    const count = this.#receive(buffer);
    this.#hasWaited = count === "again";
    return count;
  }

  #receive(buffer: Uint8Array): number | null | Again {
    const isWaiting = this.#waitMs > 0 && !this.#hasWaited;
    return isWaiting ? receiveInTime(this.#descriptor, buffer) : receive(this.#descriptor, buffer);
  }

  /**
   * Reads into `buffer`; resolves to the number of bytes read, or null at the end of file. Rejects with `PosixError`,
   * and with `Deno.errors.BadResource` where the stream is closed, before or meanwhile.
   */
  async read(buffer: Uint8Array): Promise<number | null> {
    if (isTurnDue()) await takeTurn();
    while (true) {
      const count = this.#receive(buffer);
      this.#hasWaited = false;
      if (count !== "again") return count;
      await this.#wait(this.#interests.read);
    }
  }

  /** Writes as `write` does, if there is room. */
  writeNow(bytes: Uint8Array): number | Again {
    return isTurnDue() ? "again" : send(this.#descriptor, bytes);
  }

  /** Writes from `bytes`; resolves to how many were taken, which may be fewer than there are. Rejects likewise. */
  async write(bytes: Uint8Array): Promise<number> {
    if (isTurnDue()) await takeTurn();
    while (true) {
      const count = send(this.#descriptor, bytes);
      if (count !== "again") return count;
      const isReady = this.#waitMs > 0 && pollOne(this.#interests.write, this.#waitMs);
      if (!isReady) await this.#wait(this.#interests.write);
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
}
