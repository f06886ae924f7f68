/**
 * A pool of workers: keeps some started ahead of the connections they are for, replaces those that end, and hands out
 * the one that was used last, which the machine's caches know best.
 *
 * Workers that end as soon as they start, again and again, are replaced after growing pauses, so that a fault that
 * lasts costs little and the pool recovers by itself when it is over.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import { EXIT_STATUS } from "../../ipc/errors.ts";
import type { EventBus } from "../events.ts";
import type { WorkerProcess } from "./process/worker_process.ts";
import { say } from "../../ipc/say.ts";

/** A worker that ends before it is ready or this soon after, and has finished no connection, has failed at once. */
const AT_ONCE_MS = 1000;

/** The pauses after a failure at once: the first, and the longest of those that double from it. */
const PAUSE_MS = { first: 100, longest: 30_000 };

/** After so many failures in a row nobody waits for a pool that has no worker left. */
const FAILURES_MAX = 3;

/** How long after a worker was taken its replacement is started. */
const REFILL_MS = 20;

/** What a pool is made with. */
export interface PoolOptions {
  /** How many workers it keeps. */
  readonly size: number;
  /** Whether a worker that is taken still counts; else it is replaced a moment later. */
  readonly countsTaken: boolean;
  /** How many may be starting at the same time. */
  readonly startsAtOnce: number;
  /** Whether starting has to wait because something more urgent is going on; `fill` is to be called when it is over. */
  readonly isBusy?: () => boolean;
  /** Starts a worker. Returns null if it cannot be started. */
  readonly start: () => WorkerProcess | null;
  /** Times the pauses. */
  readonly clock: Clock;
  /** Where a row of failures is told, once. */
  readonly events: EventBus;
}

