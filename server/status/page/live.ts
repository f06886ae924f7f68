/**
 * The server as the page knows it: a {@linkcode StatusModel} that the events of the connection keep up to date. It owns
 * the event source, and opens it again where the browser gives up.
 *
 * @module
 */

import type { Change } from "../feed.ts";
import { StatusModel } from "../model.ts";
import type { ServerState } from "../state.ts";

/** Whether events come. */
export type Link = "connecting" | "open" | "lost";

/** What the page needs of an `EventSource`. */
export interface Source {
  /** 2 if it has given up. */
  readonly readyState: number;
  /** Calls `listener` for each event of the name. */
  addEventListener(name: string, listener: (event: { readonly data?: unknown }) => void): void;
  /** Ends it. */
  close(): void;
}

/** What {@linkcode LiveServer} gets from the browser. */
export interface LiveOptions {
  /** Connects to the server. */
  readonly open: () => Source;
  /** The time, in milliseconds since the epoch. */
  readonly clock: () => number;
  /** Runs it later. */
  readonly later: (run: () => void, ms: number) => void;
}

/** How long a line stays lit after bytes have passed. */
export const LIT_MS = 700;

/** What an `EventSource` that has given up says. */
const CLOSED = 2;

const RETRY_MS = 2000;

/** Owns the connection to the server, and the model that it feeds. */
export class LiveServer {
  /** Whether events come. */
  link: Link = "connecting";
  /** Counts what has changed: who has drawn this number has nothing to do. */
  version = 0;
  readonly #options: LiveOptions;
  #model: StatusModel | null = null;
  /** Since when connections are lit, by this machine's clock; null for one that nobody has drawn yet. */
  readonly #litSince = new Map<number, number | null>();
  /** By how much this machine's clock is ahead of the server's, what the way takes included; the least seen. */
  #ahead: number | null = null;
  #frozenAt: number | null = null;

  /** Connects. */
  constructor(options: LiveOptions) {
    this.#options = options;
    this.#open();
  }

  /** The server as it is now, or was when the connection was lost; null before anything is known. */
  get state(): ServerState | null {
    return this.#model?.state ?? null;
  }

  /** The time by the server's clock; it stands still as long as nothing comes from it. */
  get now(): number {
    return this.#frozenAt ?? this.#options.clock() - (this.#ahead ?? 0);
  }

  /**
   * The connections whose bytes have passed just now. Their time begins when they are asked for: a page that was too
   * slow to draw shows them nevertheless.
   */
  litConnections(): ReadonlySet<number> {
    const clock = this.#options.clock();
    for (const [id, since] of this.#litSince) {
      if (since === null) this.#litSince.set(id, clock);
      else if (since <= clock - LIT_MS) this.#litSince.delete(id);
    }
    return new Set(this.#litSince.keys());
  }

  #open(): void {
    const source = this.#options.open();
    source.addEventListener("open", () => this.#setLink("open"));
    source.addEventListener("error", () => {
      this.#setLink("lost");
      if (source.readyState !== CLOSED) return;
      source.close();
      this.#options.later(() => this.#open(), RETRY_MS);
    });
    source.addEventListener("state", ({ data }) => {
      this.#model = new StatusModel(JSON.parse(String(data)));
      this.#ahead = null;
      this.#setLink("open");
    });
    source.addEventListener("changes", ({ data }) => this.#take(JSON.parse(String(data))));
  }

  #setLink(link: Link): void {
    if (link === "lost") this.#frozenAt ??= this.now;
    this.link = link;
    if (link === "open") this.#frozenAt = null;
    this.version += 1;
  }

  #take(changes: readonly Change[]): void {
    const model = this.#model;
    if (model === null) return;
    const clock = this.#options.clock();
    for (const change of changes) {
      this.#noteBytes(change);
      model.apply(change);
      this.#ahead = Math.min(this.#ahead ?? Infinity, clock - change.at);
    }
    if (model.state.phase === "stopped") this.#frozenAt ??= this.now;
    this.version += 1;
  }

  #noteBytes(change: Change): void {
    if (change.type === "traffic") {
      for (const [id, bytesIn, bytesOut] of change.traffic) {
        const known = this.#model?.state.connections[id];
        if (known === undefined) continue;
        const isNew = known.bytesIn !== bytesIn || known.bytesOut !== bytesOut;
        if (isNew) this.#litSince.set(id, null);
      }
    } else if (change.type === "event" && change.event.event === "messages") {
      for (const { connectionId } of change.event.messages) {
        this.#litSince.set(connectionId, null);
      }
    }
  }
}
