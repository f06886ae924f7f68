/**
 * Admission: how many connections may be served at once. Whoever accepts takes a slot first, so at the limit the
 * kernel's queue holds the clients, and the slot comes back when everything the connection used is gone.
 *
 * @module
 */

/** Permission to serve one connection. Disposing gives it back; once is enough and more does no harm. */
export type Slot = Disposable;

/** A slot that calls `release` when it is given back. */
export function slotOf(release: () => void): Slot {
  let held = true;
  return {
    [Symbol.dispose]() {
      if (held) release();
      held = false;
    },
  };
}

/** What an admission is told. */
export interface AdmissionOptions {
  /** How many slots there are. */
  readonly limit: number;
  /** Called when somebody has to wait for a slot. */
  readonly onPaused?: () => void;
  /** Called when that wait is over. */
  readonly onResumed?: () => void;
}

/** Owns the slots. One loop takes them, so at most one acquisition waits. */
export class Admission {
  readonly #options: AdmissionOptions;
  #taken = 0;
  /** Wakes whoever waits for a slot. */
  #onFree = () => {};

  /** Starts with every slot free. */
  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** How many slots are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Resolves to a slot as soon as one is free, or to null when `signal` aborts first. */
  async acquire(signal: AbortSignal): Promise<Slot | null> {
    if (!signal.aborted && this.#taken >= this.#options.limit) {
      this.#options.onPaused?.();
      await this.#untilFree(signal);
      if (!signal.aborted) this.#options.onResumed?.();
    }
    return signal.aborted ? null : this.#take();
  }

  #untilFree(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#onFree = wake;
    signal.addEventListener("abort", wake);
    return promise.finally(() => signal.removeEventListener("abort", wake));
  }

  #take(): Slot {
    this.#taken += 1;
    return slotOf(() => {
      this.#taken -= 1;
      this.#onFree();
    });
  }
}
