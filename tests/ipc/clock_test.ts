import { getEventListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { LATE, systemClock, within } from "../../ipc/clock.ts";
import { assertEquals, assertGreaterOrEqual, assertRejects } from "../assert.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** Longer than any test runs. */
const HOUR_MS = 3_600_000;

// A timer that is left behind fails its test: the sanitizers see it.

Deno.test("systemClock.sleep() resolves when the time has passed on its own clock", async () => {
  const before = systemClock.now();
  await systemClock.sleep(20);
  // A timer may be early by the part of a millisecond that it cannot count.
  assertGreaterOrEqual(systemClock.now() - before, 19);
});

Deno.test("systemClock.sleep() resolves as soon as the signal aborts", async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(HOUR_MS, controller.signal);
  controller.abort();
  await sleeping;
});

Deno.test("systemClock.sleep() does not wait under a signal that has aborted before", async () => {
  await systemClock.sleep(HOUR_MS, AbortSignal.abort());
});

Deno.test("systemClock.sleep() leaves no listener on a signal that outlives it", async () => {
  const { signal } = new AbortController();
  await systemClock.sleep(0, signal);
  assertEquals(getEventListeners(signal, "abort").length, 0);
});

Deno.test("within() settles as a task does that is in time, and leaves nobody asleep", async () => {
  const clock = new FakeClock();
  assertEquals(await within(100, Promise.resolve("done"), { clock }), "done");
  const failing = within(100, Promise.reject(new TypeError("no")), { clock });
  await assertRejects(() => failing, TypeError, "no");
  await setImmediate();
  assertEquals(clock.sleeping, 0);
});

Deno.test("within() tells a task that is late, at its time and not before", async () => {
  const clock = new FakeClock();
  const waiting = within(100, new Promise(() => {}), { clock });
  await clock.sleeps(100);
  clock.advance(99);
  assertEquals(await Promise.race([waiting, setImmediate("it waits")]), "it waits");
  clock.advance(1);
  assertEquals(await waiting, LATE);
});

Deno.test("within() takes an abort for the end of the time", async () => {
  const aborting = new AbortController();
  const limit = { clock: new FakeClock(), signal: aborting.signal };
  const waiting = within(100, new Promise(() => {}), limit);
  aborting.abort();
  assertEquals(await waiting, LATE);
});
