/**
 * The readers of `/events`: each is sent the state, and then the changes (server-sent events, WHATWG HTML, section
 * 9.2). Nothing is kept for one that reads slowly: it is sent the state again as soon as it has read what it has.
 *
 * @module
 */

import type { Change } from "../../status/feed.ts";
import type { ServerState } from "../../status/state.ts";

/** Bytes that may wait for a reader. */
const WAITING_BYTES_MAX = 1024 * 1024;

/** So many changes at once are more than the whole state. */
const CHANGES_MAX = 500;

/** After so many flushes without a change everybody is sent a comment. */
const SILENT_FLUSHES_MAX = 50;

/** How many may read at once. */
export const READERS_MAX = 100;

type Sink = ReadableStreamDefaultController<Uint8Array>;

/** Owns the open streams. */
export class EventReaders {
  readonly #stateOf: () => ServerState;
  /** By whether it has missed something. */
  readonly #readers = new Map<Sink, { isBehind: boolean }>();
  #changes: Change[] = [];
  /** Flushes since the last with a change. */
  #silent = 0;

  /** Has none yet. `stateOf` tells the state as it is. */
  constructor(stateOf: () => ServerState) {
    this.#stateOf = stateOf;
  }

  /** How many there are. */
  get count(): number {
    return this.#readers.size;
  }

  /** The stream of a new reader, which begins with the state; null if there are too many. */
  open(): ReadableStream<Uint8Array> | null {
    if (this.#readers.size >= READERS_MAX) return null;
    // What the others are still to be told is in the state that this one begins with.
    this.flush();
    let sink: Sink;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        sink = controller;
        this.#readers.set(sink, { isBehind: true });
        this.#send(sink, eventOf("state", this.#stateOf()));
      },
      cancel: () => void this.#readers.delete(sink),
    }, new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES_MAX }));
  }

  /** Keeps a change for {@linkcode EventReaders.flush}. */
  add(change: Change): void {
    if (this.#readers.size > 0 && this.#changes.length <= CHANGES_MAX) this.#changes.push(change);
  }

  /** Lets every reader be sent the whole state next: what it has been told does not lead there. */
  restart(): void {
    this.#changes = [];
    for (const reader of this.#readers.values()) reader.isBehind = true;
  }

  /** Sends what has changed since the last time; after a while without a change a comment, which shows who is gone. */
  flush(): void {
    const changes = this.#changes;
    this.#changes = [];
    this.#silent = changes.length === 0 ? this.#silent + 1 : 0;
    if (this.#readers.size === 0) return;
    const isSilent = changes.length === 0 && this.#silent % SILENT_FLUSHES_MAX !== 0;
    const state = lazily(() => eventOf("state", this.#stateOf()));
    const news = changes.length === 0
      ? () => COMMENT
      : changes.length > CHANGES_MAX
      ? state
      : lazily(() => eventOf("changes", changes));
    for (const [sink, reader] of this.#readers) {
      if (isSilent && !reader.isBehind) continue;
      if ((sink.desiredSize ?? 0) <= 0) reader.isBehind = true;
      else this.#send(sink, reader.isBehind ? state() : news());
    }
  }

  #send(sink: Sink, event: Uint8Array): void {
    sink.enqueue(event);
    const reader = this.#readers.get(sink);
    if (reader !== undefined) reader.isBehind = false;
  }

  /** Ends every stream. */
  close(): void {
    for (const sink of this.#readers.keys()) sink.close();
    this.#readers.clear();
  }
}

const encoder = new TextEncoder();

/** A line that means nothing. */
const COMMENT = encoder.encode(":\n\n");

function eventOf(name: string, data: unknown): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
