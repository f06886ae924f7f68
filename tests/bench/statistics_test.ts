import { assertEquals, assertThrows } from "../assert.ts";
import { median, percentile, spread } from "../../bench/statistics.ts";

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

Deno.test("percentile() is a value that the share does not exceed (nearest rank)", () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  assertEquals(percentile(values, 0), 1);
  assertEquals(percentile(values, 0.5), 100);
  assertEquals(percentile(values, 0.99), 198);
  assertEquals(percentile(values, 1), 200);
  assertEquals(percentile([7], 0.99), 7);
});

Deno.test("spread() is a share of the median", () => {
  assertEquals(spread([90, 100, 120]), 0.3);
  assertEquals(spread([5]), 0);
  assertEquals(spread([0, 0]), 0);
});

Deno.test("no values have no median, percentile or spread", () => {
  assertThrows(() => median([]), RangeError);
  assertThrows(() => percentile([], 0.5), RangeError);
  assertThrows(() => spread([]), RangeError);
});
