import { StatusFeed } from "../../../../server/parent/status/status_feed.ts";
import type { Change, FeedMessage } from "../../../../server/status/feed.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { freshState } from "../../status/facts.ts";

/** A status process that reads when it is told to. */
class PlayedSink {
  readonly messages: FeedMessage[] = [];
  #written = Promise.withResolvers<void>();
  #blocked: Promise<void> | null = null;

  async write(text: string): Promise<void> {
    for (const line of text.trimEnd().split("\n")) this.messages.push(JSON.parse(line));
    this.#written.resolve();
    this.#written = Promise.withResolvers();
    await this.#blocked;
  }

  /** Stands still until that resolves. */
  block(until: Promise<void>): void {
    this.#blocked = until;
  }

  /** Resolves when there are so many messages. */
  async has(count: number): Promise<void> {
    while (this.messages.length < count) await this.#written.promise;
  }
}

const clock = { now: () => 0, sleep: () => Promise.resolve() };

function started(workerPid: number): Change {
  return { type: "event", at: 1, event: { event: "worker_started", workerPid } };
}

Deno.test("StatusFeed sends the whole state first, and then every change", async () => {
  const feed = new StatusFeed(freshState(), clock);
  feed.change(started(7));
  const sink = new PlayedSink();
  feed.feed(sink);
  await sink.has(1);
  feed.change(started(8));
  feed.change(started(9));
  await sink.has(3);
  const [first, ...rest] = sink.messages;
  assert(first?.type === "state");
  assertEquals(Object.keys(first.state.workers), ["7"]);
  assertEquals(rest, [started(8), started(9)]);
});

Deno.test("StatusFeed drops and counts what a process does not read, and sends it the state afterwards", async () => {
  const feed = new StatusFeed(freshState(), clock);
  const sink = new PlayedSink();
  const reads = Promise.withResolvers<void>();
  sink.block(reads.promise);
  feed.feed(sink);
  await sink.has(1);
  const changes = 20_000;
  for (let pid = 1; pid <= changes; pid++) feed.change(started(pid));
  reads.resolve();
  await sink.has(2);
  const last = sink.messages.at(-1);
  assert(last?.type === "state");
  assertEquals(last.state.totals.workersStarted, changes);
  assertEquals(last.state.eventsDropped, changes);
  feed.change(started(1));
  await sink.has(3);
  assertEquals(sink.messages.at(-1), started(1));
});

Deno.test("StatusFeed keeps the state while nobody is fed, and starts the next process from it", async () => {
  const feed = new StatusFeed(freshState(), clock);
  const first = new PlayedSink();
  feed.feed(first);
  await first.has(1);
  feed.feed(null);
  feed.change(started(7));
  const second = new PlayedSink();
  feed.feed(second);
  await second.has(1);
  assertEquals(first.messages.length, 1);
  const [message] = second.messages;
  assert(message?.type === "state");
  assertEquals(message.state.totals.workersStarted, 1);
  assertEquals(message.state.eventsDropped, 0);
});

Deno.test("StatusFeed.end() writes what is left at once", async () => {
  const feed = new StatusFeed(freshState(), { now: () => 0, sleep: () => new Promise(() => {}) });
  const sink = new PlayedSink();
  feed.feed(sink);
  feed.change(started(7));
  await feed.end();
  assertEquals(sink.messages.map(({ type }) => type), ["state", "event"]);
  feed.change(started(8));
  await feed.end();
  assertEquals(sink.messages.length, 2);
});
