import {
  areApart,
  median,
  type Range,
  rangeOf,
  ranksOf,
  spreadOf,
} from "../../../../lab/compare/report/statistics.ts";
import { assertEquals } from "../../../assert.ts";

function range(low: number, high: number, rounds = 3): Range {
  return { low, high, rounds };
}

Deno.test("median() is the middle, or the mean of the two in the middle", () => {
  assertEquals([median([3, 1, 2]), median([4, 1]), median([5]), median([])], [2, 2.5, 5, null]);
});

Deno.test("rangeOf() goes from the lowest to the highest round", () => {
  assertEquals(rangeOf([3, 1, 2]), range(1, 3));
  assertEquals(rangeOf([]), null);
});

Deno.test("spreadOf() is a share of the figure, and nothing of one round", () => {
  assertEquals([spreadOf(range(9, 11), 10), spreadOf(range(0, 0), 0)], [0.2, 0]);
  assertEquals(spreadOf(range(9, 9, 1), 9), null);
});

Deno.test("areApart() where every round of the one is beyond those of the other", () => {
  assertEquals(areApart(range(1, 2), range(3, 4)), true);
  assertEquals(areApart(range(3, 4), range(1, 2)), true);
  assertEquals(areApart(range(1, 3), range(3, 4)), false);
  assertEquals(areApart(range(1, 9), range(3, 4)), false);
});

Deno.test("areApart() tells nothing apart by two rounds", () => {
  assertEquals(areApart(range(1, 2, 2), range(3, 4, 5)), false);
  assertEquals(areApart(range(1, 2, 5), range(3, 4, 2)), false);
});

Deno.test("ranksOf() counts those that are better in every round", () => {
  const ranges = [range(1, 2), range(3, 5), range(4, 6), range(7, 8)];
  assertEquals(ranksOf(ranges, "higher"), [4, 2, 2, 1]);
  assertEquals(ranksOf(ranges, "lower"), [1, 2, 2, 4]);
  assertEquals(ranksOf(ranges, "neither"), [null, null, null, null]);
});

Deno.test("ranksOf() gives one rank to all that noise covers", () => {
  assertEquals(ranksOf([range(1, 10), range(2, 3), range(9, 11)], "lower"), [1, 1, 2]);
  assertEquals(ranksOf([range(1, 5), range(2, 6), range(3, 7)], "lower"), [1, 1, 1]);
});

Deno.test("ranksOf() gives none where there is no figure, or too few rounds", () => {
  assertEquals(ranksOf([null, range(1, 2), range(3, 4, 2)], "lower"), [null, 1, null]);
});
