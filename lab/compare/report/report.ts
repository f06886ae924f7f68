/**
 * The report: what the samples of all rounds come to. Text, JSON and page show it.
 *
 * @module
 */

import { curveOf, type CurvePoint } from "../../../client/load/report/report.ts";
import type { LatencyHistogram } from "../../../client/load/tally/histogram.ts";
import type { CompareOptions } from "../command.ts";
import type { Sample } from "../measure/visit.ts";
import type { ModelId } from "../models.ts";
import {
  CONNECTIONS_MIN,
  FIGURE_NAMES,
  type FigureName,
  FIGURES,
  firstEchoesOf,
  LATENCIES_MIN,
  roundTripsOf,
  together,
} from "./figures.ts";
import { type Compared, sentenceOf } from "./sentences.ts";
import { median, type Range, rangeOf, ranksOf, spreadOf } from "./statistics.ts";
import { say } from "../../../ipc/say.ts";

/** A figure of a model. */
export interface Figure extends Compared {
  /** What all rounds show; null where they show nothing. */
  readonly value: number | null;
  /** From the lowest to the highest round. */
  readonly range: Range | null;
  /** How far these lie apart, as a share of the value. */
  readonly spread: number | null;
  /** Among the models; see `ranksOf`. */
  readonly rank: number | null;
}

/** A curve of latencies. */
export type Curve = readonly CurvePoint[];

/** What was found out about a model. */
export interface ModelReport {
  /** Its name. */
  readonly name: ModelId;
  /** What it shows. */
  readonly sentence: string;
  /** How many rounds it was measured in. */
  readonly rounds: number;
  /** Connections that came to a good end, and others. */
  readonly connections: { readonly done: number; readonly failed: number };
  /** Its figures. */
  readonly figures: Readonly<Record<FigureName, Figure>>;
  /** Its latencies, of all rounds. */
  readonly curves: { readonly firstEchoMs: Curve; readonly roundTripMs: Curve };
  /** What to know of them: each in a line. */
  readonly remarks: readonly string[];
}

/** A model that has no figures, or not all. */
export interface LeftOut {
  /** Its name. */
  readonly name: ModelId;
  /** Why. */
  readonly reason: string;
}

/** The report of a comparison. */
export interface CompareReport extends Pick<CompareOptions, "concurrency"> {
  /** How long it took. */
  readonly durationMs: number;
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
  /** How many rounds there were. */
  readonly rounds: number;
  /** What was measured, in the order of the models. */
  readonly models: readonly ModelReport[];
  /** How far the rounds of a figure lie apart, as a share of it: in the middle of all figures, and at most. */
  readonly noise: { readonly median: number; readonly most: number } | null;
  /** What was not, or not to the end. */
  readonly leftOut: readonly LeftOut[];
}

/** What was measured of one model, round by round. */
export interface Measured {
  /** Its name. */
  readonly name: ModelId;
  /** One for each round. */
  readonly samples: readonly Sample[];
}

/** Makes the report. */
export function reportOf(
  all: readonly Measured[],
  run: Omit<CompareReport, "models" | "rounds" | "noise">,
): CompareReport {
  const measured = all.filter(({ samples }) => samples.length > 0);
  const tables = figuresOf(measured);
  const figureOf = (id: ModelId, name: FigureName) => tables.get(id)?.[name] ?? null;
  const models = measured.flatMap(({ name, samples }): ModelReport[] => {
    const figures = tables.get(name);
    if (figures === undefined) return [];
    const sentence = sentenceOf(name, figureOf);
    return [{ name, sentence, ...describe(samples), figures }];
  });
  const rounds = Math.max(0, ...models.map((model) => model.rounds));
  return { ...run, rounds, models, noise: noiseOf(models) };
}

type Figures = ModelReport["figures"];

function figuresOf(measured: readonly Measured[]): ReadonlyMap<ModelId, Figures> {
  const columns = FIGURE_NAMES.map((figure) => {
    const { ofRound, ofAll, better } = FIGURES[figure];
    const ranges = measured.map(({ samples }) =>
      rangeOf(samples.map(ofRound).filter((value) => value !== null))
    );
    const values = measured.map(({ samples }) => ofAll(samples));
    const known = ranges.map((range, at) => values[at] === null ? null : range);
    return { figure, values, ranges: known, ranks: ranksOf(known, better) };
  });
  return new Map(measured.map(({ name }, at) => {
    const figures = columns.map(({ figure, values, ranges, ranks }) => {
      const value = values[at] ?? null;
      const range = ranges[at] ?? null;
      const spread = value === null || range === null ? null : spreadOf(range, value);
      return [figure, { value, range, spread, rank: ranks[at] ?? null }];
    });
    return [name, Object.fromEntries(figures)];
  }));
}

function describe(samples: readonly Sample[]): Omit<ModelReport, "name" | "sentence" | "figures"> {
  const sum = (of: (sample: Sample) => number) => samples.reduce((all, each) => all + of(each), 0);
  const done = sum(({ tally }) => tally.done);
  const failed = sum(({ tally }) => tally.failed);
  const firstEchoes = together(samples.map(firstEchoesOf));
  const roundTrips = together(samples.map(roundTripsOf));
  return {
    rounds: samples.length,
    connections: { done, failed },
    curves: { firstEchoMs: curveOf(firstEchoes), roundTripMs: curveOf(roundTrips) },
    remarks: [
      ...tooFew(firstEchoes)
        ? [say`${firstEchoes.count} connections in all: too few for a 99th percentile`]
        : [],
      ...tooFew(roundTrips)
        ? [say`${roundTrips.count} round trips in all: too few for a 99th percentile`]
        : [],
      ...done < CONNECTIONS_MIN
        ? [say`${done} connections in all: too few, its figures are a guess`]
        : [],
      ...failed > 0 ? [say`${failed} connections failed: ${reasonsOf(samples)}`] : [],
    ],
  };
}

function tooFew({ count }: LatencyHistogram): boolean {
  return count < LATENCIES_MIN;
}

function reasonsOf(samples: readonly Sample[]): string {
  const reasons = samples.flatMap(({ tally }) => Object.values(tally.encode().reasons));
  return [...new Set(reasons)].join("; ");
}

function noiseOf(models: readonly ModelReport[]): CompareReport["noise"] {
  const spreads = models.filter(({ rounds }) => rounds > 1).flatMap(({ figures }) =>
    FIGURE_NAMES.filter((name) => FIGURES[name].better !== "neither")
      .map((name) => figures[name].spread)
      .filter((spread) => spread !== null)
  );
  const middle = median(spreads);
  return middle === null ? null : { median: middle, most: Math.max(...spreads) };
}
