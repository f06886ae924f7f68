import { Patience } from "../../../server/parent/patience.ts";
import { assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** The idle timeout, how long is waited then, and why the connection is closed. */
const WAITS = [
  [0, 61_000, "worker_failed"],
  [500, 500, "idle_timeout"],
  [60_999, 60_999, "idle_timeout"],
  [61_000, 61_000, "worker_failed"],
  [3_600_000, 61_000, "worker_failed"],
] as const;

for (const [idleTimeoutMs, ms, reason] of WAITS) {
  Deno.test(`Patience is over after ${ms} ms where a connection may be idle for ${idleTimeoutMs}`, async () => {
    const clock = new FakeClock();
    using patience = new Patience({ clock, idleTimeoutMs });
    assertEquals([patience.reason, patience.isOver], [reason, false]);
    const { ended } = patience;
    await clock.pass(ms);
    await ended;
    assertEquals([patience.isOver, patience.signal.aborted], [true, true]);
  });
}

Deno.test("Patience is over in time also where nobody waits, and costs no timer then", () => {
  const clock = new FakeClock();
  using patience = new Patience({ clock, idleTimeoutMs: 500 });
  clock.advance(499);
  assertEquals(patience.isOver, false);
  clock.advance(1);
  assertEquals([patience.isOver, clock.asked], [true, []]);
});

Deno.test("Patience lets who comes late wait for what is left of its time", async () => {
  const clock = new FakeClock();
  using patience = new Patience({ clock, idleTimeoutMs: 500 });
  clock.advance(400);
  const { signal } = patience;
  await clock.pass(100);
  await patience.ended;
  assertEquals(signal.aborted, true);
});

Deno.test("Patience is never over once it is disposed", async () => {
  const clock = new FakeClock();
  const patience = new Patience({ clock, idleTimeoutMs: 500 });
  patience[Symbol.dispose]();
  await patience.ended;
  clock.advance(500);
  assertEquals([patience.isOver, clock.sleeping], [false, 0]);
});
