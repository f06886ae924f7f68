/**
 * The figures that the page shows as curves, made of the history.
 *
 * @module
 */

import type { Point } from "../../state.ts";
import { formatBytes, formatMs, formatNumber, formatPercent } from "../format.ts";
import type { TextKey } from "../texts/words.ts";

/** What a figure's values are of. */
export type Unit = "count" | "bytes" | "ms" | "part";

/** A figure, with a line or two. */
export interface Figure {
  /** What explains it: `figure:` and this. */
  readonly name: string;
  /** What it is called. */
  readonly title: TextKey;
  /** What its values are of. */
  readonly unit: Unit;
  /** Each line's name and values. */
  readonly lines: readonly FigureLine[];
}

/** A line of a figure. */
export interface FigureLine {
  /** What it is called, if the figure has two. */
  readonly name: TextKey | null;
  /** Its value in a point; null where it has none. */
  readonly valueOf: (point: Point) => number | null;
}

function single(
  name: "connections" | "accepted" | "start" | "memory" | "cpu" | "queue" | "workers",
  { unit, valueOf }: { readonly unit: Unit; readonly valueOf: (point: Point) => number | null },
): Figure {
  return { name, title: `figure_${name}`, unit, lines: [{ name: null, valueOf }] };
}

/** The figures, in the order of the page. */
export const FIGURES: readonly Figure[] = [
  single("connections", { unit: "count", valueOf: ({ connections }) => connections }),
  single("accepted", { unit: "count", valueOf: ({ acceptedPerSecond }) => acceptedPerSecond }),
  {
    name: "bytes",
    title: "figure_bytes",
    unit: "bytes",
    lines: [
      { name: "series_in", valueOf: ({ bytesInPerSecond }) => bytesInPerSecond },
      { name: "series_out", valueOf: ({ bytesOutPerSecond }) => bytesOutPerSecond },
    ],
  },
  single("workers", { unit: "count", valueOf: ({ workers }) => workers }),
  single("start", { unit: "ms", valueOf: ({ startMs }) => startMs }),
  single("memory", { unit: "bytes", valueOf: ({ pssBytes }) => pssBytes }),
  single("cpu", { unit: "part", valueOf: ({ cpu }) => cpu }),
  single("queue", { unit: "count", valueOf: ({ queueLength }) => queueLength }),
];

/** A value as people read it. */
export function formatValue(value: number | null, unit: Unit): string {
  switch (unit) {
    case "count":
      return value === null ? "–" : formatNumber(value);
    case "bytes":
      return formatBytes(value);
    case "ms":
      return formatMs(value);
    case "part":
      return formatPercent(value);
  }
}

/** The last, the least and the greatest value of a figure's lines; null if none is known. */
export function rangeOf(
  { lines }: Figure,
  history: readonly Point[],
): { readonly last: number | null; readonly min: number | null; readonly max: number | null } {
  let min: number | null = null;
  let max: number | null = null;
  let last: number | null = null;
  for (const { valueOf } of lines) {
    for (const point of history) {
      const value = valueOf(point);
      if (value === null) continue;
      min = Math.min(min ?? value, value);
      max = Math.max(max ?? value, value);
      last = value;
    }
  }
  return { last, min, max };
}
