import {
  type ChartPoint,
  escapeHtml,
  linearTicks,
  lineChart,
} from "../../../../client/load/report/chart.ts";
import { assertEquals, assertMatch, assertNotMatch } from "../../../assert.ts";

/** The points of a line as the chart places them, and the marks of its upward axis. */
function drawn(points: readonly ChartPoint[], isLogarithmic: boolean) {
  const labels = { title: "t", xLabel: "x", yLabel: "y" };
  const chart = lineChart({ id: "a", ...labels, points, xTicks: [], isLogarithmic });
  return {
    line: /<polyline points="([^"]*)"/.exec(chart)?.[1],
    ticks: Array.from(chart.matchAll(/class="y">([^<]*)</g), ([, label]) => label),
  };
}

Deno.test("lineChart() goes to the right and upwards, from 0, or in powers of ten", () => {
  const points = [{ x: 0, y: 1 }, { x: 5, y: 10 }, { x: 10, y: 100 }];
  assertEquals(drawn(points, true), { line: "76,274 384,164 692,54", ticks: ["1", "10", "100"] });
  assertEquals(drawn(points, false), {
    line: "76,271.8 384,252 692,54",
    ticks: ["0", "20", "40", "60", "80", "100"],
  });
});

Deno.test("lineChart() has an axis of at least one power of ten, and one that has 1 on it", () => {
  assertEquals(drawn([{ x: 0, y: 1 }], true).ticks, ["1", "10"]);
  assertEquals(drawn([{ x: 0, y: 0.02 }], true).ticks, ["0.01", "0.1"]);
  assertEquals(drawn([{ x: 0, y: 200 }], true).ticks, ["1", "10", "100", "1000"]);
});

Deno.test("lineChart() of nothing but 0 has an axis all the same", () => {
  assertEquals(drawn([{ x: 0, y: 0 }], false).ticks, ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  assertEquals(drawn([], false).ticks, ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
});

Deno.test("lineChart() draws a single point, and a line without height", () => {
  for (const points of [[{ x: 0, y: 5 }], [{ x: 0, y: 0 }, { x: 1, y: 0 }], []]) {
    for (const isLogarithmic of [false, true]) {
      const positive = points.map(({ x, y }) => ({ x, y: Math.max(y, 0.001) }));
      const chart = lineChart({
        id: "a",
        title: "t",
        xLabel: "x",
        yLabel: "y",
        points: positive,
        xTicks: [],
        isLogarithmic,
      });
      assertNotMatch(chart, /NaN|Infinity/);
    }
  }
});

Deno.test("lineChart() tells its title to those who cannot see it, and shows what its axes are", () => {
  const labels = { title: "Bread & butter", xLabel: "slices", yLabel: "<g>" };
  const chart = lineChart({ id: "a", ...labels, points: [], xTicks: [], isLogarithmic: false });
  // A <title> that is the first child is the name of an image: SVG Accessibility API Mappings.
  assertMatch(chart, /^<svg id="a" [^>]*role="img">\n<title>Bread &#38; butter<\/title>/);
  assertMatch(chart, />slices<\/text>[^]*>&#60;g&#62;<\/text>/);
});

Deno.test("lineChart() names a point of its line, and the value there", () => {
  const points = [{ x: 0, y: 1 }, { x: 10, y: 10 }];
  const options = { title: "t", xLabel: "x", yLabel: "y", points, xTicks: [] };
  const marks = [{ x: 10, y: 10, name: "max", value: "10 <g>" }];
  const chart = lineChart({ id: "a", ...options, marks, isLogarithmic: false });
  assertMatch(chart, /<circle cx="692" cy="54" r="4"\/>/);
  assertMatch(chart, /<text x="692" y="30" class="mark">max<\/text>/);
  assertMatch(chart, /<text x="692" y="44" class="mark value">10 &#60;g&#62;<\/text>/);
});

Deno.test("linearTicks() go in steps of 1, 2 or 5 beyond the greatest value", () => {
  const labels = (max: number) => linearTicks(max).map(({ label }) => label);
  assertEquals(labels(8321), ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]);
  assertEquals(labels(1), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  assertEquals(labels(0.024), ["0", "0.005", "0.01", "0.015", "0.02", "0.025"]);
  assertEquals(labels(2.3), ["0", "0.5", "1", "1.5", "2", "2.5"]);
});

Deno.test("escapeHtml() leaves nothing that HTML takes for its own", () => {
  assertEquals(escapeHtml(`a<b>&"'`), "a&#60;b&#62;&#38;&#34;&#39;");
});

Deno.test("lineChart() draws other lines in the same axes, and tells whose they are", () => {
  const labels = { title: "t", xLabel: "x", yLabel: "y" };
  const others = [
    { className: "one", name: "<one>", points: [{ x: 0, y: 1 }, { x: 10, y: 100 }] },
    { className: "two dashed", name: "two", points: [{ x: 5, y: 10 }] },
  ];
  const chart = lineChart({
    id: "a",
    ...labels,
    points: [],
    others,
    xTicks: [],
    isLogarithmic: true,
  });
  const lines = chart.matchAll(/<polyline class="([^"]*)" points="([^"]*)"><title>([^<]*)</g);
  assertEquals(Array.from(lines, ([, ...parts]) => parts), [
    ["one", "76,274 692,54", "&#60;one&#62;"],
    ["two dashed", "384,164", "two"],
  ]);
  assertEquals(chart.match(/<polyline/g)?.length, 2);
});
