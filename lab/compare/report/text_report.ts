/**
 * The report as text for people.
 *
 * @module
 */

import { FIGURE_NAMES, type FigureName, FIGURES } from "./figures.ts";
import type { CompareReport, Figure, ModelReport } from "./report.ts";

/** As wide as sentences get. */
const WIDTH = 100;

/** What is printed where there is no figure. */
const NONE = "-";

/** The line under the figures: how far their rounds lie apart. */
const SPREAD = "  spread";

/** The report as lines: the table, each model with its sentence; the ranks; what the figures are worth. */
export function formatTextReport(report: CompareReport): string {
  return [
    describeRun(report),
    "",
    ...report.models.length === 0 ? ["Nothing was measured."] : formatTable(report.models),
    ...formatRanks(report.models),
    "",
    describeNoise(report),
    ...report.leftOut.map(({ name, reason }) => `Left out: ${name} (${reason})`),
  ].join("\n");
}

/** What was done, in a line. */
export function describeRun(
  { models, concurrency, rounds, durationMs, stopped }: CompareReport,
): string {
  return [
    count(models.length, "model"),
    `${count(concurrency, "client")} at once`,
    count(rounds, "round"),
    `${(durationMs / 1000).toFixed(0)} s`,
  ].join(", ") + (stopped ? " (stopped early)" : "");
}

/** How much chance is in the figures, in a line. */
export function describeNoise({ noise }: CompareReport): string {
  if (noise === null) {
    return "A figure of one round says nothing about the next: nothing is ranked.";
  }
  return `The rounds of a figure lie ${
    formatShare(noise.median)
  } of it apart in the middle of all figures, ` +
    `${
      formatShare(noise.most)
    } at most (spread). A rank counts the models that are better in every round.`;
}

/** A share as per cent. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100).toLocaleString("en-US")} %`;
}

/** A figure for people, in the unit of its heading. */
export function formatValue(name: FigureName, { value }: Figure): string {
  return value === null ? NONE : FIGURES[name].format(value);
}

function formatTable(models: readonly ModelReport[]): string[] {
  const cells = models.map(({ figures }) => ({
    values: FIGURE_NAMES.map((name) => formatValue(name, figures[name])),
    spreads: FIGURE_NAMES.map((name) => {
      const { spread } = figures[name];
      return spread === null || FIGURES[name].better === "neither" ? "" : formatShare(spread);
    }),
  }));
  const headings = [0, 1].map((line) =>
    FIGURE_NAMES.map((name) => FIGURES[name].heading[line] ?? "")
  );
  const first = Math.max(SPREAD.length, ...models.map(({ name }) => name.length));
  const widths = FIGURE_NAMES.map((_, at) => {
    const texts = [...headings, ...cells.flatMap(({ values, spreads }) => [values, spreads])];
    return Math.max(...texts.map((row) => row[at]?.length ?? 0));
  });
  const line = (name: string, row: readonly string[]) =>
    [name.padEnd(first), ...row.map((text, at) => text.padStart(widths[at] ?? 0))].join("  ")
      .trimEnd();
  return [
    ...headings.map((row) => line("", row)),
    ...models.flatMap(({ name, sentence, remarks }, at) => [
      line(name, cells[at]?.values ?? []),
      line(SPREAD, cells[at]?.spreads ?? []),
      ...[sentence, ...remarks].flatMap((text) => wrap(text).map((part) => `  ${part}`)),
    ]),
  ];
}

/** For each figure the models from the best to the worst, those together that share a rank. */
function formatRanks(models: readonly ModelReport[]): string[] {
  const rows = FIGURE_NAMES.flatMap((name) => {
    const places = ranking(name, models);
    // With one rank for all there is nothing to tell.
    return places.length < 2 ? [] : [[FIGURES[name].title, formatPlaces(places)]];
  });
  const width = Math.max(...rows.map(([title = ""]) => title.length));
  return rows.length === 0
    ? []
    : ["", ...rows.map(([title = "", places = ""]) => `${title.padEnd(width)}  ${places}`)];
}

/** The models of one rank. */
export interface Place {
  /** The rank. */
  readonly rank: number;
  /** Who shares it. */
  readonly names: readonly string[];
}

/** The ranks of a figure that somebody has, from the best. */
export function ranking(name: FigureName, models: readonly ModelReport[]): Place[] {
  const byRank = Map.groupBy(models, ({ figures }) => figures[name].rank);
  return [...byRank].flatMap(([rank, its]): Place[] =>
    rank === null ? [] : [{ rank, names: its.map((model) => model.name) }]
  ).toSorted((a, b) => a.rank - b.rank);
}

/** The models from the best to the worst, in a line. */
export function formatPlaces(places: readonly Place[]): string {
  return places.map(({ rank, names }) => `${rank}. ${names.join(", ")}`).join("; ");
}

/** The text in lines of that width or a little more, where a word is longer. */
function wrap(text: string): string[] {
  return text.match(new RegExp(`\\S.{0,${WIDTH - 1}}(?=\\s|$)|\\S+`, "g")) ?? [];
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
