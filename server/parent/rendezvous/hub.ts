/**
 * The hub: the parent's end of every control channel. Workers connect to it and say hello; whoever started a worker
 * waits here for that.
 *
 * Whoever can reach the hub's socket can connect as often as it likes, and say nothing: that costs a bounded number of
 * descriptors, each for a bounded time.
 *
 * @module
 */

import { type Clock, NEEDLESS } from "../../../ipc/clock.ts";
import { ControlChannel, ControlError } from "../../../ipc/control.ts";
import { AcceptFailures } from "../../accept/accept_failures.ts";
import { START_MS } from "../process/worker_process.ts";

/**
 * Connections that have not said hello, besides those of the workers that are expected: another server's look is one.
 */
const SURPLUS_MAX = 16;

/** Owns the hub's socket and the channels that nobody has claimed yet. Disposing closes them. */
export class Hub implements AsyncDisposable {
  readonly #listener: Deno.UnixListener;
  readonly #clock: Clock;
  readonly #expected = new Map<number, (channel: ControlChannel) => void>();
  /** Channels that have not said hello. */
  readonly #silent = new Map<ControlChannel, Promise<void>>();
  readonly #accepting: Promise<void>;
  readonly #closed = new AbortController();

  /** Listens at `path`. Throws the operating system's error. */
  constructor(path: string, clock: Clock) {
    this.#listener = Deno.listen({ transport: "unix", path });
    this.#clock = clock;
    this.#accepting = this.#accept();
  }

  /** Resolves to the channel of the worker of this number once it has said hello. */
  expect(worker: number): Promise<ControlChannel> {
    const { promise, resolve } = Promise.withResolvers<ControlChannel>();
    this.#expected.set(worker, resolve);
    return promise;
  }

  /** Waits no more for that worker: its hello is turned away. */
  forget(worker: number): void {
    this.#expected.delete(worker);
  }

  async #accept(): Promise<void> {
    const { signal } = this.#closed;
    const failures = new AcceptFailures({ clock: this.#clock, signal });
    while (true) {
      try {
        const channel = new ControlChannel(await this.#listener.accept());
        failures.accepted();
        if (this.#silent.size < this.#expected.size + SURPLUS_MAX) {
          this.#silent.set(channel, this.#greet(channel));
        } else {
          channel[Symbol.dispose]();
        }
      } catch (error) {
        if (signal.aborted) return;
        await failures.recover(error);
      }
    }
  }

  /** Hands a channel to whoever expects its worker. */
  async #greet(channel: ControlChannel): Promise<void> {
    const heard = new AbortController();
    const limited = this.#endSilence(channel, heard.signal);
    const worker = await receiveHello(channel);
    heard.abort(NEEDLESS);
    await limited;
    const isOpen = this.#silent.delete(channel);
    const claim = worker === null ? undefined : this.#expected.get(worker);
    if (isOpen && worker !== null && claim !== undefined) {
      this.#expected.delete(worker);
      claim(channel);
    } else if (isOpen) {
      // A worker given up on, or another server that looks which run folders are in use.
      channel[Symbol.dispose]();
    }
  }

  /** Closes a channel that is silent for longer than a worker may take to start. */
  async #endSilence(channel: ControlChannel, heard: AbortSignal): Promise<void> {
    await this.#clock.sleep(START_MS, heard);
    if (!heard.aborted && this.#silent.delete(channel)) channel[Symbol.dispose]();
  }

  /** Closes the socket and every channel that has not said hello. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.#listener.close();
    await this.#accepting;
    const silent = [...this.#silent];
    this.#silent.clear();
    for (const [channel] of silent) channel[Symbol.dispose]();
    await Promise.all(silent.map(([, greeting]) => greeting));
  }
}

/** The number of the worker that says hello, or null if this is none. */
async function receiveHello(channel: ControlChannel): Promise<number | null> {
  try {
    const message = await channel.receive();
    return message?.type === "hello" ? message.worker : null;
  } catch (error) {
    if (error instanceof ControlError) return null;
    throw error;
  }
}
