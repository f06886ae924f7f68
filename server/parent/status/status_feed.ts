/**
 * The feed of the status process: what changes goes to it in lines, several in one write. It is never waited for, and
 * little is kept for it: where changes come faster than they can be told, it is sent the whole state instead, a few
 * times a second.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import type { Change } from "../../status/feed.ts";
import { StatusModel } from "../../status/model.ts";
import type { ServerState } from "../../status/state.ts";

/** How long changes are collected, and how long where there are too many. */
const COLLECT_MS = { few: 50, many: 500 };

/** Changes that are told one by one; the text of more of them takes longer to make than that of the state. */
const CHANGES_MAX = 100;

/** Changes that wait to be applied together: one by one, between connections, each finds its code and data cold. */
const PENDING_MAX = 256;

/** Where the feed goes: `write` resolves when the text is taken, or will never be. */
export interface FeedSink {
  /** Writes lines. */
  write(text: string): Promise<void>;
}

/** Owns the model that every status process starts from. */
export class StatusFeed {
  readonly #model: StatusModel;
  readonly #clock: Clock;
  #sink: FeedSink | null = null;
  /** What is not in the model yet. */
  #pending: Change[] = [];
  /** What is still to be told one by one; null where the whole state is. */
  #changes: Change[] | null = null;
  #isWriting = false;

  /** Feeds nobody yet. */
  constructor(state: ServerState, clock: Clock) {
    this.#model = new StatusModel(state);
    this.#clock = clock;
  }

  /** The state as it is now. */
  get state(): ServerState {
    this.#apply();
    return this.#model.state;
  }

  /** Feeds another process from now on, or nobody: the state first. */
  feed(sink: FeedSink | null): void {
    this.#apply();
    this.#sink = sink;
    this.#changes = null;
    this.#isWriting = false;
    if (sink !== null) this.#write(sink, 0);
  }

  /** Takes a change. */
  change(change: Change): void {
    this.#pending.push(change);
    if (this.#pending.length === PENDING_MAX) this.#apply();
    if (this.#sink !== null && !this.#isWriting) this.#write(this.#sink, COLLECT_MS.few);
  }

  #apply(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const change of pending) {
      this.#model.apply(change);
      if (this.#sink !== null) this.#keep(change);
    }
  }

  #keep(change: Change): void {
    const { state } = this.#model;
    if (this.#changes === null) {
      state.eventsDropped += 1;
    } else if (this.#changes.length < CHANGES_MAX) {
      this.#changes.push(change);
    } else {
      state.eventsDropped += CHANGES_MAX + 1;
      this.#changes = null;
    }
  }

  /** Writes what waits, until nothing does or another process is fed. */
  async #write(sink: FeedSink, firstMs: number): Promise<void> {
    this.#isWriting = true;
    let waitMs = firstMs;
    do {
      if (waitMs > 0) await this.#clock.sleep(waitMs);
      if (this.#sink !== sink) return;
      this.#apply();
      waitMs = this.#changes === null && waitMs > 0 ? COLLECT_MS.many : COLLECT_MS.few;
      await sink.write(this.#take());
    } while (this.#sink === sink && this.#hasNews());
    if (this.#sink === sink) this.#isWriting = false;
  }

  #hasNews(): boolean {
    return this.#pending.length > 0 || this.#changes?.length !== 0;
  }

  #take(): string {
    const messages = this.#changes ?? [{ type: "state", state: this.state }];
    this.#changes = [];
    return messages.map((message) => JSON.stringify(message) + "\n").join("");
  }

  /** Writes what is left at once, and feeds nobody any more. */
  async end(): Promise<void> {
    this.#apply();
    const sink = this.#sink;
    this.#sink = null;
    if (sink !== null) await sink.write(this.#take());
  }
}
