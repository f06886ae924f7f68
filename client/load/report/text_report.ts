/**
 * The report of a load as text for people.
 *
 * @module
 */

import { formatEndpoint } from "../../../ipc/address.ts";
import { FAILURE_KINDS, FAILURE_WORDS } from "../failure.ts";
import type { LatencyReport, LoadReport } from "./report.ts";

const BAR_WIDTH = 40;

/** The latencies, as both reports call them. */
export const LATENCY_WORDS = {
  late: "opened late by",
  connect: "connect",
  firstEcho: "first echo",
  roundTrip: "round trip",
} as const;

/** What was asked for, in a line. */
export function describeLoad({ server, load, connections }: LoadReport): string {
  const { concurrency, rate, messages, size, binary, tls, processes } = load;
  const pace = rate === null ? `${concurrency} at a time` : `${rate} per second`;
  return [
    `${count(connections.asked, "connection")} to ` +
    formatEndpoint({ hostname: server.host, port: server.port }) + (tls ? " with TLS" : ""),
    pace,
    `${count(messages, "message")} of ${count(size, "byte")} each${binary ? ", any byte" : ""}`,
    ...processes > 1 ? [`by ${processes} processes`] : [],
  ].join(", ");
}

/** How many connections became what, in words. */
export function describeConnections({ connections }: LoadReport): string {
  const { done, failed, interrupted, notBegun } = connections;
  return [
    `${formatCount(done)} done`,
    `${formatCount(failed)} failed`,
    ...interrupted > 0 ? [`${formatCount(interrupted)} interrupted`] : [],
    ...notBegun > 0 ? [`${formatCount(notBegun)} not begun`] : [],
  ].join(", ");
}

/** The report as lines. */
export function formatTextReport(report: LoadReport): string {
  const { connections, messages, bytes, failures, reasons } = report;
  const rows = [
    ["connections", describeConnections(report)],
    ...FAILURE_KINDS.filter((kind) => failures[kind] > 0).map((kind) => [
      `  ${FAILURE_WORDS[kind]}`,
      `${formatCount(failures[kind])} (${reasons[kind] ?? ""})`,
    ]),
    ["time", `${(report.durationMs / 1000).toFixed(3)} s`],
    ["connections/s", formatRate(connections.perSecond)],
    ["messages/s", `${formatRate(messages.perSecond)} (${formatCount(messages.done)} in all)`],
    ["bytes/s", `${formatRate(bytes.perSecond)} (${formatCount(bytes.echoed)} in all)`],
  ];
  const width = Math.max(...rows.map(([name = ""]) => name.length)) + 2;
  return [
    `${describeLoad(report)}${report.stopped ? " (stopped early)" : ""}`,
    "",
    ...rows.map(([name = "", value = ""]) => name.padEnd(width) + value),
    "",
    ...formatLatencies(report),
    ...formatDistribution(report),
  ].join("\n");
}

function formatLatencies({ latencyMs, load }: LoadReport): string[] {
  const cells = (row: LatencyReport) =>
    [row.p50, row.p90, row.p99, row.p999, row.max].map((ms) => formatLatency(ms, row));
  const line = (name: string, values: readonly string[]) =>
    name.padEnd(16) + values.map((value) => value.padStart(11)).join("");
  const names = ["late", "connect", "firstEcho", "roundTrip"] as const;
  return [
    line("latency, ms", ["p50", "p90", "p99", "p99.9", "max"]),
    ...names.filter((name) => name !== "late" || load.rate !== null)
      .map((name) => line(LATENCY_WORDS[name], cells(latencyMs[name]))),
  ];
}

function formatDistribution({ distribution }: LoadReport): string[] {
  const { of, ranges } = distribution;
  if (ranges.length === 0) return [];
  const most = Math.max(...ranges.map(({ count }) => count));
  return [
    "",
    `${LATENCY_WORDS[of]}, ms`,
    ...ranges.map(({ fromMs, toMs, count }) => {
      const limits = `${formatMs(fromMs).padStart(9)} to ${formatMs(toMs).padStart(9)}`;
      const bar = "#".repeat(Math.ceil(count / most * BAR_WIDTH));
      return `${limits}  ${bar.padEnd(BAR_WIDTH)}  ${formatCount(count)}`;
    }),
  ];
}

/** A latency in milliseconds to the microsecond, or a dash where none was measured. */
export function formatLatency(ms: number, { count }: Pick<LatencyReport, "count">): string {
  return count === 0 ? "-" : ms.toFixed(3);
}

/** Three significant digits or so: the limits are powers of two, in microseconds. */
function formatMs(ms: number): string {
  return ms.toFixed(ms < 10 ? 3 : ms < 100 ? 1 : 0);
}

/** `1,000`: a whole number that people can read. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** `1,234.5`: so many per second; small figures keep a digit. */
export function formatRate(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 1000 ? 1 : 0 });
}

function count(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}
