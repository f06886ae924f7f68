import { assertEquals } from "../assert.ts";
import {
  formatColumns,
  formatJudgements,
  formatNumber,
  formatRatio,
  formatResult,
} from "../../bench/table.ts";
import type { Result, Row } from "../../bench/trial.ts";

const ROW: Row = {
  id: "peer",
  name: "the peer",
  medians: {},
  spread: 0,
  ratios: {},
  samples: [],
  failure: null,
};

function resultOf(rows: readonly Row[]): Result {
  const columns = [
    { key: "perSecond", title: "per second", digits: 0 },
    { key: "medianMs", title: "median, ms", digits: 2 },
  ];
  return { id: "t", title: "The title", columns, ratioTo: ["peer", "absent"], rows };
}

Deno.test("formatColumns() sets the first column to the left and the others to the right", () => {
  assertEquals(
    formatColumns([["", "n"], ["long name", "1"], ["b", "1,000"]]),
    [
      "               n",
      "long name      1",
      "b          1,000",
    ].join("\n"),
  );
});

Deno.test("formatNumber() sets thousands apart and rounds", () => {
  assertEquals(formatNumber(12345.678, 0), "12,346");
  assertEquals(formatNumber(0.5, 2), "0.50");
});

Deno.test("formatRatio() keeps two significant digits", () => {
  assertEquals([0, 0.0138, 0.25, 1, 9.999, 12.34].map(formatRatio), [
    "0.00",
    "0.014",
    "0.25",
    "1.00",
    "10.00",
    "12.3",
  ]);
});

Deno.test("formatResult() shows medians, spread and the ratios to peers that were measured", () => {
  const peer = { ...ROW, medians: { perSecond: 2000, medianMs: 1 }, ratios: { peer: 1 } };
  const ours = {
    ...ROW,
    id: "ours",
    name: "ours",
    medians: { perSecond: 500, medianMs: 2.5 },
    spread: 0.126,
    ratios: { peer: 0.25 },
  };
  assertEquals(
    formatResult(resultOf([peer, ours])),
    [
      "The title",
      "            per second  / peer  spread  median, ms",
      "  the peer       2,000    1.00     0 %        1.00",
      "  ours             500    0.25    13 %        2.50",
    ].join("\n"),
  );
});

Deno.test("formatResult() names a row that failed, below the table", () => {
  const failed = { ...ROW, name: "ours", failure: "Cannot load port 1: no report" };
  assertEquals(
    formatResult(resultOf([failed])).split("\n").at(-1),
    "  ours failed: Cannot load port 1: no report",
  );
});

Deno.test("formatJudgements() tells met, not met and not measured apart", () => {
  const text = formatJudgements([
    { target: "many", actual: 15_000, isMet: true },
    { target: "quick", actual: 2.75, isMet: false },
    { target: "heavy", actual: null, isMet: null },
  ]);
  assertEquals(
    text,
    [
      "Targets",
      "  met           15,000  many",
      "  NOT MET         2.75  quick",
      "  not measured          heavy",
    ].join("\n"),
  );
});
