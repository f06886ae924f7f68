/**
 * The report as text for people.
 *
 * @module
 */

import { padEnd, padStart, widthOf, wrap } from "../../../cli/columns.ts";
import { inEnglish, type Translate } from "../../../cli/translation.ts";
import { say } from "../../../ipc/say.ts";
import { FIGURE_NAMES, type FigureName, FIGURES } from "./figures.ts";
import type { CompareReport, Figure, ModelReport } from "./report.ts";

/** As wide as sentences get. */
const WIDTH = 100;

/** What is printed where there is no figure. */
const NONE = "-";

/** The report as lines: the table, each model with its sentence; the ranks; what the figures are worth. */
export function formatTextReport(report: CompareReport, translate: Translate = inEnglish): string {
  const { models, leftOut } = report;
  return [
    describeRun(report, translate),
    "",
    ...models.length === 0
      ? [translate(say`Nothing was measured.`)]
      : formatTable(models, translate),
    ...formatRanks(models, translate),
    "",
    translate(describeNoise(report)),
    ...leftOut.map(({ name, reason }) => translate(say`Left out: ${name} (${reason})`)),
  ].join("\n");
}

/** What was done, in a line. */
export function describeRun(
  { models: { length: models }, concurrency: clients, rounds, durationMs, stopped }: CompareReport,
  translate: Translate,
): string {
  const what = [
    models === 1 ? say`1 model` : say`${models} models`,
    clients === 1 ? say`1 client at once` : say`${clients} clients at once`,
    rounds === 1 ? say`1 round` : say`${rounds} rounds`,
    say`${(durationMs / 1000).toFixed(0)} s`,
  ].map(translate).join(", ");
  return stopped ? translate(say`${what} (stopped early)`) : what;
}

/** How much chance is in the figures, in a line. */
export function describeNoise({ noise }: CompareReport): string {
  if (noise === null) {
    return say`A figure of one round says nothing about the next: nothing is ranked.`;
  }
  return say`The rounds of a figure lie ${
    formatShare(noise.median)
  } of it apart in the middle of all figures, ${
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

function formatTable(models: readonly ModelReport[], translate: Translate): string[] {
  const cells = models.map(({ figures }) => ({
    values: FIGURE_NAMES.map((name) => formatValue(name, figures[name])),
    spreads: FIGURE_NAMES.map((name) => {
      const { spread } = figures[name];
      return spread === null || FIGURES[name].better === "neither" ? "" : formatShare(spread);
    }),
  }));
  const headings = [0, 1].map((line) =>
    FIGURE_NAMES.map((name) => translate(FIGURES[name].heading[line] ?? ""))
  );
  const spreadHead = `  ${translate(say`spread`)}`;
  const first = Math.max(widthOf(spreadHead), ...models.map(({ name }) => name.length));
  const widths = FIGURE_NAMES.map((_, at) => {
    const texts = [...headings, ...cells.flatMap(({ values, spreads }) => [values, spreads])];
    return Math.max(...texts.map((row) => widthOf(row[at] ?? "")));
  });
  const line = (name: string, row: readonly string[]) =>
    [padEnd(name, first), ...row.map((text, at) => padStart(text, widths[at] ?? 0))].join("  ")
      .trimEnd();
  return [
    ...headings.map((row) => line("", row)),
    ...models.flatMap(({ name, sentence, remarks }, at) => [
      line(name, cells[at]?.values ?? []),
      line(spreadHead, cells[at]?.spreads ?? []),
      ...[sentence, ...remarks].flatMap((text) =>
        wrap(translate(text), WIDTH).map((part) => `  ${part}`)
      ),
    ]),
  ];
}

/** For each figure the models from the best to the worst, those together that share a rank. */
function formatRanks(models: readonly ModelReport[], translate: Translate): string[] {
  const rows = FIGURE_NAMES.flatMap((name) => {
    const places = ranking(name, models);
    // With one rank for all there is nothing to tell.
    return places.length < 2 ? [] : [[translate(FIGURES[name].title), formatPlaces(places)]];
  });
  const width = Math.max(...rows.map(([title = ""]) => widthOf(title)));
  return rows.length === 0
    ? []
    : ["", ...rows.map(([title = "", places = ""]) => `${padEnd(title, width)}  ${places}`)];
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
