/**
 * The results as text.
 *
 * @module
 */

import type { Judgement } from "./targets.ts";
import type { Column, Result, Row } from "./trial.ts";

/** Sets rows of cells in columns, the first to the left and the others to the right; the first row is the heading. */
export function formatColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, cell.length));
  }
  return rows.map((row) =>
    row.map((cell, at) => {
      const width = widths[at] ?? 0;
      return at === 0 ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd()
  ).join("\n");
}

/** A number with so many digits behind the point, and its thousands set apart. */
export function formatNumber(value: number, digits: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A ratio with two significant digits at least: `0.014`, `1.25`, `12.5`. */
export function formatRatio(ratio: number): string {
  const digits = ratio >= 10 ? 1 : ratio >= 0.1 || ratio === 0 ? 2 : 3;
  return ratio.toFixed(digits);
}

/** The table of one trial. */
export function formatResult(result: Result): string {
  const { title, columns, rows } = result;
  const compared = result.ratioTo.filter((id) => rows.some((row) => id in row.ratios));
  const [first = "", ...others] = columns.map((column) => column.title);
  const heading = ["", first, ...compared.map((id) => `/ ${id}`), "spread", ...others];
  const measured = rows.filter(({ failure }) => failure === null);
  const lines = measured.map((row) => cellsOf(row, { columns, compared }));
  const failed = rows.filter(({ failure }) => failure !== null)
    .map(({ name, failure }) => `\n  ${name} failed: ${failure}`);
  return `${title}\n${indent(formatColumns([heading, ...lines]))}${failed.join("")}`;
}

function cellsOf(
  row: Row,
  options: { readonly columns: readonly Column[]; readonly compared: readonly string[] },
): string[] {
  const cells = options.columns.map(({ key, digits }) => {
    const value = row.medians[key];
    return value === undefined ? "-" : formatNumber(value, digits);
  });
  const [first = "", ...others] = cells;
  const ratios = options.compared.map((id) => {
    const ratio = row.ratios[id];
    return ratio === undefined ? "-" : formatRatio(ratio);
  });
  return [row.name, first, ...ratios, `${Math.round(row.spread * 100)} %`, ...others];
}

/** The targets, met or not. */
export function formatJudgements(judgements: readonly Judgement[]): string {
  const lines = judgements.map(({ target, actual, isMet }) => {
    if (actual === null) return ["not measured", "", target];
    const digits = actual >= 100 ? 0 : 2;
    return [isMet ? "met" : "NOT MET", formatNumber(actual, digits), target];
  });
  const [verdicts, values] = [0, 1].map((at) =>
    Math.max(...lines.map((line) => (line[at] ?? "").length))
  );
  const text = lines.map(([verdict = "", value = "", target = ""]) =>
    `${verdict.padEnd(verdicts ?? 0)}  ${value.padStart(values ?? 0)}  ${target}`
  );
  return `Targets\n${indent(text.join("\n"))}`;
}

function indent(text: string): string {
  return text.split("\n").map((line) => `  ${line}`).join("\n");
}