/** Owns the list of workers, not the workers: those are the supervisor's to end. */
export class WorkerPool implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #members = new Set<WorkerProcess>();
  /** Ready for a connection: the last in is the first out. */
  readonly #idle: WorkerProcess[] = [];
  /** Those that have finished a connection: their end, however soon, is no failure to start. */
  readonly #proven = new WeakSet<WorkerProcess>();
  /** Those that got a connection: connections set the pace of what they end with. */
  readonly #served = new WeakSet<WorkerProcess>();
  /** Those who wait for a worker, in the order in which they came. */
  readonly #waiting = new Set<(worker: WorkerProcess | null) => void>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  #starting = 0;
  /** Failures at once in a row. */
  #failures = 0;
  #isPausing = false;
  #isRefilling = false;

  /** Starts none yet: see {@linkcode WorkerPool.fill}. */
  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts what is missing, as far as it may. */
  fill(): void {
    while (this.#mayStart()) {
      const worker = this.#options.start();
      this.#hold(worker === null ? this.#pause() : this.#follow(worker));
    }
  }

  #mayStart(): boolean {
    const { size, startsAtOnce, isBusy } = this.#options;
    return !this.#closed.signal.aborted && !this.#isPausing && !isBusy?.() &&
      this.#members.size < size && this.#starting < startsAtOnce;
  }

  #hold(task: Promise<void>): void {
    const held = task.finally(() => this.#tasks.delete(held));
    this.#tasks.add(held);
  }

  /** The worker that was ready last, or null if none is. */
  takeIdle(): WorkerProcess | null {
    const worker = this.#idle.pop() ?? null;
    if (worker !== null) this.#noteTaken(worker);
    return worker;
  }

  #noteTaken(worker: WorkerProcess): void {
    if (this.#options.countsTaken) return;
    this.#members.delete(worker);
    this.#hold(this.#refill());
  }

  /** Replaces taken workers a moment later: the start of a process would hold up the connection they were taken for. */
  async #refill(): Promise<void> {
    if (this.#isRefilling) return;
    this.#isRefilling = true;
    await this.#options.clock.sleep(REFILL_MS, this.#closed.signal);
    this.#isRefilling = false;
    this.fill();
  }

  /**
   * Resolves to a worker as soon as one is ready, first come, first served, or to null when the pool is closed, has
   * none and fails to start any, or the signal aborts of those who do not wait for ever.
   */
  async take(limit?: { readonly signal: AbortSignal }): Promise<WorkerProcess | null> {
    if (this.#closed.signal.aborted || this.#isHopeless) return null;
    const worker = this.takeIdle();
    if (worker !== null) return worker;
    const { promise, resolve } = Promise.withResolvers<WorkerProcess | null>();
    const leave = () => {
      this.#waiting.delete(resolve);
      resolve(null);
    };
    this.#waiting.add(resolve);
    const signal = limit?.signal;
    signal?.addEventListener("abort", leave);
    return await promise.finally(() => signal?.removeEventListener("abort", leave));
  }

  /**
   * To be called when a taken worker has got its connection. It may end with that; one that ends before is of no use.
   */
  noteServing(worker: WorkerProcess): void {
    this.#served.add(worker);
  }

  /** Takes back a worker that has finished a connection. */
  giveBack(worker: WorkerProcess): void {
    this.#failures = 0;
    this.#proven.add(worker);
    this.putBack(worker);
  }

  /** Takes back a worker that did not get its connection. */
  putBack(worker: WorkerProcess): void {
    if (this.#members.has(worker)) this.#offer(worker);
  }

  #offer(worker: WorkerProcess): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#idle.push(worker);
    } else {
      this.#waiting.delete(next);
      this.#noteTaken(worker);
      next(worker);
    }
  }

  /** Follows a worker from its start to its end, and replaces it. */
  async #follow(worker: WorkerProcess): Promise<void> {
    const { clock } = this.#options;
    this.#members.add(worker);
    this.#starting += 1;
    const isReady = await worker.ready;
    this.#starting -= 1;
    const readyAt = clock.now();
    if (isReady) {
      this.#offer(worker);
      this.fill();
    }

    const { status, reason } = await worker.exited;
    if (!this.#members.delete(worker)) return;
    const idleAt = this.#idle.indexOf(worker);
    if (idleAt !== -1) this.#idle.splice(idleAt, 1);
    const isEarly = !isReady || clock.now() - readyAt < AT_ONCE_MS;
    // So ends a worker whose connection was its last, or whose handler failed: the next one needs a worker soon.
    const hasServed = this.#proven.has(worker) ||
      this.#served.has(worker) && (status === EXIT_STATUS.done || status === EXIT_STATUS.failed);
    if (isEarly && !hasServed) {
      const isNews = isReady && (reason === "exited" || reason === "crashed");
      if (isNews && this.#failures === 1 && !this.#isPausing) this.#tellFailure(worker);
      await this.#pause();
    } else {
      this.#failures = 0;
      this.fill();
    }
  }

  /** Tells of the second in a row. One that was not ready, or was given up, has been told of by the supervisor. */
  #tellFailure({ pid: workerPid }: WorkerProcess): void {
    const error = say`Worker ${workerPid} ended as soon as it was ready, like the one before`;
    this.#options.events.emit({ event: "worker_failed", workerPid, error });
  }

  /** Starts none for a while, after a failure; those of the same moment count as one. */
  async #pause(): Promise<void> {
    const isPausing = this.#isPausing;
    const ms = Math.min(PAUSE_MS.first * 2 ** this.#failures, PAUSE_MS.longest);
    if (!isPausing) this.#failures += 1;
    this.#isPausing = true;
    if (this.#isHopeless) this.#dismissWaiting();
    if (isPausing) return;
    await this.#options.clock.sleep(ms, this.#closed.signal);
    this.#isPausing = false;
    this.fill();
  }

  /** Whether no worker is left, and none could be started several times in a row. */
  get #isHopeless(): boolean {
    return this.#isPausing && this.#members.size === 0 && this.#failures >= FAILURES_MAX;
  }

  #dismissWaiting(): void {
    for (const resolve of this.#waiting) resolve(null);
    this.#waiting.clear();
  }

  /** Starts no more, and lets nobody wait. */
  close(): void {
    this.#closed.abort();
    this.#dismissWaiting();
  }

  /** Closes it, and waits until every worker of it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await Promise.all(this.#tasks);
  }
}
