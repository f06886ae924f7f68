/**
 * The lifetime of a long-running command: turns signals into two `AbortSignal`s, one that asks for the end and one
 * that no longer waits for it.
 *
 * The first SIGINT or SIGTERM asks. A second SIGINT insists, as somebody who types Ctrl-C twice does; a second SIGTERM
 * changes nothing, because service managers send it more than once.
 *
 * @module
 */

import { type Clock, systemClock } from "../ipc/clock.ts";

/**
 * A SIGINT this soon after the first is the same keystroke: the terminal sends it to the whole foreground process
 * group, and a task runner in that group (`deno task`) passes its own on.
 */
const SAME_KEYSTROKE_MS = 200;

/** Listens for signals from its making to its disposal. */
export class Lifetime implements Disposable {
  readonly #clock: Clock;
  readonly #asked = new AbortController();
  readonly #insisted = new AbortController();
  readonly #onTerminate = () => this.#ask();
  readonly #onInterrupt = () => this.#askedAt === null ? this.#ask() : this.#insist(this.#askedAt);
  #askedAt: number | null = null;

  /** Starts to listen: from now on neither signal ends the process by itself. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    Deno.addSignalListener("SIGINT", this.#onInterrupt);
    // Windows has no SIGTERM that a program could listen for.
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", this.#onTerminate);
  }

  /** Aborts when the command is asked to end. */
  get stopping(): AbortSignal {
    return this.#asked.signal;
  }

  /** Aborts when it is to end at once. */
  get forced(): AbortSignal {
    return this.#insisted.signal;
  }

  #ask(): void {
    this.#askedAt ??= this.#clock.now();
    this.#asked.abort();
  }

  #insist(askedAt: number): void {
    if (this.#clock.now() - askedAt >= SAME_KEYSTROKE_MS) this.#insisted.abort();
  }

  /** Gives the signals back to the operating system's defaults. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#onInterrupt);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", this.#onTerminate);
  }
}

/** What ends a process unless it listens, is sent by people and programs, and means nothing to a server. */
export const MEANINGLESS_SIGNALS: readonly Deno.Signal[] = [
  "SIGALRM",
  "SIGHUP",
  "SIGIO",
  "SIGPROF",
  "SIGUSR1",
  "SIGUSR2",
  "SIGVTALRM",
];

/**
 * Lets the signals that mean nothing to a server do nothing, until it is disposed. What this process starts has the
 * system's defaults again: execve(2) gives back what was listened for.
 */
export function ignoreMeaninglessSignals(): Disposable {
  // Windows has none of them.
  const signals = Deno.build.os === "windows" ? [] : MEANINGLESS_SIGNALS;
  const ignore = () => {};
  for (const signal of signals) Deno.addSignalListener(signal, ignore);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) Deno.removeSignalListener(signal, ignore);
    },
  };
}
