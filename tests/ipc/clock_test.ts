import { getEventListeners } from "node:events";
import { systemClock } from "../../ipc/clock.ts";
import { assertEquals, assertGreaterOrEqual } from "../assert.ts";

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
