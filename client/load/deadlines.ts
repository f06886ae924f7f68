/**
 * The deadlines of a load's connections. One timer looks at all of them: a timer for each message would cost more than
 * the message.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import type { ByteStream } from "../../ipc/transport.ts";
import { VisitError } from "./failure.ts";

/** How long at most a deadline that has passed goes unnoticed. */
const SWEEP_MS_MAX = 50;

/** The load was stopped while the connection was under way. */
export class InterruptedError extends Error {}

/** What a connection waits for, and how long it may take. */
export interface Wait {
  /** What the report says was missing. */
  readonly for: string;
  /** How long. */
  readonly ms: number;
}

/** One connection's deadline, which it moves with each wait. Owns the connection's stream. */
export class Deadline implements Disposable {
  readonly #aborting = new AbortController();
  readonly #over = Promise.withResolvers<never>();
  readonly #onDispose: (deadline: Deadline) => void;
  #stream: ByteStream | null = null;
  #wait: Wait = { for: "answer", ms: Infinity };
  #expiresAtMs = Infinity;

  /** Tells `onDispose` when nobody needs it any more. */
  constructor(onDispose: (deadline: Deadline) => void) {
    this.#onDispose = onDispose;
    // Nobody may be waiting when it is over.
    this.#over.promise.catch(() => {});
  }

  /** Aborts when it is over, for a connection that is not there yet. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** Begins a wait at the time `nowMs`; the one before has ended. */
  begin(wait: Wait, nowMs: number): void {
    this.#wait = wait;
    this.#expiresAtMs = nowMs + wait.ms;
  }

  /** Takes over the stream, and closes it at once if it comes too late. */
  own(stream: ByteStream): void {
    this.#stream = stream;
    if (this.#aborting.signal.aborted) this.#close();
  }

  /** Settles as the task does, or rejects when this is over before. */
  async race<T>(task: Promise<T>): Promise<T> {
    return await Promise.race([task, this.#over.promise]);
  }

  /** Ends the wait if its time has passed: the race rejects with {@linkcode VisitError}. */
  check(nowMs: number): void {
    if (nowMs < this.#expiresAtMs) return;
    const { for: what, ms } = this.#wait;
    this.end(new VisitError("timedOut", `no ${what} within ${ms / 1000} s`));
  }

  /** Ends the wait with that error, and the connection. */
  end(error: Error): void {
    this.#over.reject(error);
    this.#aborting.abort();
    this.#close();
  }

  #close(): void {
    this.#stream?.close();
    this.#stream = null;
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#close();
    this.#onDispose(this);
  }
}

/** Looks at all deadlines until it is disposed; that interrupts the connections that are under way. */
export class Deadlines implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #deadlines = new Set<Deadline>();
  readonly #disposing = new AbortController();
  readonly #sweeping: Promise<void>;

  /** Begins to look, often enough for a time of `shortestMs`. */
  constructor(clock: Clock, shortestMs: number) {
    this.#clock = clock;
    this.#sweeping = this.#sweep(Math.min(Math.max(shortestMs / 10, 1), SWEEP_MS_MAX));
  }

  async #sweep(everyMs: number): Promise<void> {
    const { signal } = this.#disposing;
    while (!signal.aborted) {
      await this.#clock.sleep(everyMs, signal);
      const now = this.#clock.now();
      for (const deadline of this.#deadlines) deadline.check(now);
    }
  }

  /** A deadline for a new connection. */
  add(): Deadline {
    const deadline = new Deadline((disposed) => this.#deadlines.delete(disposed));
    this.#deadlines.add(deadline);
    return deadline;
  }

  /** Ends every connection that is under way. */
  interrupt(): void {
    for (const deadline of this.#deadlines) deadline.end(new InterruptedError());
  }

  /** Interrupts, and stops looking. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.interrupt();
    this.#disposing.abort();
    await this.#sweeping;
  }
}
