/**
 * How many new connections one client's address may make in a second: a token bucket for each, which holds as many as
 * that and fills up in a second.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import { hostKey } from "./host_limit.ts";

/** How long an empty bucket takes to be full. */
const FULL_MS = 1000;

interface Bucket {
  tokens: number;
  /** When it had so many. */
  at: number;
}

/**
 * Has a bucket for each address that was seen in the last second: one that is older is full, as that of an address
 * nobody has seen.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #clock: Pick<Clock, "now">;
  /** The one that was used last is the last. */
  readonly #buckets = new Map<string, Bucket>();

  /** Allows each address so many a second, and so many at once. */
  constructor(perSecond: number, clock: Pick<Clock, "now">) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** How many addresses have a bucket. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token of the address's bucket. Returns false if there is none left. */
  take(address: string): boolean {
    const now = this.#clock.now();
    this.#forgetFull(now);
    const key = hostKey(address);
    const { tokens, at } = this.#buckets.get(key) ?? { tokens: this.#perSecond, at: now };
    const filled = Math.min(this.#perSecond, tokens + (now - at) * this.#perSecond / FULL_MS);
    const hasToken = filled >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: hasToken ? filled - 1 : filled, at: now });
    return hasToken;
  }

  #forgetFull(now: number): void {
    for (const [key, { at }] of this.#buckets) {
      if (now - at < FULL_MS) return;
      this.#buckets.delete(key);
    }
  }
}
