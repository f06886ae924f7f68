/** A histogram counts each value once, in the bucket that it belongs to. */

import fc from "fast-check";
import { countOf, emptyHistogram, observe } from "../../../server/status/histogram.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("a histogram of nothing has a bucket for each bound, and one above them", () => {
  assertEquals(emptyHistogram([1, 5]), { bounds: [1, 5], counts: [0, 0, 0], sum: 0 });
  assertEquals(countOf(emptyHistogram([1, 5])), 0);
});

Deno.test("a value that is just a bound is not above it", () => {
  const histogram = emptyHistogram([1, 5]);
  for (const value of [0, 1, 1.001, 5, 5.001, 1000]) observe(histogram, value);
  assertEquals(histogram.counts, [2, 2, 2]);
});

Deno.test("two histograms with the same bounds do not count for each other", () => {
  const bounds = [1, 5];
  const [one, other] = [emptyHistogram(bounds), emptyHistogram(bounds)];
  observe(one, 3);
  assertEquals([countOf(one), countOf(other)], [1, 0]);
});

const values = fc.array(fc.double({ min: 0, max: 100, noNaN: true }));
const bounds = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 12 })
  .map((bounds) => bounds.toSorted((a, b) => a - b));

Deno.test("whatever the values and bounds, each bucket has the values between its bounds", () => {
  fc.assert(fc.property(values, bounds, (values, bounds) => {
    const histogram = emptyHistogram(bounds);
    for (const value of values) observe(histogram, value);
    const edges = [-Infinity, ...bounds, Infinity];
    const expected = edges.slice(1).map((to, index) => {
      const from = edges[index] ?? NaN;
      return values.filter((value) => value > from && value <= to).length;
    });
    assertEquals(histogram.counts, expected);
    assertEquals(countOf(histogram), values.length);
    assertEquals(histogram.sum, values.reduce((sum, value) => sum + value, 0));
  }));
});
