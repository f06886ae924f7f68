/**
 * Time as a dependency, so that a test can hold the hands.
 *
 * @module
 */

/** Where a part that waits or measures gets its time from. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes backwards. */
  now(): number;

  /** Resolves after `ms` milliseconds, or as soon as `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),

  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const timer = setTimeout(wake, ms);
    signal?.addEventListener("abort", wake);
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
    });
  },
};

/**
 * The reason of a signal that ends a wait which nobody needs any more. Without a reason Deno makes a `DOMException`
 * with a trace of the stack, which takes 30 us: a fifth of what a connection takes here.
 */
export const NEEDLESS = "nobody waits any more";

/** What {@linkcode within} resolves to where the task takes longer. */
export const LATE: unique symbol = Symbol("late");

/** What {@linkcode within} works with. */
export interface Limit {
  /** Measures the time. */
  readonly clock: Clock;
  /** Ends the wait too when it aborts. */
  readonly signal?: AbortSignal;
}

/** Settles as the task does, or resolves to {@linkcode LATE} when `ms` milliseconds have passed before. */
export async function within<T>(
  ms: number,
  task: Promise<T>,
  { clock, signal }: Limit,
): Promise<T | typeof LATE> {
  const settled = new AbortController();
  const ending = signal === undefined ? settled.signal : AbortSignal.any([settled.signal, signal]);
  const late = clock.sleep(ms, ending).then((): typeof LATE => LATE);
  return await Promise.race([task, late]).finally(() => settled.abort(NEEDLESS));
}
