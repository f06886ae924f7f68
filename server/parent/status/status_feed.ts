/**
 * The feed of the status process: what changes goes to it in lines, several in one write. It is never waited for: when
 * it does not read fast enough, changes are dropped, and it is sent the whole state when it reads again.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import type { Change } from "../../status/feed.ts";
import { StatusModel } from "../../status/model.ts";
import type { ServerState } from "../../status/state.ts";

/** How long changes are collected. */
const COLLECT_MS = 50;

/** Characters that may wait to be written. */
const PENDING_CHARACTERS_MAX = 512 * 1024;

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
  #pending = "";
  /** Why the sink has to be sent the whole state: it has none, or does not read fast enough; null if it has it. */
  #behind: "new" | "slow" | null = null;
  #isWriting = false;

  /** Feeds nobody yet. */
  constructor(state: ServerState, clock: Clock) {
    this.#model = new StatusModel(state);
    this.#clock = clock;
  }

  /** The state as it is now. */
  get state(): ServerState {
    return this.#model.state;
  }

  /** Feeds another process from now on, or nobody: the state first. */
  feed(sink: FeedSink | null): void {
    this.#sink = sink;
    this.#pending = "";
    this.#behind = "new";
    this.#isWriting = false;
    if (sink !== null) this.#start(sink);
  }

  /** Takes a change. */
  change(change: Change): void {
    this.#model.apply(change);
    const sink = this.#sink;
    if (sink === null) return;
    if (this.#behind !== null) {
      if (this.#behind === "slow") this.state.eventsDropped += 1;
      return;
    }
    this.#pending += JSON.stringify(change) + "\n";
    if (this.#pending.length > PENDING_CHARACTERS_MAX) this.#drop();
    this.#start(sink);
  }

  /** What waits is in the state too. */
  #drop(): void {
    this.state.eventsDropped += this.#pending.split("\n").length - 1;
    this.#pending = "";
    this.#behind = "slow";
  }

  #start(sink: FeedSink): void {
    if (!this.#isWriting) this.#write(sink);
  }

  /** Writes what waits, until nothing does or another process is fed. */
  async #write(sink: FeedSink): Promise<void> {
    this.#isWriting = true;
    while (this.#sink === sink && (this.#behind !== null || this.#pending !== "")) {
      if (this.#behind !== "new") await this.#clock.sleep(COLLECT_MS);
      if (this.#sink === sink) await sink.write(this.#take());
    }
    if (this.#sink === sink) this.#isWriting = false;
  }

  #take(): string {
    const lines = this.#behind !== null
      ? JSON.stringify({ type: "state", state: this.state }) + "\n"
      : this.#pending;
    this.#behind = null;
    this.#pending = "";
    return lines;
  }

  /** Writes what is left at once, and feeds nobody any more. */
  async end(): Promise<void> {
    const sink = this.#sink;
    this.#sink = null;
    if (sink !== null) await sink.write(this.#take());
  }
}
