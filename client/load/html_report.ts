/**
 * The report of a load as one page of HTML that needs nothing else: figures, the latency curve, and the throughput over
 * time. Every figure is in an element that names it as the JSON report does (`data-metric`), with its value as it is
 * there (`data-value`).
 *
 * @module
 */

import { type ChartPoint, escapeHtml, lineChart, type Tick } from "./chart.ts";
import { FAILURE_KINDS, FAILURE_WORDS } from "./failure.ts";
import type { LoadReport } from "./report.ts";
import {
  describeConnections,
  describeLoad,
  formatCount,
  formatLatency,
  formatRate,
  LATENCY_WORDS,
} from "./text_report.ts";

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse } th, td { padding: .2rem .8rem .2rem 0; text-align: right }
th:first-child, td.text { text-align: left } th { font-weight: 600 }
svg { width: 100%; height: auto } svg text { font-size: 12px; fill: currentColor }
.x { text-anchor: middle } .y { text-anchor: end; dominant-baseline: middle }
.turned { text-anchor: middle; transform: rotate(-90deg); transform-box: fill-box; transform-origin: center }
.grid { stroke: #8884; stroke-width: 1 } polyline { fill: none; stroke: #06c; stroke-width: 2 }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } polyline { stroke: #6af } }
`;

const PERCENTS: readonly Tick[] = [0, 50, 90, 99, 99.9, 99.99, 99.999].map((percent) => ({
  at: nines(percent),
  label: `${percent}`,
}));

/** The page, whole. */
export function formatHtmlReport(report: LoadReport): string {
  const what = describeLoad(report);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(what)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(what)}</h1>
<p id="summary">${escapeHtml(describeConnections(report))}${
    report.stopped ? " (stopped early)" : ""
  }</p>
${figures(report)}
<h2>Latency in milliseconds</h2>
${latencies(report)}
${latencyChart(report)}
<h2>Throughput</h2>
${throughputChart(report)}
</body>
</html>
`;
}

/** A figure: its name in the JSON report, its value, and how people read it. */
type Figure = readonly [metric: string, value: number, text: string];

function figures(report: LoadReport): string {
  const { connections, messages, bytes, failures, reasons, durationMs } = report;
  const countOf = (metric: string, value: number): Figure => [metric, value, formatCount(value)];
  const rateOf = (metric: string, value: number): Figure => [metric, value, formatRate(value)];
  const rows = [
    row("connections", [countOf("connections.asked", connections.asked)]),
    row("— done", [countOf("connections.done", connections.done)]),
    row("— interrupted", [countOf("connections.interrupted", connections.interrupted)]),
    row("— not begun", [countOf("connections.notBegun", connections.notBegun)]),
    row("— failed", [countOf("connections.failed", connections.failed)]),
    ...FAILURE_KINDS.filter((kind) => failures[kind] > 0).map((kind) =>
      row(`—— ${FAILURE_WORDS[kind]}`, [countOf(`failures.${kind}`, failures[kind])]) +
      `<tr><td class="text" colspan="2">${escapeHtml(reasons[kind] ?? "")}</td></tr>`
    ),
    row("milliseconds", [countOf("durationMs", durationMs)]),
    row("connections per second", [rateOf("connections.perSecond", connections.perSecond)]),
    row("messages", [countOf("messages.done", messages.done)]),
    row("messages per second", [rateOf("messages.perSecond", messages.perSecond)]),
    row("bytes echoed", [countOf("bytes.echoed", bytes.echoed)]),
    row("bytes per second", [rateOf("bytes.perSecond", bytes.perSecond)]),
  ];
  return `<table id="figures">\n${rows.join("\n")}\n</table>`;
}

function latencies({ latencyMs, load }: LoadReport): string {
  const columns = ["p50", "p90", "p99", "p999", "max"] as const;
  const names = ["late", "connect", "firstEcho", "roundTrip"] as const;
  const rows = names.filter((name) => name !== "late" || load.rate !== null).map((name) =>
    row(
      LATENCY_WORDS[name],
      columns.map((column): Figure => {
        const value = latencyMs[name][column];
        return [`latencyMs.${name}.${column}`, value, formatLatency(value, latencyMs[name])];
      }),
    )
  );
  const heads = ["", "p50", "p90", "p99", "p99.9", "max"].map((head) => `<th>${head}</th>`);
  return `<table id="latencies">\n<tr>${heads.join("")}</tr>\n${rows.join("\n")}\n</table>`;
}

function row(name: string, figures: readonly Figure[]): string {
  const cells = figures.map(([metric, value, text]) =>
    `<td data-metric="${escapeHtml(metric)}" data-value="${value}">${escapeHtml(text)}</td>`
  );
  return `<tr><th>${escapeHtml(name)}</th>${cells.join("")}</tr>`;
}

function latencyChart({ distribution }: LoadReport): string {
  const { of, curve } = distribution;
  // The last point is the greatest latency of all: at 100 %, which no number of nines reaches.
  const last = nines(curve.at(-2)?.percent ?? 0) + 0.3;
  const points = curve.map(({ percent, ms }) => ({
    x: percent === 100 ? last : nines(percent),
    // A logarithmic axis has no 0; less than a microsecond is not measured.
    y: Math.max(ms, 0.001),
  }));
  return lineChart({
    id: "latency",
    title: `Latency by percentile: ${LATENCY_WORDS[of]}`,
    xLabel: "percentile",
    yLabel: `${LATENCY_WORDS[of]}, ms`,
    points,
    xTicks: PERCENTS.filter(({ at }) => at <= last),
    isLogarithmic: true,
  });
}

/** 0 for 0 %, 1 for 90 %, 2 for 99 %: the rarer, the more room. */
function nines(percent: number): number {
  return -Math.log10(1 - percent / 100);
}

function throughputChart({ timeline, durationMs }: LoadReport): string {
  const { stepMs, messages } = timeline;
  const points: ChartPoint[] = messages.flatMap((count, i) => {
    const fromMs = i * stepMs;
    // The last step is seldom a whole one; so short a rest of one says little.
    const length = Math.min(stepMs, Math.max(durationMs - fromMs, stepMs / 10));
    const y = count / length * 1000;
    return [{ x: fromMs / 1000, y }, { x: (fromMs + length) / 1000, y }];
  });
  const seconds = durationMs / 1000;
  return lineChart({
    id: "throughput",
    title: "Messages per second over time",
    xLabel: "seconds since the start",
    yLabel: "messages per second",
    points,
    xTicks: [0, 0.25, 0.5, 0.75, 1].map((part) => ({
      at: part * seconds,
      label: (part * seconds).toFixed(2),
    })),
    isLogarithmic: false,
  });
}
