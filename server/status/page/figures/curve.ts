/**
 * A curve over time: where its points and the marks of its axes are.
 *
 * @module
 */

import type { Point } from "../../state.ts";
import type { Figure, Unit } from "./series.ts";

/** The size of a curve's picture; the page draws it as wide as there is room. */
export const CURVE = { width: 340, height: 150, left: 58, right: 8, top: 10, bottom: 24 } as const;

/** A mark at the upward axis. */
export interface ValueTick {
  /** The value. */
  readonly value: number;
  /** Where. */
  readonly y: number;
}

/** What is drawn. */
export interface Curve {
  /** The marks at the upward axis. */
  readonly ticks: readonly ValueTick[];
  /** The pieces of each line, as the `points` of polylines; a value that is not known ends a piece. */
  readonly lines: readonly (readonly string[])[];
}

const RIGHT = CURVE.width - CURVE.right;
const BOTTOM = CURVE.height - CURVE.bottom;

/** Places the curves of a figure in the time before `to`. */
export function layoutCurve(
  { lines, unit }: Figure,
  { history, from, to }: {
    readonly history: readonly Point[];
    readonly from: number;
    readonly to: number;
  },
): Curve {
  const values = lines.flatMap(({ valueOf }) => history.map(valueOf)).filter((value) =>
    value !== null
  );
  const steps = valueTicks(Math.max(0, ...values), unit);
  const top = steps.at(-1) ?? 1;
  const toY = (value: number) => round(BOTTOM - value / top * (BOTTOM - CURVE.top));
  const toX = (at: number) => round(CURVE.left + (at - from) / (to - from) * (RIGHT - CURVE.left));
  // Start-up times are of some seconds only, and nothing lies between them: each is a dot.
  const isSparse = unit === "ms";
  return {
    ticks: steps.map((value) => ({ value, y: toY(value) })),
    lines: lines.map(({ valueOf }) => {
      const pieces: string[][] = [[]];
      for (const point of history) {
        const value = valueOf(point);
        if (value !== null) pieces.at(-1)?.push(`${toX(point.at)},${toY(value)}`);
        if ((value === null || isSparse) && pieces.at(-1)?.length !== 0) pieces.push([]);
      }
      return pieces.filter(({ length }) => length > 0).map((piece) => piece.join(" "));
    }),
  };
}

/** Two to four values from 0 until `max` is reached, round in their unit. */
export function valueTicks(max: number, unit: Unit): readonly number[] {
  const base = unit === "bytes" ? powerBelow(max, 1024) : 1;
  const least = unit === "part" ? 0.001 : 1;
  const end = Math.max(max / base, least);
  const power = powerBelow(end, 10);
  const step = [0.5, 1, 2, 5].map((part) => part * power).find((step) => end <= 3 * step) ??
    10 * power;
  const whole = unit === "count" ? Math.max(1, step) : step;
  const count = Math.max(1, Math.ceil(end / whole - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => index * whole * base);
}

function powerBelow(value: number, base: number): number {
  return value <= 0 ? 1 : base ** Math.floor(Math.log(value) / Math.log(base) + 1e-9);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
