/**
 * Line charts as inline SVG, for any page.
 *
 * A report is one file that is mailed, kept and printed, and read where scripts do not run: an SVG is text in that
 * file, prints as lines at any size, and tells its title to a screen reader. The alternative was `uplot`, which zooms
 * and shows the values under the pointer, by 51 kB of script in every page, on a canvas that has no text and prints as
 * dots. The values that a reader wants to look up are named on the curve, and in a table beside it.
 *
 * @module
 */

/** A point of a line, in the units of the chart's axes. */
export interface ChartPoint {
  /** To the right. */
  readonly x: number;
  /** Upwards. */
  readonly y: number;
}

/** A mark at an axis. */
export interface Tick {
  /** Where. */
  readonly at: number;
  /** What stands there. */
  readonly label: string;
}

/** A point that is pointed out. */
export interface Mark extends ChartPoint {
  /** What it is. */
  readonly name: string;
  /** How much it is. */
  readonly value: string;
}

/** A line among others, which the page gives its looks by its class. */
export interface ChartLine {
  /** The class of the element. */
  readonly className: string;
  /** What it is, for who points at it. */
  readonly name: string;
  /** The line. */
  readonly points: readonly ChartPoint[];
}

/** A chart. */
export interface ChartOptions {
  /** The element's id. */
  readonly id: string;
  /** What it shows, for those who cannot see it. */
  readonly title: string;
  /** What goes to the right. */
  readonly xLabel: string;
  /** What goes upwards. */
  readonly yLabel: string;
  /** The line. */
  readonly points: readonly ChartPoint[];
  /** Other lines in the same axes. */
  readonly others?: readonly ChartLine[];
  /** The marks below. */
  readonly xTicks: readonly Tick[];
  /** Points of the line that are named on it. */
  readonly marks?: readonly Mark[];
  /** Whether the upward axis is logarithmic. */
  readonly isLogarithmic: boolean;
}

const WIDTH = 720;
const HEIGHT = 320;
/** Above there is room for the name of the upward axis, and for the marks at its upper end. */
const MARGIN = { left: 76, right: 28, top: 54, bottom: 46 };
const RIGHT = WIDTH - MARGIN.right;
const BOTTOM = HEIGHT - MARGIN.bottom;

/** How charts look: what a page has in its `<style>`. */
export const CHART_STYLE = `
svg { display: block; width: 100%; height: auto; margin-top: 1rem; overflow: visible }
svg text { font-size: 13px; fill: currentColor }
svg .x, svg .mark { text-anchor: middle } svg .y { text-anchor: end; dominant-baseline: middle }
svg .value { font-weight: 600 } svg .grid { stroke: #8884 }
svg polyline { fill: none; stroke: #06c; stroke-width: 2; stroke-linejoin: round }
svg circle { fill: #06c }
svg .mark { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round }
`;

/** A chart as an `<svg>` element. */
export function lineChart(options: ChartOptions): string {
  const { id, title, xLabel, yLabel, points, xTicks, marks = [], isLogarithmic } = options;
  const { others = [] } = options;
  const all = [...points, ...others.flatMap((line) => line.points)];
  const yTicks = isLogarithmic
    ? powersOfTen(all)
    : linearTicks(Math.max(0, ...all.map(({ y }) => y)));
  const toY = (y: number) => isLogarithmic ? Math.log10(y) : y;
  const xScale = scale([...all.map(({ x }) => x), ...xTicks.map(({ at }) => at)], {
    from: MARGIN.left,
    to: RIGHT,
  });
  const yScale = scale(yTicks.map(({ at }) => toY(at)), { from: BOTTOM, to: MARGIN.top });
  const place = (y: number) => yScale(toY(y));
  const lineOf = (its: readonly ChartPoint[]) =>
    its.map(({ x, y }) => `${xScale(x)},${place(y)}`).join(" ");
  return [
    `<svg id="${escapeHtml(id)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escapeHtml(title)}</title>`,
    ...yTicks.map(({ at, label }) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${RIGHT}" y1="${place(at)}" y2="${place(at)}"/>` +
      `<text x="${MARGIN.left - 8}" y="${place(at)}" class="y">${escapeHtml(label)}</text>`
    ),
    ...xTicks.map(({ at, label }) =>
      `<line class="grid" x1="${xScale(at)}" x2="${
        xScale(at)
      }" y1="${MARGIN.top}" y2="${BOTTOM}"/>` +
      `<text x="${xScale(at)}" y="${BOTTOM + 18}" class="x">${escapeHtml(label)}</text>`
    ),
    `<text x="${(MARGIN.left + RIGHT) / 2}" y="${HEIGHT - 6}" class="x">${
      escapeHtml(xLabel)
    }</text>`,
    `<text x="0" y="14">${escapeHtml(yLabel)}</text>`,
    ...others.length === 0 ? [`<polyline points="${lineOf(points)}"/>`] : [],
    ...others.map((line) =>
      `<polyline class="${escapeHtml(line.className)}" points="${lineOf(line.points)}">` +
      `<title>${escapeHtml(line.name)}</title></polyline>`
    ),
    ...marks.map(({ x, y, name, value }) =>
      `<circle cx="${xScale(x)}" cy="${place(y)}" r="4"/>` +
      `<text x="${xScale(x)}" y="${place(y) - 24}" class="mark">${escapeHtml(name)}</text>` +
      `<text x="${xScale(x)}" y="${place(y) - 10}" class="mark value">${escapeHtml(value)}</text>`
    ),
    "</svg>",
  ].join("\n");
}

/** Text as HTML and its attributes take it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Maps the range of the values to that of the pixels, to a tenth. */
function scale(
  values: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): (value: number) => number {
  const min = Math.min(...values);
  const range = Math.max(...values) - min || 1;
  return (value) => Math.round((from + (value - min) / range * (to - from)) * 10) / 10;
}

function powersOfTen(points: readonly ChartPoint[]): Tick[] {
  const powers = points.map(({ y }) => Math.log10(y));
  const first = Math.floor(Math.min(0, ...powers));
  const last = Math.max(Math.ceil(Math.max(...powers)), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = 10 ** (first + i);
    return { at, label: String(at) };
  });
}

/** From 0 until `max` is reached, in steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(max: number): Tick[] {
  const end = max || 1;
  const power = 10 ** Math.floor(Math.log10(end));
  const step = power * ([0.2, 0.5, 1].find((part) => end <= 5 * part * power) ?? 2);
  // Two digits of the step tell any two ticks apart, and no digit tells how binary fractions are rounded.
  const maximumFractionDigits = Math.max(0, 1 - Math.floor(Math.log10(step)));
  return Array.from({ length: Math.ceil(end / step) + 1 }, (_, i) => {
    const at = i * step;
    return { at, label: at.toLocaleString("en-US", { maximumFractionDigits }) };
  });
}
