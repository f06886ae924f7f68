import { Lifespan } from "../../../server/accept/lifespan.ts";
import { assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("Lifespan is over when its time is, not before", async () => {
  const clock = new FakeClock();
  using lifespan = new Lifespan({ leftMs: 500, clock });
  const { promise: over, resolve } = Promise.withResolvers<void>();
  lifespan.signal?.addEventListener("abort", () => resolve());
  clock.advance(499);
  assertEquals([clock.sleeping, lifespan.signal?.aborted], [1, false]);
  clock.advance(1);
  await over;
});

Deno.test("Lifespan that was disposed is never over", async () => {
  const clock = new FakeClock();
  const lifespan = new Lifespan({ leftMs: 500, clock });
  lifespan[Symbol.dispose]();
  clock.advance(500);
  await Promise.resolve();
  assertEquals(lifespan.signal?.aborted, false);
});

Deno.test("Lifespan without end has no signal, and no timer", () => {
  using lifespan = new Lifespan({
    leftMs: Infinity,
    clock: { now: () => 0, sleep: () => Promise.reject(new Error("a timer")) },
  });
  assertEquals(lifespan.signal, undefined);
});
