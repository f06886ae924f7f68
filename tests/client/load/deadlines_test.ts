import { setImmediate } from "node:timers/promises";
import { Deadlines, InterruptedError } from "../../../client/load/deadlines.ts";
import { VisitError } from "../../../client/load/failure.ts";
import type { Clock } from "../../../ipc/clock.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryStream } from "../../support/memory_stream.ts";

/** What never comes. */
const NEVER = Promise.withResolvers<never>().promise;

Deno.test("deadlines are looked at ten times in the shortest time, but no more often than people see", async () => {
  for (const [shortestMs, everyMs] of [[10_000, 50], [500, 50], [100, 10], [3, 1]] as const) {
    const clock = new FakeClock();
    await using _deadlines = new Deadlines(clock, shortestMs);
    assertEquals(clock.asked, [everyMs]);
    await clock.pass(everyMs);
    await clock.sleeps(everyMs);
    assertEquals(clock.asked, [everyMs, everyMs]);
  }
});

Deno.test("a wait that takes too long rejects with what was missing, and its stream is closed", async () => {
  const clock = new FakeClock(500);
  await using deadlines = new Deadlines(clock, 1000);
  using deadline = deadlines.add();
  const stream = new MemoryStream();
  deadline.own(stream);
  deadline.begin({ for: "echo", ms: 1000 }, 500);
  const rejected = assertRejects(() => deadline.race(NEVER), VisitError, "no echo within 1 s");
  deadline.check(1499.9);
  assertEquals([stream.calls.close, deadline.signal.aborted], [0, false]);
  deadline.check(1500);
  assertEquals((await rejected).kind, "timedOut");
  assertEquals([stream.calls.close, deadline.signal.aborted], [1, true]);
});

Deno.test("a wait begins anew with each that follows", async () => {
  await using deadlines = new Deadlines(new FakeClock(), 1000);
  using deadline = deadlines.add();
  deadline.check(1e12);
  deadline.begin({ for: "connection", ms: 1000 }, 0);
  deadline.begin({ for: "echo", ms: 1000 }, 999);
  deadline.check(1998);
  assertEquals(await deadline.race(Promise.resolve("in time")), "in time");
  assert(!deadline.signal.aborted);
});

Deno.test("a task's own error is what the race rejects with", async () => {
  await using deadlines = new Deadlines(new FakeClock(), 1000);
  using deadline = deadlines.add();
  const failed = Promise.reject(new RangeError("a bug"));
  await assertRejects(() => deadline.race(failed), RangeError, "a bug");
});

Deno.test("a deadline that nobody waits for any more ends without a word", async () => {
  await using deadlines = new Deadlines(new FakeClock(), 1000);
  using deadline = deadlines.add();
  deadline.begin({ for: "echo", ms: 1000 }, 0);
  deadline.check(1000);
  await assertRejects(() => deadline.race(NEVER), VisitError);
});

Deno.test("a stream that comes too late is closed when it comes", async () => {
  await using deadlines = new Deadlines(new FakeClock(), 1000);
  using deadline = deadlines.add();
  deadline.end(new InterruptedError());
  const stream = new MemoryStream();
  deadline.own(stream);
  assertEquals(stream.calls.close, 1);
});

Deno.test("a deadline that is disposed of closes its stream, once, and is looked at no more", async () => {
  const clock = new FakeClock();
  await using deadlines = new Deadlines(clock, 1000);
  const deadline = deadlines.add();
  const stream = new MemoryStream();
  deadline.own(stream);
  deadline.begin({ for: "echo", ms: 1000 }, 0);
  deadline[Symbol.dispose]();
  deadline[Symbol.dispose]();
  clock.advance(2000);
  await clock.sleeps(50);
  deadlines.interrupt();
  assertEquals([stream.calls.close, deadline.signal.aborted], [1, false]);
});

Deno.test("every connection under way is interrupted, and when the deadlines are disposed of", async () => {
  for (const isDisposed of [false, true]) {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock, 1000);
    const underWay = [deadlines.add(), deadlines.add()];
    const rejected = underWay.map((deadline) =>
      assertRejects(() => deadline.race(NEVER), InterruptedError)
    );
    if (!isDisposed) deadlines.interrupt();
    else await deadlines[Symbol.asyncDispose]();
    await Promise.all(rejected);
    await deadlines[Symbol.asyncDispose]();
    assertEquals(clock.sleeping, 0);
  }
});

Deno.test("deadlines are disposed of when nobody looks at them any more", async () => {
  const sleep = Promise.withResolvers<void>();
  const clock: Clock = { now: () => 0, sleep: () => sleep.promise };
  const deadlines = new Deadlines(clock, 1000);
  let isDisposed = false;
  const disposed = deadlines[Symbol.asyncDispose]().then(() => isDisposed = true);
  // Whatever does not wait for the sleep has been done by then.
  await setImmediate();
  assertEquals(isDisposed, false);
  sleep.resolve();
  await disposed;
});
