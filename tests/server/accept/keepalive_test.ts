import { keepAliveOf } from "../../../server/accept/keepalive.ts";
import { assertEquals } from "../../assert.ts";

const TIMES = [
  [60_000, { idleS: 60, intervalS: 10, count: 6 }],
  [1, { idleS: 1, intervalS: 1, count: 6 }],
  [1500, { idleS: 2, intervalS: 1, count: 6 }],
  [7000, { idleS: 7, intervalS: 2, count: 6 }],
  [32_767_000, { idleS: 32_767, intervalS: 5462, count: 6 }],
] as const;

for (const [ms, options] of TIMES) {
  Deno.test(`keepAliveOf() asks after ${options.idleS} s where a client may be silent for ${ms} ms`, () => {
    assertEquals(keepAliveOf(ms), options);
  });
}
