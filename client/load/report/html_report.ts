/**
 * The report of a load as one page of HTML that needs nothing else: figures, the latency curve, and the throughput over
 * time. Every figure is in an element that names it as the JSON report does (`data-metric`), with its value as it is
 * there (`data-value`).
 *
 * @module
 */

import { formatEndpoint } from "../../../ipc/address.ts";
import {
  CHART_STYLE,
  type ChartPoint,
  escapeHtml,
  linearTicks,
  lineChart,
  type Mark,
  type Tick,
} from "./chart.ts";
import { FAILURE_KINDS, FAILURE_WORDS } from "../failure.ts";
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
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff }
h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
p { margin: .2rem 0 } .tables { display: flex; flex-wrap: wrap; gap: 1rem 4rem; margin-top: 1.5rem }
table { border-collapse: collapse; align-self: start; font-variant-numeric: tabular-nums }
th, td { padding: .2rem 0 .2rem 2rem; text-align: right; border-bottom: 1px solid #8884 }
th { font-weight: 600 } th:first-child, td.text { padding-left: 0; text-align: left }
`;

/** The marks of an axis of percentiles, as {@linkcode nines} places them. */
export const PERCENTS: readonly Tick[] = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999].map((
  percent,
) => ({
  at: nines(percent),
  label: `${percent} %`,
}));

/** The percentiles that are pointed out on the curve. */
const MARKS = [
  { percent: 50, column: "p50" },
  { percent: 90, column: "p90" },
  { percent: 99, column: "p99" },
  { percent: 99.9, column: "p999" },
] as const;

/** The page, whole. */
export function formatHtmlReport(report: LoadReport): string {
  const { server, stopped } = report;
  const title = `Load of ${formatEndpoint({ hostname: server.host, port: server.port })}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${CHART_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(describeLoad(report))}</p>
<p id="summary">${escapeHtml(describeConnections(report))}${stopped ? " (stopped early)" : ""}</p>
<div class="tables">
${rates(report)}
${connections(report)}
</div>
<h2>Latency in milliseconds</h2>
${latencies(report)}
${report.messages.done === 0 ? "<p>No message came back.</p>" : charts(report)}
</body>
</html>
`;
}

function charts(report: LoadReport): string {
  return `${latencyChart(report)}\n<h2>Throughput</h2>\n${throughputChart(report)}`;
}

/** A figure: its name in the JSON report, its value, and how people read it. */
type Figure = readonly [metric: string, value: number, text: string];

function countOf(metric: string, value: number): Figure {
  return [metric, value, formatCount(value)];
}

function rates({ connections, messages, bytes }: LoadReport): string {
  const rateOf = (metric: string, value: number): Figure => [metric, value, formatRate(value)];
  return table("rates", ["", "done", "per second"], [
    row("connections", [
      countOf("connections.done", connections.done),
      rateOf("connections.perSecond", connections.perSecond),
    ]),
    row("messages", [
      countOf("messages.done", messages.done),
      rateOf("messages.perSecond", messages.perSecond),
    ]),
    row("bytes", [
      countOf("bytes.echoed", bytes.echoed),
      rateOf("bytes.perSecond", bytes.perSecond),
    ]),
  ]);
}

function connections({ connections, failures, reasons, durationMs }: LoadReport): string {
  const rows = [
    row("connections asked for", [countOf("connections.asked", connections.asked)]),
    row("failed", [countOf("connections.failed", connections.failed)]),
    ...FAILURE_KINDS.filter((kind) => failures[kind] > 0).map((kind) =>
      row(`— ${FAILURE_WORDS[kind]}`, [countOf(`failures.${kind}`, failures[kind])]) +
      `<tr><td class="text" colspan="2">${escapeHtml(reasons[kind] ?? "")}</td></tr>`
    ),
    row("interrupted", [countOf("connections.interrupted", connections.interrupted)]),
    row("not begun", [countOf("connections.notBegun", connections.notBegun)]),
    row("time, ms", [countOf("durationMs", durationMs)]),
  ];
  return table("connections", [], rows);
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
  return table("latencies", ["", "p50", "p90", "p99", "p99.9", "max"], rows);
}

function table(id: string, heads: readonly string[], rows: readonly string[]): string {
  const head = `<tr>${heads.map((text) => `<th>${text}</th>`).join("")}</tr>`;
  return `<table id="${id}">\n${[...heads.length > 0 ? [head] : [], ...rows].join("\n")}\n</table>`;
}

function row(name: string, figures: readonly Figure[]): string {
  const cells = figures.map(([metric, value, text]) =>
    `<td data-metric="${escapeHtml(metric)}" data-value="${value}">${escapeHtml(text)}</td>`
  );
  return `<tr><th>${escapeHtml(name)}</th>${cells.join("")}</tr>`;
}

function latencyChart({ distribution, latencyMs }: LoadReport): string {
  const { of, curve } = distribution;
  const rarest = nines(curve.at(-2)?.percent ?? 0);
  // The last point is the greatest latency of all: at 100 %, which no number of nines reaches.
  const last = rarest + 0.3;
  // A logarithmic axis has no 0; less than a microsecond is not measured.
  const pointAt = (x: number, ms: number): ChartPoint => ({ x, y: Math.max(ms, 0.001) });
  // Three digits, as many as the histogram knows.
  const markAt = (x: number, name: string, ms: number): Mark => ({
    ...pointAt(x, ms),
    name,
    value: Number(ms.toPrecision(3)).toLocaleString("en-US"),
  });
  const marks: Mark[] = MARKS
    .filter(({ percent }) => nines(percent) <= rarest)
    .map(({ percent, column }) => markAt(nines(percent), `p${percent}`, latencyMs[of][column]));
  marks.push(markAt(last, "max", latencyMs[of].max));
  return lineChart({
    id: "latency",
    title: `Latency by percentile: ${LATENCY_WORDS[of]}`,
    xLabel: "percentile: so many took no longer",
    yLabel: `${LATENCY_WORDS[of]}, ms`,
    points: curve.map(({ percent, ms }) => pointAt(percent === 100 ? last : nines(percent), ms)),
    xTicks: [...PERCENTS.filter(({ at }) => at <= rarest), { at: last, label: "max" }],
    marks,
    isLogarithmic: true,
  });
}

/** 0 for 0 %, 1 for 90 %, 2 for 99 %: the rarer, the more room. */
export function nines(percent: number): number {
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
    xTicks: linearTicks(seconds).filter(({ at }) => at <= seconds),
    isLogarithmic: false,
  });
}
