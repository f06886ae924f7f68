/** The report of a load: its figures, the text, and the page. */

import { escapeHtml, linearTicks, lineChart } from "../../../../client/load/report/chart.ts";
import { FAILURE_KINDS } from "../../../../client/load/failure.ts";
import { formatHtmlReport } from "../../../../client/load/report/html_report.ts";
import type { LoadOptions } from "../../../../client/load/options.ts";
import { type LoadReport, reportOf } from "../../../../client/load/report/report.ts";
import { Tally } from "../../../../client/load/tally/tally.ts";
import { formatTextReport } from "../../../../client/load/report/text_report.ts";
import { assert, assertEquals, assertMatch, assertNotMatch } from "../../../assert.ts";

const OPTIONS: LoadOptions = {
  hostname: "127.0.0.1",
  port: 9000,
  connections: 1000,
  concurrency: 16,
  messages: 2,
  size: 64,
  rate: 0,
  processes: 1,
  connectTimeoutMs: 10_000,
  timeoutMs: 10_000,
  json: false,
  htmlPath: null,
};

/** The report of a load of which 900 connections are done, 10 failed, and 40 were interrupted. */
function someReport(options: Partial<LoadOptions> = {}): LoadReport {
  const tally = new Tally();
  Object.assign(tally, { done: 900, interrupted: 40, messages: 1800, bytes: 1800 * 64 });
  tally.durationMs = 2000;
  tally.fail({ kind: "refused", reason: "connection refused" }, 7);
  tally.fail({ kind: "wrongEcho", reason: "<script>alert(1)</script>" }, 3);
  for (let i = 1; i <= 1800; i++) {
    tally.latencies.roundTrip.record(i / 10);
    tally.timeline.recordMessage(i);
    if (i % 2 === 0) tally.latencies.connect.record(i / 100);
    if (i % 2 === 0) tally.latencies.firstEcho.record(i / 10);
  }
  return reportOf({ ...OPTIONS, ...options }, { tally, stopped: true });
}

Deno.test("the sums of a report are consistent", () => {
  const { connections, failures, messages, bytes, timeline, distribution } = someReport();
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const { asked, done, failed, interrupted, notBegun } = connections;
  assertEquals(asked, done + failed + interrupted + notBegun);
  assertEquals([done, failed, interrupted, notBegun], [900, 10, 40, 50]);
  assertEquals(failed, sum(Object.values(failures)));
  assertEquals(Object.keys(failures), [...FAILURE_KINDS]);
  assertEquals([connections.perSecond, messages.perSecond, bytes.perSecond], [450, 900, 57_600]);
  assertEquals(sum(timeline.messages), messages.done);
  assertEquals(sum(distribution.ranges.map(({ count }) => count)), 1800);
});

Deno.test("the latency curve rises from 0 to 100 per cent", () => {
  const { curve } = someReport().distribution;
  assertEquals(curve[0]?.percent, 0);
  assertEquals(curve.at(-1), { percent: 100, ms: 180 });
  for (const [i, { percent, ms }] of curve.slice(1).entries()) {
    assert(percent > (curve[i]?.percent ?? 0) && ms >= (curve[i]?.ms ?? 0));
  }
});

Deno.test("the latency curve of millions has one point at 100 per cent", () => {
  const tally = new Tally();
  for (let i = 0; i < 4_000_000; i++) tally.latencies.roundTrip.record(1);
  tally.messages = 4_000_000;
  const report = reportOf(OPTIONS, { tally, stopped: false });
  const { curve } = report.distribution;
  assertEquals(curve.filter(({ percent }) => percent === 100).length, 1);
  assertNotMatch(formatHtmlReport(report), /NaN|Infinity/);
});

Deno.test("with one message the distribution is that of the first echo, else of the round trip", () => {
  assertEquals(someReport({ messages: 1 }).distribution.of, "firstEcho");
  assertEquals(someReport({ messages: 2 }).distribution.of, "roundTrip");
});

Deno.test("formatTextReport() tells what was done, what failed and why", () => {
  const text = formatTextReport(someReport());
  const lines = [
    "1,000 connections to 127.0.0.1:9000, 16 at a time, 2 messages of 64 bytes each (stopped early)",
    "connections    900 done, 10 failed, 40 interrupted, 50 not begun",
    "  refused      7 (connection refused)",
    "connections/s  450",
    "messages/s     900 (1,800 in all)",
    "round trip           90.047    162.047    178.303    179.967    180.000",
  ];
  for (const line of lines) assert(text.split("\n").includes(line), `${line}\nin\n${text}`);
  assertNotMatch(text, /opened late/);
});

