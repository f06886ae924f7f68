/** A clock whose hands the test moves. */

import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../ipc/clock.ts";

interface Sleeper {
  readonly ms: number;
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** Stands still until the test lets time go by. */
export class FakeClock implements Clock {
  /** Every time that somebody has asked to sleep, in milliseconds and in order. */
  readonly asked: number[] = [];
  readonly #sleepers = new Set<Sleeper>();
  #now: number;
  #nextSleep = Promise.withResolvers<void>();

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many sleep at this moment. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.asked.push(ms);
    if (signal?.aborted) return;
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const sleeper = { ms, wakesAt: this.#now + ms, wake };
    this.#sleepers.add(sleeper);
    this.#nextSleep.resolve();
    this.#nextSleep = Promise.withResolvers();
    signal?.addEventListener("abort", () => wake(), { once: true });
    await promise;
    this.#sleepers.delete(sleeper);
  }

  /** Resolves when somebody sleeps for exactly `ms` milliseconds. */
  async sleeps(ms: number): Promise<void> {
    while (![...this.#sleepers].some((sleeper) => sleeper.ms === ms)) await this.#nextSleep.promise;
  }

  /** Waits until somebody sleeps for exactly `ms` milliseconds, then lets that time go by. */
  async pass(ms: number): Promise<void> {
    await this.sleeps(ms);
    this.advance(ms);
  }

  /** Lets time go by and wakes those whose time has come. */
  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakesAt > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }

  /** Lets time go by, from one that sleeps to the next, until the task has settled. */
  async run<T>(task: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => isSettled = true;
    task.then(settle, settle);
    while (true) {
      // Whoever is awake does what there is to do.
      await setImmediate();
      if (isSettled) return await task;
      const next = Math.min(...Array.from(this.#sleepers, ({ wakesAt }) => wakesAt));
      if (next === Infinity) throw new Error("The task waits for something else than time");
      this.advance(next - this.#now);
    }
  }
}
