import type { Change } from "../../../../server/status/feed.ts";
import { StatusModel } from "../../../../server/status/model.ts";
import { EventReaders, READERS_MAX } from "../../../../server/child/status/readers.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { freshState } from "../../status/facts.ts";

function started(pid: number): Change {
  return { type: "event", at: 1, event: { event: "worker_started", workerPid: pid } };
}

/** One reader of the events. */
class Reader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(readers: EventReaders) {
    const stream = readers.open();
    assert(stream !== null);
    this.#reader = stream.getReader();
  }

  /** The next event, as its name and data. */
  async next(): Promise<[name: string, data: unknown] | null> {
    const { value } = await this.#reader.read();
    const text = new TextDecoder().decode(value);
    const [, name = "", data = ""] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? [];
    return name === "" ? null : [name, JSON.parse(data)];
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}

Deno.test("A reader is sent the state first, and then what has changed", async () => {
  const state = freshState();
  const readers = new EventReaders(() => state);
  const reader = new Reader(readers);
  assertEquals(await reader.next(), ["state", state]);
  readers.add(started(7));
  readers.add(started(8));
  readers.flush();
  assertEquals(await reader.next(), ["changes", [started(7), started(8)]]);
  await reader.leave();
  assertEquals(readers.count, 0);
});

Deno.test("A reader is sent the state again where that is less than what has changed", async () => {
  const readers = new EventReaders(() => freshState());
  const reader = new Reader(readers);
  await reader.next();
  for (let pid = 1; pid <= 501; pid++) readers.add(started(pid));
  readers.flush();
  assertEquals((await reader.next())?.[0], "state");
  await reader.leave();
});

Deno.test("A reader that reads slowly is sent the state when it reads again, and nothing is kept", async () => {
  const state = { ...freshState(), failure: "x".repeat(2 * 1024 * 1024) };
  const readers = new EventReaders(() => state);
  const slow = new Reader(readers);
  for (let pid = 1; pid <= 3; pid++) {
    readers.add(started(pid));
    readers.flush();
  }
  assertEquals((await slow.next())?.[0], "state");
  readers.add(started(9));
  readers.flush();
  assertEquals((await slow.next())?.[0], "state");
  await slow.leave();
});

Deno.test("EventReaders.restart() sends everybody the state, and no change from before", async () => {
  const readers = new EventReaders(() => freshState());
  const reader = new Reader(readers);
  await reader.next();
  readers.add(started(7));
  readers.restart();
  readers.add(started(8));
  readers.flush();
  assertEquals((await reader.next())?.[0], "state");
  readers.add(started(9));
  readers.flush();
  assertEquals(await reader.next(), ["changes", [started(9)]]);
  await reader.leave();
});

Deno.test("EventReaders.flush() sends a comment only after a while without a change", async () => {
  const readers = new EventReaders(() => freshState());
  const reader = new Reader(readers);
  await reader.next();
  for (let flushes = 0; flushes < 60; flushes++) readers.flush();
  assertEquals(await reader.next(), null);
  readers.add(started(7));
  readers.flush();
  assertEquals((await reader.next())?.[0], "changes");
  await reader.leave();
});

Deno.test("EventReaders.open() refuses one reader more than there may be", async () => {
  const readers = new EventReaders(() => freshState());
  const all = Array.from({ length: READERS_MAX }, () => new Reader(readers));
  assertEquals(readers.open(), null);
  await all[0]?.leave();
  assert(readers.open() !== null);
  readers.close();
});

Deno.test("A reader that comes is told nothing twice that the others are still to be told", async () => {
  const model = new StatusModel(freshState());
  const readers = new EventReaders(() => model.state);
  const first = new Reader(readers);
  await first.next();
  model.apply(started(7));
  readers.add(started(7));
  const second = new Reader(readers);
  assertEquals(await first.next(), ["changes", [started(7)]]);
  assertEquals((await second.next())?.[0], "state");
  model.apply(started(8));
  readers.add(started(8));
  readers.flush();
  assertEquals(await second.next(), ["changes", [started(8)]]);
  await first.leave();
  await second.leave();
});
