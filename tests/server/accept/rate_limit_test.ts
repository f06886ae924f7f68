import { RateLimit } from "../../../server/accept/rate_limit.ts";
import { assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** How many of so many connections at once an address may make. */
function burst(limit: RateLimit, count: number, address = "192.0.2.7"): number {
  return Array.from({ length: count }, () => limit.take(address)).filter(Boolean).length;
}

Deno.test("RateLimit allows a burst of as many as a second has", () => {
  assertEquals(burst(new RateLimit(5, new FakeClock()), 20), 5);
});

Deno.test("RateLimit allows one more as often as a second has room for", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(4, clock);
  burst(limit, 4);
  for (let round = 0; round < 8; round++) {
    clock.advance(249);
    assertEquals(burst(limit, 3), 0, `round ${round}, a millisecond before`);
    clock.advance(1);
    assertEquals(burst(limit, 3), 1, `round ${round}`);
  }
});

Deno.test("RateLimit saves no more than a burst, however long an address is silent", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(3, clock);
  burst(limit, 3);
  clock.advance(999);
  assertEquals(burst(limit, 9), 2);
  clock.advance(3_600_000);
  assertEquals(burst(limit, 9), 3);
});

Deno.test("RateLimit is not put off by those it refuses", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(1, clock);
  burst(limit, 1);
  let allowed = 0;
  for (let ms = 0; ms < 2000; ms += 10) {
    clock.advance(10);
    allowed += burst(limit, 1);
  }
  assertEquals(allowed, 2);
});

Deno.test("RateLimit counts each address by itself, a mapped one as IPv4, and IPv6 by its /64", () => {
  const limit = new RateLimit(1, new FakeClock());
  assertEquals(burst(limit, 2, "192.0.2.7"), 1);
  assertEquals(burst(limit, 2, "::ffff:192.0.2.7"), 0);
  assertEquals(burst(limit, 2, "192.0.2.8"), 1);
  assertEquals(burst(limit, 2, "2001:db8::1"), 1);
  assertEquals(burst(limit, 2, "2001:db8::2"), 0);
});

Deno.test("RateLimit forgets an address when its bucket is full again", () => {
  const clock = new FakeClock();
  const limit = new RateLimit(2, clock);
  for (let host = 0; host < 100; host++) {
    limit.take(`192.0.2.${host}`);
    clock.advance(5);
  }
  assertEquals(limit.size, 100);
  clock.advance(750);
  limit.take("198.51.100.1");
  assertEquals(limit.size, 50, "half of them were seen in the last second");
  clock.advance(1000);
  limit.take("198.51.100.1");
  assertEquals(limit.size, 1);
});
