import { CURVE, layoutCurve, valueTicks } from "../../../../../server/status/page/figures/curve.ts";
import {
  type Figure,
  FIGURES,
  formatValue,
  rangeOf,
} from "../../../../../server/status/page/figures/series.ts";
import type { Point } from "../../../../../server/status/state.ts";
import { assert, assertEquals } from "../../../../assert.ts";

function figureNamed(name: string): Figure {
  const figure = FIGURES.find((figure) => figure.name === name);
  assert(figure !== undefined);
  return figure;
}

function pointAt(at: number, point: Partial<Point> = {}): Point {
  return {
    ...{ at, connections: 0, acceptedPerSecond: 0, bytesInPerSecond: 0, bytesOutPerSecond: 0 },
    ...{ workers: 0, queueLength: null, pssBytes: null, cpu: null, startMs: null },
    ...point,
  };
}

Deno.test("the upward axis reaches the greatest value in few steps that are round in its unit", () => {
  assertEquals(valueTicks(0, "count"), [0, 1]);
  assertEquals(valueTicks(4, "count"), [0, 2, 4]);
  assertEquals(valueTicks(40, "count"), [0, 20, 40]);
  assertEquals(valueTicks(3 * 1024 ** 2, "bytes"), [0, 1024 ** 2, 2 * 1024 ** 2, 3 * 1024 ** 2]);
  assertEquals(valueTicks(2, "part"), [0, 1, 2]);
  for (const max of [0.02, 0.4, 7, 99, 1023, 1024, 5e6, 1e12]) {
    for (const unit of ["count", "bytes", "ms", "part"] as const) {
      const ticks = valueTicks(max, unit);
      assert((ticks.at(-1) ?? 0) >= max, `${max} ${unit}`);
      assert(ticks.length >= 2 && ticks.length <= 5, `${max} ${unit}: ${ticks}`);
      const labels = ticks.map((tick) => formatValue(tick, unit));
      assertEquals(new Set(labels).size, labels.length, `${labels}`);
    }
  }
});

Deno.test("a curve goes from left to right, inside of its axes", () => {
  const history = [10, 11, 12].map((at) => pointAt(at * 1000, { connections: at }));
  const { lines } = layoutCurve(figureNamed("connections"), { history, from: 0, to: 12_000 });
  const points = (lines[0]?.[0] ?? "").split(" ").map((point) => point.split(",").map(Number));
  assertEquals(points.length, 3);
  assertEquals(points.at(-1)?.[0], CURVE.width - CURVE.right);
  for (const [x = NaN, y = NaN] of points) {
    assert(x >= CURVE.left && y >= CURVE.top && y <= CURVE.height - CURVE.bottom, `${x},${y}`);
  }
});

Deno.test("a curve has a gap where a value is not known", () => {
  const values = [1, 2, null, 3];
  const history = values.map((queueLength, index) => pointAt(index * 1000, { queueLength }));
  const { lines } = layoutCurve(figureNamed("queue"), { history, from: 0, to: 3000 });
  assertEquals(lines[0]?.map((piece) => piece.split(" ").length), [2, 1]);
});

Deno.test("start-up times are dots: nothing lies between them", () => {
  const history = [80, 70, null, 90].map((startMs, index) => pointAt(index * 1000, { startMs }));
  const { lines } = layoutCurve(figureNamed("start"), { history, from: 0, to: 2000 });
  assertEquals(lines[0]?.map((piece) => piece.split(" ").length), [1, 1, 1]);
});

Deno.test("a figure's range leaves out what is not known", () => {
  const history = [5, 2, null].map((queueLength, index) => pointAt(index, { queueLength }));
  assertEquals(rangeOf(figureNamed("queue"), history), { last: 2, min: 2, max: 5 });
  assertEquals(rangeOf(figureNamed("cpu"), history), { last: null, min: null, max: null });
});
