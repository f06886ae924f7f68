import { IdleTimer } from "../../../ipc/relay/idle_timer.ts";
import { assert, assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const TIMEOUT_MS = 500;

/** A timer that says when it has fired, and counts how often. */
function startTimer(timeoutMs = TIMEOUT_MS) {
  const clock = new FakeClock(7000);
  const fired = Promise.withResolvers<void>();
  const counts = { fired: 0 };
  const timer = new IdleTimer({
    timeoutMs,
    clock,
    onIdle() {
      counts.fired++;
      fired.resolve();
    },
  });
  return { clock, timer, counts, fired: fired.promise };
}

Deno.test("IdleTimer asks for no time when its timeout is 0, and wants no activity told", () => {
  const { clock, timer } = startTimer(0);
  using _timer = timer;
  assertEquals(timer.onActivity, undefined);
  assertEquals(clock.asked, []);
});

Deno.test("IdleTimer fires once when nothing has happened for its timeout", async () => {
  const { clock, timer, counts, fired } = startTimer();
  using _timer = timer;
  await clock.pass(TIMEOUT_MS);
  await fired;
  assertEquals(counts.fired, 1);
  assertEquals(clock.asked, [TIMEOUT_MS]);
  assertEquals(clock.sleeping, 0);
});

Deno.test("IdleTimer is put off by activity, and looks again when the time since then is over", async () => {
  const { clock, timer, counts, fired } = startTimer();
  using _timer = timer;
  clock.advance(200);
  timer.onActivity?.();
  clock.advance(100);
  timer.onActivity?.();
  clock.advance(200);
  await clock.sleeps(300);
  assertEquals(counts.fired, 0);
  clock.advance(299);
  assertEquals(clock.sleeping, 1);
  clock.advance(1);
  await fired;
  assertEquals(counts.fired, 1);
  assertEquals(clock.asked, [500, 300], "activity itself costs no timer");
});

Deno.test("IdleTimer is put off again and again, as long as something happens", async () => {
  const { clock, timer, counts, fired } = startTimer();
  using _timer = timer;
  const { onActivity } = timer;
  assert(onActivity !== undefined);
  clock.advance(400);
  for (let round = 0; round < 5; round++) {
    onActivity();
    clock.advance(100);
    await clock.sleeps(400);
    clock.advance(300);
  }
  assertEquals(counts.fired, 0);
  clock.advance(100);
  await fired;
});

Deno.test("IdleTimer does not fire after its disposal, of which twice does no harm", async () => {
  const { clock, timer, counts } = startTimer();
  timer[Symbol.dispose]();
  timer[Symbol.dispose]();
  // What sleeps after it wakes after it.
  const later = clock.sleep(TIMEOUT_MS);
  clock.advance(TIMEOUT_MS);
  await later;
  assertEquals(counts.fired, 0);
  assertEquals(clock.sleeping, 0);
});

Deno.test("IdleTimer does not fire when it is disposed at the moment its time is over", async () => {
  const { clock, timer, counts } = startTimer();
  const later = clock.sleep(TIMEOUT_MS);
  clock.advance(TIMEOUT_MS);
  timer[Symbol.dispose]();
  await later;
  assertEquals(counts.fired, 0);
});

/** A timer whose send queue holds what the test says. */
function startTimerWithQueue() {
  const clock = new FakeClock(7000);
  const fired = Promise.withResolvers<void>();
  const queue: { unsent: number | null; looks: number } = { unsent: 0, looks: 0 };
  const timer = new IdleTimer({
    timeoutMs: 400,
    clock,
    unsentBytes() {
      queue.looks += 1;
      return Promise.resolve(queue.unsent);
    },
    onIdle: () => fired.resolve(),
  });
  return { clock, timer, queue, fired: fired.promise };
}

Deno.test("IdleTimer does not look at the send queue before anything has happened", async () => {
  const { clock, timer, queue, fired } = startTimerWithQueue();
  using _timer = timer;
  await clock.run(fired);
  assertEquals([clock.now(), queue.looks], [7400, 0]);
});

Deno.test("IdleTimer looks once at a send queue that is empty", async () => {
  const { clock, timer, queue, fired } = startTimerWithQueue();
  using _timer = timer;
  clock.advance(100);
  timer.onActivity?.();
  await clock.run(fired);
  assertEquals([clock.now(), queue.looks], [7500, 1]);
});

Deno.test("IdleTimer takes a send queue that shrinks for activity, until it shrinks no more", async () => {
  const { clock, timer, queue, fired } = startTimerWithQueue();
  using _timer = timer;
  timer.onActivity?.();
  clock.advance(400);
  timer.onActivity?.();
  // Looked at every 100 ms from 7500 on; something is taken before each third look, the last time before that at 8900.
  for (let look = 1; look <= 16; look++) {
    queue.unsent = 1000 - Math.floor(look / 3);
    await clock.pass(100);
    while (queue.looks < look) await Promise.resolve();
  }
  await clock.run(fired);
  assertEquals(clock.now(), 9300);
});

Deno.test("IdleTimer fires for a client that takes nothing from a full send queue", async () => {
  const { clock, timer, queue, fired } = startTimerWithQueue();
  using _timer = timer;
  clock.advance(100);
  timer.onActivity?.();
  queue.unsent = 1_000_000;
  await clock.run(fired);
  assertEquals(clock.now(), 7500);
});

Deno.test("IdleTimer looks again where nobody could tell what is in the send queue", async () => {
  const { clock, timer, queue, fired } = startTimerWithQueue();
  using _timer = timer;
  clock.advance(100);
  timer.onActivity?.();
  queue.unsent = null;
  await clock.run(fired);
  assertEquals([clock.now(), queue.looks], [7500, 4]);
});

Deno.test("IdleTimer sees a send queue shrink also between looks that tell nothing", async () => {
  const { clock, timer, queue, fired } = startTimerWithQueue();
  using _timer = timer;
  timer.onActivity?.();
  clock.advance(400);
  timer.onActivity?.();
  for (let look = 1; look <= 8; look++) {
    queue.unsent = look % 2 === 0 ? null : 1000 - look;
    await clock.pass(100);
    while (queue.looks < look) await Promise.resolve();
  }
  // Seen to shrink last by look 7, at 8100.
  await clock.run(fired);
  assertEquals(clock.now(), 8500);
});

Deno.test("IdleTimer does not fire on the strength of one look, however long that takes", async () => {
  const clock = new FakeClock(7000);
  const looks = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  let look = 0;
  let isOver = false;
  using timer = new IdleTimer({
    timeoutMs: 400,
    clock,
    unsentBytes: () => looks[look++]?.promise ?? Promise.resolve(10),
    onIdle: () => isOver = true,
  });
  clock.advance(50);
  timer.onActivity?.();
  clock.advance(50);
  await clock.pass(100);
  while (look < 1) await Promise.resolve();
  clock.advance(1000);
  looks[0]?.resolve(20);
  await clock.pass(100);
  while (look < 2) await Promise.resolve();
  assertEquals(isOver, false);
  // It has shrunk: the time begins anew.
  looks[1]?.resolve(10);
  await clock.pass(100);
  assertEquals(isOver, false);
});
