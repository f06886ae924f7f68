import { closingSignal } from "../../server/closing.ts";
import { assert, assertEquals } from "../assert.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** What asks a server to stop, and what insists. */
function lifetime() {
  const asked = new AbortController();
  const insisted = new AbortController();
  return { asked, insisted, signals: { stopping: asked.signal, forced: insisted.signal } };
}

Deno.test("without a delay a server takes no more as soon as it is asked to stop", () => {
  const { signals } = lifetime();
  const clock = new FakeClock();
  assert(closingSignal(signals, { delayMs: 0, clock, onDelay() {} }) === signals.stopping);
});

Deno.test("with a delay it goes on for that long, which is told", async () => {
  const { asked, signals } = lifetime();
  const clock = new FakeClock();
  const told: boolean[] = [];
  const closed = closingSignal(signals, {
    delayMs: 2000,
    clock,
    onDelay: () => void told.push(closed.aborted),
  });
  assertEquals(told, []);
  asked.abort("a signal");
  assertEquals([told, closed.aborted], [[false], false]);
  clock.advance(1999);
  await Promise.resolve();
  assertEquals(closed.aborted, false);
  const closes = new Promise((resolve) => closed.addEventListener("abort", resolve));
  clock.advance(1);
  await closes;
  assertEquals(closed.reason, "a signal");
});

Deno.test("whoever insists on the end does not wait", async () => {
  const { asked, insisted, signals } = lifetime();
  const clock = new FakeClock();
  const closed = closingSignal(signals, { delayMs: 2000, clock, onDelay() {} });
  const closes = new Promise((resolve) => closed.addEventListener("abort", resolve));
  asked.abort();
  insisted.abort();
  await closes;
  assertEquals(clock.now(), 0);
});
