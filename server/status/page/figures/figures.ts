/**
 * The figures of the last minutes as curves, and as a table.
 *
 * @module
 */

import type { Point } from "../../state.ts";
import { html, type VNode } from "../ui.ts";
import type { Words } from "../texts/words.ts";
import { timeTicks } from "../timeline/ticks.ts";
import { CURVE, layoutCurve } from "./curve.ts";
import { type Figure, FIGURES, formatValue, rangeOf } from "./series.ts";

/** What the figures are drawn by. */
export interface FiguresOptions {
  /** The figures of each second. */
  readonly history: readonly Point[];
  /** The texts. */
  readonly words: Words;
}

const WIDTH = CURVE.width - CURVE.right - CURVE.left;
const BOTTOM = CURVE.height - CURVE.bottom;

/** A curve of a few seconds says nothing: there is time for more. */
const SPAN_MIN_MS = 60_000;

/** Draws them. */
export function drawFigures({ history, words }: FiguresOptions): VNode {
  const last = history.at(-1);
  const first = history[0];
  if (last === undefined || first === undefined) {
    return html`<p class="empty">${words("figuresEmpty")}</p>`;
  }
  const to = last.at;
  const from = to - Math.max(SPAN_MIN_MS, to - first.at);
  return html`
    <div>
      <div class="figures">
          ${FIGURES.map((figure) => drawFigure(figure, { history, words, from, to }))}
        </div>
      <details><summary>${words("asTable")}</summary>${table({ history, words })}</details>
    </div>
  `;
}

function drawFigure(
  figure: Figure,
  { history, words, from, to }: FiguresOptions & { readonly from: number; readonly to: number },
): VNode {
  const { name, title, unit, lines } = figure;
  const curve = layoutCurve(figure, { history, from, to });
  const { min, max } = rangeOf(figure, history);
  const isOne = lines.length === 1;
  const values = { min: formatValue(min, unit), max: formatValue(max, unit) };
  const range = words(isOne ? "range" : "most", values);
  const now = lines.map(({ valueOf }) => formatValue(lastOf(valueOf, history), unit));
  // Two values have no room beside the title.
  const series = lines.map(({ name }, index) =>
    name !== null && html`
      <span class="series"><i class="swatch swatch-${index}"></i>${words(name)} ${now[index]}</span>
    `
  );
  const ticks = timeTicks(to - from, 4);
  return html`
    <figure key=${name} class=${unit === "ms" ? "part dots" : "part"} tabindex="0" role="group"
      data-part=${`figure:${name}`} aria-label=${`${words(title)}: ${now.join(", ")}. ${range}`}>
      <figcaption><span class="title">${words(
        title,
      )}</span>${isOne
        ? html`<b>${now[0]}</b>`
        : html`<span class="range">${range}</span>`}</figcaption>
      <svg viewBox=${`0 0 ${CURVE.width} ${CURVE.height}`} aria-hidden="true">
          ${curve.ticks.map(({ value, y }) =>
            html`
              <g key=${value}>
                <line class="grid-line" x1=${CURVE.left} x2=${CURVE.width -
                  CURVE.right} y1=${y} y2=${y} />
                <text class="label" text-anchor="end" x=${CURVE.left - 7} y=${y + 4}>${formatValue(
                  value,
                  unit,
                )}</text>
              </g>
            `
          )}
          ${ticks.map(({ agoMs, label }, index) => {
            const x = CURVE.left + WIDTH * (1 - agoMs / (to - from));
            const anchor = index === 0 ? "end" : "middle";
            return html`
              <g key=${agoMs}>
                <line class="grid-line" x1=${x} x2=${x} y1=${CURVE.top} y2=${BOTTOM} />
                <text class="label" text-anchor=${anchor} x=${x} y=${CURVE.height - 7}>${index === 0
                  ? words("now")
                  : `-${label}`}</text>
              </g>
            `;
          })}
          ${curve.lines.map((pieces, index) =>
            pieces.map((points) =>
              html`<polyline class="curve curve-${lines.length > 1 ? index + 1 : 0}" points=${
                points.includes(" ") ? points : `${points} ${points}`
              } />`
            )
          )}
        </svg>
      <p class="range">${isOne ? range : series}</p>
    </figure>
  `;
}

function lastOf(
  valueOf: (point: Point) => number | null,
  history: readonly Point[],
): number | null {
  const known = history.findLast((point) => valueOf(point) !== null);
  return known === undefined ? null : valueOf(known);
}

function table({ history, words }: FiguresOptions): VNode {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${words("figures")}>
      <table>
        <thead>
          <tr>
            <th scope="col">${words("column_figure")}</th>
            <th scope="col">${words("column_now")}</th>
            <th scope="col">${words("column_min")}</th>
            <th scope="col">${words("column_max")}</th>
          </tr>
        </thead>
        <tbody>${FIGURES.flatMap(({ title, unit, lines, name }) =>
          lines.map((line) => {
            const { last, min, max } = rangeOf({ name, title, unit, lines: [line] }, history);
            const suffix = line.name === null ? "" : `, ${words(line.name)}`;
            return html`
              <tr>
                <th scope="row">${words(title) + suffix}</th>
                <td>${formatValue(last, unit)}</td>
                <td>${formatValue(min, unit)}</td>
                <td>${formatValue(max, unit)}</td>
              </tr>
            `;
          })
        )}</tbody>
      </table>
    </div>
  `;
}
