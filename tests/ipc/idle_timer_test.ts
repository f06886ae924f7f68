import { IdleTimer } from "../../ipc/idle_timer.ts";
import { assert, assertEquals } from "../assert.ts";
import { FakeClock } from "../support/fake_clock.ts";

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
