/** When the connections of a load are opened, by an injected clock. */

import { setImmediate } from "node:timers/promises";
import {
  OPEN_MAX,
  runClosed,
  runOpen,
  shareOf,
  sizeOfShare,
} from "../../../client/load/schedule.ts";
import type { Clock } from "../../../ipc/clock.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const ALL = { first: 0, step: 1 };

/** Visits that a test ends itself. */
class Visits {
  /** The connections that were opened, in order. */
  readonly begun: number[] = [];
  readonly #ends = new Map<number, PromiseWithResolvers<void>>();

  readonly visit = (connection: number): Promise<void> => {
    this.begun.push(connection);
    const end = Promise.withResolvers<void>();
    this.#ends.set(connection, end);
    return end.promise;
  };

  end(connection: number): void {
    this.#ends.get(connection)?.resolve();
    this.#ends.delete(connection);
  }

  fail(connection: number, error: Error): void {
    this.#ends.get(connection)?.reject(error);
    this.#ends.delete(connection);
  }

  endAll(): void {
    for (const connection of this.#ends.keys()) this.end(connection);
  }
}

/** An open load all of whose connections are late: the clock stands at an hour after its start. */
function runLate(connections: number) {
  const clock = new FakeClock(3_600_000);
  const visits = new Visits();
  const stopping = new AbortController();
  const options = { rate: 1_000_000, startMs: 0, visit: visits.visit, clock };
  const running = runOpen({ ...ALL, connections }, { ...options, stopping: stopping.signal });
  return { clock, visits, stopping, running };
}

Deno.test("a load that is late opens some connections at a stretch, and lets others have their turn", async () => {
  const { clock, visits, running } = runLate(100);
  const begun: number[] = [];
  while (visits.begun.length < 100) {
    await setImmediate();
    begun.push(visits.begun.length);
    clock.advance(0);
  }
  visits.endAll();
  await running;
  assertEquals(begun, [32, 64, 96, 100]);
  assertEquals(clock.asked, [0, 0, 0]);
});

Deno.test("a load that is late ends with a stop, and opens no more", async () => {
  const { visits, stopping, running } = runLate(1_000_000_000);
  await setImmediate();
  stopping.abort();
  visits.endAll();
  await running;
  assertEquals(visits.begun.length, 32);
});

Deno.test("a load opens no connection while as many are open as may be, and goes on when one has ended", async () => {
  const { clock, visits, running } = runLate(OPEN_MAX + 2);
  const turn = async () => {
    await setImmediate();
    clock.advance(0);
  };
  while (visits.begun.length < OPEN_MAX) await turn();
  for (const more of [0, 1, 2]) {
    await turn();
    await turn();
    assertEquals([visits.begun.length, clock.sleeping], [OPEN_MAX + more, 0]);
    visits.end(more);
  }
  visits.endAll();
  await running;
});

Deno.test("a load with as many connections open as may be ends with a stop", async () => {
  const { clock, visits, stopping, running } = runLate(1_000_000_000);
  while (visits.begun.length < OPEN_MAX) {
    await setImmediate();
    clock.advance(0);
  }
  stopping.abort();
  visits.endAll();
  await running;
  assertEquals(visits.begun.length, OPEN_MAX);
});

Deno.test("a load that is in time waits for each connection's time, and for nothing else", async () => {
  const clock = new FakeClock(500);
  const openedAt: number[] = [];
  const visit = async () => {
    openedAt.push(clock.now());
    await Promise.resolve();
  };
  const stopping = new AbortController().signal;
  const options = { rate: 100, startMs: 500, visit, clock, stopping };
  await clock.run(runOpen({ ...ALL, connections: 100 }, options));
  assertEquals(openedAt, Array.from({ length: 100 }, (_, i) => 500 + 10 * i));
  assertEquals(clock.asked, Array(99).fill(10));
});

Deno.test("a load never asks to sleep for less than nothing, also when the time passes while it asks", async () => {
  const asked: number[] = [];
  let now = 0;
  const clock: Clock = {
    now: () => now += 0.6,
    sleep: (ms) => {
      asked.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
  const stopping = new AbortController().signal;
  const visit = () => Promise.resolve();
  const options = { rate: 1000, startMs: 0, visit, clock, stopping };
  await runOpen({ ...ALL, connections: 200 }, options);
  assert(asked.length > 0 && asked.every((ms) => ms >= 0), String(Math.min(...asked)));
});

Deno.test("a load that waits for a connection's time ends with a stop", async () => {
  const clock = new FakeClock();
  const stopping = new AbortController();
  let begun = 0;
  const visit = () => {
    begun += 1;
    return Promise.resolve();
  };
  const options = { rate: 1, startMs: 0, visit, clock, stopping: stopping.signal };
  const running = runOpen({ ...ALL, connections: 9 }, options);
  await clock.sleeps(1000);
  stopping.abort();
  await running;
  assertEquals([begun, clock.sleeping], [1, 0]);
});

Deno.test("a timer that wakes early opens nothing before its time", async () => {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: (ms) => {
      now += ms > 0.5 ? ms / 2 : ms;
      return Promise.resolve();
    },
  };
  const openedAt: number[] = [];
  const visit = () => {
    openedAt.push(now);
    return Promise.resolve();
  };
  const stopping = new AbortController().signal;
  await runOpen({ ...ALL, connections: 3 }, { rate: 100, startMs: 0, visit, clock, stopping });
  assertEquals(openedAt, [0, 10, 20]);
});

Deno.test("an open load waits for the connections that are open, and rejects with the first bug of one", async () => {
  const { clock, visits, running } = runLate(40);
  const rejected = assertRejects(() => running, RangeError, "a bug");
  await setImmediate();
  visits.fail(3, new RangeError("a bug"));
  await setImmediate();
  clock.advance(0);
  visits.fail(4, new RangeError("another"));
  visits.endAll();
  await rejected;
  assertEquals(visits.begun.length, 32);
});

Deno.test("a closed load opens the next connection when one has ended, and none after a stop", async () => {
  const visits = new Visits();
  const stopping = new AbortController();
  const { visit } = visits;
  const running = runClosed({ ...ALL, connections: 9 }, {
    concurrency: 2,
    visit,
    stopping: stopping.signal,
  });
  assertEquals(visits.begun, [0, 1]);
  visits.end(1);
  await setImmediate();
  assertEquals(visits.begun, [0, 1, 2]);
  stopping.abort();
  visits.endAll();
  await running;
  assertEquals(visits.begun, [0, 1, 2]);
});

Deno.test("the parts of a load are all of its connections, each once", async () => {
  const begun: number[] = [];
  for (const index of [0, 1, 2]) {
    const share = shareOf(8, { index, parts: 3 });
    const before = begun.length;
    const visit = (connection: number) => {
      begun.push(connection);
      return Promise.resolve();
    };
    await runClosed(share, { concurrency: 1, visit, stopping: new AbortController().signal });
    assertEquals(begun.length - before, sizeOfShare(share));
  }
  assertEquals(begun, [0, 3, 6, 1, 4, 7, 2, 5]);
  assertEquals(sizeOfShare({ first: 5, step: 3, connections: 5 }), 0);
  assertEquals(sizeOfShare({ first: 9, step: 3, connections: 5 }), 0);
});
