/**
 * The report as one JSON object.
 *
 * @module
 */

import { FIGURE_NAMES, type FigureName } from "./figures.ts";
import type { CompareReport, Figure, ModelReport } from "./report.ts";

/** One value for each figure, those of a latency together. */
export interface Figures<T> {
  /** Whole connections, each second. */
  readonly connectionsPerSecond: T;
  /** From the begin of a connection to its first echo. */
  readonly firstEchoMs: { readonly median: T; readonly p99: T };
  /** Of a client that stays connected. */
  readonly roundTripMs: { readonly median: T; readonly p99: T };
  /** What comes back in one stream. */
  readonly bytesPerSecond: T;
  /** Processes while clients are connected. */
  readonly processes: T;
  /** Memory (PSS) of a client that does nothing. */
  readonly bytesPerClient: T;
  /** CPU time of the server's processes, those that ended included. */
  readonly cpuMsPerConnection: T;
}

/** A model in the JSON object. What is null was not measured, or too rarely. */
export interface JsonModel extends Figures<number | null>, Omit<ModelReport, "figures" | "curves"> {
  /** How far the rounds of each figure lie apart, as a share of it. */
  readonly spread: Figures<number | null>;
  /** The lowest and the highest round of each figure. */
  readonly range: Figures<readonly [number, number] | null>;
  /** The rank of each figure: one more than the models that are better in every round. */
  readonly rank: Figures<number | null>;
}

/** The JSON object. */
export interface JsonReport extends Omit<CompareReport, "models"> {
  /** The models that were measured. */
  readonly models: readonly JsonModel[];
}

/** Makes the object. */
export function jsonReportOf(report: CompareReport): JsonReport {
  return {
    ...report,
    models: report.models.map(({ figures, curves: _curves, ...model }) => {
      const each = <T>(read: (figure: Figure) => T): Figures<T> =>
        nest((name) => read(figures[name]));
      return {
        ...model,
        ...each(({ value }) => round(value)),
        spread: each(({ spread }) => round(spread)),
        range: each(({ range }): readonly [number, number] | null =>
          range === null ? null : [round(range.low), round(range.high)]
        ),
        rank: each(({ rank }) => rank),
      };
    }),
  };
}

function nest<T>(read: (name: FigureName) => T): Figures<T> {
  const object: Record<string, T | Record<string, T>> = {};
  for (const name of FIGURE_NAMES) {
    const [outer = name, inner] = name.split(".");
    if (inner === undefined) object[outer] = read(name);
    else object[outer] = { ...Object(object[outer]), [inner]: read(name) };
  }
  return object as unknown as Figures<T>;
}

/** To a tenth of a microsecond: more digits say nothing. */
function round<T extends number | null>(value: T): T {
  return (value === null ? null : Math.round(value * 10_000) / 10_000) as T;
}
