import { assertEquals, assertThrows } from "../assert.ts";
import { median, spread } from "../../bench/statistics.ts";

Deno.test("median() is the middle value, or the mean of the two in the middle", () => {
  assertEquals(median([9]), 9);
  assertEquals(median([9, 1, 5]), 5);
  assertEquals(median([10, 9, 1, 2]), 5.5);
});

Deno.test("median() leaves the order of its values alone", () => {
  const values = [3, 1, 2];
  median(values);
  assertEquals(values, [3, 1, 2]);
});

Deno.test("spread() is a share of the median", () => {
  assertEquals(spread([90, 100, 120]), 0.3);
  assertEquals(spread([5]), 0);
  assertEquals(spread([0, 0]), 0);
});

Deno.test("no values have no median or spread", () => {
  assertThrows(() => median([]), RangeError);
  assertThrows(() => spread([]), RangeError);
});