Deno.test("with a rate the text tells how late the client itself was", () => {
  const text = formatTextReport(someReport({ rate: 50 }));
  assertMatch(text, /^1,000 connections to 127\.0\.0\.1:9000, 50 per second, /);
  assertMatch(text, /^opened late by +-/m);
});

Deno.test("the page needs nothing from elsewhere, and escapes what it did not write itself", () => {
  for (const hostname of ["127.0.0.1", "<img src=x onerror=alert(1)>", `"'&`]) {
    const html = formatHtmlReport(someReport({ hostname }));
    assertNotMatch(html, /<(script|img|link|iframe|object)/i);
    assertNotMatch(html, /<[^>]*\b(src|href|onerror)=|url\(|@import|https?:/i);
  }
});

Deno.test("the page has every figure under its name, and both curves", () => {
  const report = someReport();
  const html = formatHtmlReport(report);
  const cells = html.matchAll(/data-metric="([^"]+)" data-value="([^"]+)">([^<]*)</g);
  const figures = new Map([...cells].map(([, metric, value, text]) => [metric, [value, text]]));
  assertEquals(figures.get("connections.asked"), ["1000", "1,000"]);
  assertEquals(figures.get("connections.done"), ["900", "900"]);
  assertEquals(figures.get("failures.refused"), ["7", "7"]);
  assertEquals(figures.get("durationMs"), ["2000", "2,000"]);
  assertEquals(figures.get("latencyMs.roundTrip.max"), ["180", "180.000"]);
  assertEquals(figures.get("bytes.echoed"), ["115200", "115,200"]);
  for (const id of ["latency", "throughput"]) {
    const [, points = ""] =
      new RegExp(`<svg id="${id}"[^]*?<polyline points="([^"]*)"`).exec(html) ?? [];
    const numbers = points.split(/[ ,]/).map(Number);
    assert(numbers.length >= 10 && numbers.every(Number.isFinite), `${id}: ${points}`);
  }
});

Deno.test("the page names the server, and marks percentiles on the latency curve", () => {
  const html = formatHtmlReport(someReport({ hostname: "::1" }));
  assertMatch(html, /<h1>Load of \[::1\]:9000<\/h1>/);
  const marks = html.matchAll(/class="mark">([^<]+)<.*class="mark value">([^<]+)</g);
  assertEquals(Array.from(marks, ([, name, value]) => [name, value]), [
    ["p50", "90"],
    ["p90", "162"],
    ["p99", "178"],
    ["p99.9", "180"],
    ["max", "180"],
  ]);
});

Deno.test("a load in which nothing went well has a report too", () => {
  const tally = new Tally();
  tally.fail({ kind: "refused", reason: "connection refused" }, 1000);
  for (const rate of [0, 10]) {
    const report = reportOf({ ...OPTIONS, rate }, { tally, stopped: false });
    assertMatch(formatTextReport(report), /^connect +- +- +- +- +-$/m);
    const html = formatHtmlReport(report);
    assertNotMatch(html, /NaN|Infinity|undefined/);
    assertNotMatch(JSON.stringify(report), /null,"p50|NaN/);
  }
});

Deno.test("lineChart() draws a single point, and a line without height", () => {
  for (const points of [[{ x: 0, y: 5 }], [{ x: 0, y: 0 }, { x: 1, y: 0 }], []]) {
    for (const isLogarithmic of [false, true]) {
      const positive = points.map(({ x, y }) => ({ x, y: Math.max(y, 0.001) }));
      const chart = lineChart({
        id: "a",
        title: "t",
        xLabel: "x",
        yLabel: "y",
        points: positive,
        xTicks: [],
        isLogarithmic,
      });
      assertNotMatch(chart, /NaN|Infinity/);
    }
  }
});

Deno.test("linearTicks() go in steps of 1, 2 or 5 beyond the greatest value", () => {
  const labels = (max: number) => linearTicks(max).map(({ label }) => label);
  assertEquals(labels(8321), ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]);
  assertEquals(labels(1), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  assertEquals(labels(0.024), ["0", "0.005", "0.01", "0.015", "0.02", "0.025"]);
  assertEquals(labels(2.3), ["0", "0.5", "1", "1.5", "2", "2.5"]);
});

Deno.test("escapeHtml() leaves nothing that HTML takes for its own", () => {
  assertEquals(escapeHtml(`a<b>&"'`), "a&#60;b&#62;&#38;&#34;&#39;");
});
