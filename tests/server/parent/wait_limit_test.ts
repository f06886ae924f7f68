import { WaitLimit } from "../../../server/parent/wait_limit.ts";
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
  Deno.test(`WaitLimit is over after ${ms} ms where a connection may be idle for ${idleTimeoutMs}`, async () => {
    const clock = new FakeClock();
    using limit = new WaitLimit({ clock, idleTimeoutMs });
    assertEquals([limit.reason, limit.isOver], [reason, false]);
    const { ended } = limit;
    await clock.pass(ms);
    await ended;
    assertEquals([limit.isOver, limit.signal.aborted], [true, true]);
  });
}

/** How long a connection may be idle and last, and what comes of it. */
const LASTING = [
  [0, 300, 300, "max_duration"],
  [500, 300, 300, "max_duration"],
  [300, 500, 300, "idle_timeout"],
  [0, 0, 0, "max_duration"],
  [0, 3_600_000, 61_000, "worker_failed"],
  [0, Infinity, 61_000, "worker_failed"],
] as const;

for (const [idleTimeoutMs, timeLeftMs, ms, reason] of LASTING) {
  Deno.test(`WaitLimit is over after ${ms} ms where a connection may be idle for ${idleTimeoutMs} and last ${timeLeftMs}`, () => {
    const clock = new FakeClock();
    using limit = new WaitLimit({ clock, idleTimeoutMs, timeLeftMs });
    assertEquals([limit.reason, limit.isOver], [reason, ms === 0]);
    clock.advance(ms);
    assertEquals(limit.isOver, true);
  });
}

Deno.test("WaitLimit is over in time also where nobody waits, and costs no timer then", () => {
  const clock = new FakeClock();
  using limit = new WaitLimit({ clock, idleTimeoutMs: 500 });
  clock.advance(499);
  assertEquals(limit.isOver, false);
  clock.advance(1);
  assertEquals([limit.isOver, clock.asked], [true, []]);
});

Deno.test("WaitLimit lets who comes late wait for what is left of its time", async () => {
  const clock = new FakeClock();
  using limit = new WaitLimit({ clock, idleTimeoutMs: 500 });
  clock.advance(400);
  const { signal } = limit;
  await clock.pass(100);
  await limit.ended;
  assertEquals(signal.aborted, true);
});

Deno.test("WaitLimit is never over once it is disposed", async () => {
  const clock = new FakeClock();
  const limit = new WaitLimit({ clock, idleTimeoutMs: 500 });
  limit[Symbol.dispose]();
  await limit.ended;
  clock.advance(500);
  assertEquals([limit.isOver, clock.sleeping], [false, 0]);
});
