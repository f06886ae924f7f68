/** The report of a load: its figures, the text, and the page. */

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
  binary: false,
  rate: 0,
  processes: 1,
  tls: null,
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
  return reportOf({ ...OPTIONS, ...options }, tally);
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
  const report = reportOf(OPTIONS, tally);
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

/** A report of these counts, and nothing else. */
function reportWith(counts: Partial<Tally>, options: Partial<LoadOptions> = {}): LoadReport {
  const tally = Object.assign(new Tally(), counts);
  return reportOf({ ...OPTIONS, ...options }, tally);
}

Deno.test("a load was stopped where a connection is neither done nor failed, and nowhere else", () => {
  const stoppedWith = (counts: Partial<Tally>, failed: number) => {
    const tally = Object.assign(new Tally(), counts);
    tally.fail({ kind: "refused", reason: "connection refused" }, failed);
    return reportOf(OPTIONS, tally).stopped;
  };
  assertEquals(stoppedWith({ done: 1000 }, 0), false);
  assertEquals(stoppedWith({ done: 0 }, 1000), false);
  assertEquals(stoppedWith({ done: 990 }, 10), false);
  assertEquals(stoppedWith({ done: 990 }, 9), true);
  assertEquals(stoppedWith({ done: 990, interrupted: 1 }, 9), true);
  assertEquals(stoppedWith({}, 0), true);
});

Deno.test("every latency of the report is the one that was counted", () => {
  const tally = new Tally();
  const { late, connect, firstEcho, roundTrip } = tally.latencies;
  for (let i = 1; i <= 1000; i++) {
    late.record(i);
    connect.record(10 * i);
  }
  firstEcho.record(3);
  const { latencyMs, distribution } = reportOf(OPTIONS, tally);
  assertEquals(latencyMs.late.count, 1000);
  assertEquals(
    [latencyMs.late.p50, latencyMs.late.p90, latencyMs.late.p99, latencyMs.late.p999].map((ms) =>
      Math.round(ms / 10)
    ),
    [50, 90, 99, 100],
  );
  assertEquals([latencyMs.connect.max, latencyMs.connect.mean], [10_000, 5005]);
  assertEquals([latencyMs.firstEcho.max, latencyMs.firstEcho.count], [3, 1]);
  assertEquals([latencyMs.roundTrip.count, roundTrip.count], [0, 0]);
  assertEquals([distribution.curve, distribution.ranges], [[], []]);
});

Deno.test("the text tells of interrupted connections, and those not begun, only where there are some", () => {
  const lineOf = (report: LoadReport) => /^connections +(.*)$/m.exec(formatTextReport(report))?.[1];
  assertEquals(lineOf(reportWith({ done: 1000 })), "1,000 done, 0 failed");
  assertEquals(lineOf(reportWith({ done: 999 })), "999 done, 0 failed, 1 not begun");
  assertEquals(
    lineOf(reportWith({ done: 999, interrupted: 1 })),
    "999 done, 0 failed, 1 interrupted",
  );
});

Deno.test("the text counts one as one, and tells how many processes shared the load", () => {
  const headOf = (options: Partial<LoadOptions>) =>
    formatTextReport(reportWith({ done: 1000 }, options)).split("\n")[0];
  assertEquals(
    headOf({ connections: 1, messages: 1, size: 1, concurrency: 1 }),
    "1 connection to 127.0.0.1:9000, 1 at a time, 1 message of 1 byte each",
  );
  assertEquals(
    headOf({ processes: 3 }),
    "1,000 connections to 127.0.0.1:9000, 16 at a time, 2 messages of 64 bytes each, by 3 processes",
  );
});

Deno.test("a report tells that any byte was sent, and which echoes were short", () => {
  const tally = new Tally();
  tally.fail({ kind: "shortEcho", reason: "connection 2 got 12 of 64 bytes back" }, 3);
  const report = reportOf({ ...OPTIONS, binary: true }, tally);
  assertEquals([report.load.binary, report.failures.shortEcho], [true, 3]);
  const text = formatTextReport(report);
  assertMatch(text, /2 messages of 64 bytes each, any byte/);
  assertMatch(text, /^ {2}short echo +3 \(connection 2 got 12 of 64 bytes back\)$/m);
  const html = formatHtmlReport(report);
  assertMatch(html, /2 messages of 64 bytes each, any byte/);
  assertMatch(html, /short echo<\/th><td data-metric="failures\.shortEcho" data-value="3">3</);
  assertMatch(html, /connection 2 got 12 of 64 bytes back/);
});

Deno.test("the text tells small rates with a digit, and great ones without", () => {
  const text = formatTextReport(reportWith({ done: 3, messages: 12_345, durationMs: 2222 }));
  assertMatch(text, /^connections\/s +1\.4$/m);
  assertMatch(text, /^messages\/s +5,556 \(/m);
});

Deno.test("the text shows a distribution by bars, and none where nothing was measured", () => {
  const tally = new Tally();
  for (const [ms, count] of [[0.5, 400], [3, 1], [20, 1000], [200, 39]] as const) {
    for (let i = 0; i < count; i++) tally.latencies.roundTrip.record(ms);
  }
  const text = formatTextReport(reportOf(OPTIONS, tally));
  const rows = text.slice(text.indexOf("round trip, ms\n")).split("\n").slice(1);
  const shown = rows.map((row) =>
    /^ *(\S+) to +(\S+) {2}(#*) +(\S+)$/.exec(row)?.slice(1).map((cell) =>
      cell.startsWith("#") ? cell.length : cell
    )
  );
  assertEquals(shown, [
    ["0.256", "0.512", 16, "400"],
    ["0.512", "1.024", "", "0"],
    ["1.024", "2.048", "", "0"],
    ["2.048", "4.096", 1, "1"],
    ["4.096", "8.192", "", "0"],
    ["8.192", "16.4", "", "0"],
    ["16.4", "32.8", 40, "1,000"],
    ["32.8", "65.5", "", "0"],
    ["65.5", "131", "", "0"],
    ["131", "262", 2, "39"],
  ]);
  assertNotMatch(formatTextReport(reportWith({ done: 1000 })), /round trip, ms/);
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
    const report = reportOf({ ...OPTIONS, rate }, tally);
    assertMatch(formatTextReport(report), /^connect +- +- +- +- +-$/m);
    const html = formatHtmlReport(report);
    assertNotMatch(html, /NaN|Infinity|undefined/);
    assertNotMatch(JSON.stringify(report), /null,"p50|NaN/);
  }
});

Deno.test("the page tells what the text tells: an early end, lateness with a rate, failures that there were", () => {
  const ended = formatHtmlReport(reportWith({ done: 1000 }));
  const stopped = formatHtmlReport(someReport());
  assertMatch(stopped, /<p id="summary">900 done, .*\(stopped early\)<\/p>/);
  assertNotMatch(ended, /stopped early/);
  assertNotMatch(stopped, /opened late by|timed out/);
  assertMatch(formatHtmlReport(someReport({ rate: 5 })), /<th>opened late by<\/th>/);
  assertMatch(ended, /<p>No message came back\.<\/p>/);
  assertNotMatch(ended, /<svg/);
});

/** The marks on an axis of a chart of the page: `x` or `y`. */
function ticksOf(html: string, { chart, axis }: { chart: string; axis: "x" | "y" }): string[] {
  const svg = new RegExp(`<svg id="${chart}"[^]*?</svg>`).exec(html)?.[0] ?? "";
  const ticks = svg.matchAll(new RegExp(`<line class="grid".*class="${axis}">([^<]*)<`, "g"));
  return Array.from(ticks, ([, label = ""]) => label);
}

Deno.test("the latency curve ends at the rarest latency, and its axes go no further", () => {
  const tally = Object.assign(new Tally(), { messages: 20 });
  for (let i = 0; i < 20; i++) tally.latencies.roundTrip.record(0.5 * (i + 1));
  const report = reportOf(OPTIONS, tally);
  const html = formatHtmlReport(report);
  // The last of twenty is one in 10^1.3: beyond 90 %, and not at 99 %.
  assertEquals(ticksOf(html, { chart: "latency", axis: "x" }), ["0 %", "50 %", "90 %", "max"]);
  assertEquals(ticksOf(html, { chart: "latency", axis: "y" }), ["0.1", "1", "10"]);
  const marks = html.matchAll(/class="mark">([^<]+)</g);
  assertEquals(Array.from(marks, ([, name]) => name), ["p50", "p90", "max"]);
});

Deno.test("a latency of no time at all is drawn at a microsecond", () => {
  const tally = Object.assign(new Tally(), { messages: 1 });
  tally.latencies.roundTrip.record(0);
  const html = formatHtmlReport(reportOf(OPTIONS, tally));
  assertEquals(ticksOf(html, { chart: "latency", axis: "y" }), ["0.001", "0.01"]);
});

Deno.test("the throughput is drawn in steps, the last as long as the load was, or a tenth of a step", () => {
  const pointsWith = (durationMs: number) => {
    const tally = Object.assign(new Tally(), { messages: 20, durationMs });
    for (const ms of [0, 10, 60, 100, 101]) tally.timeline.recordMessage(ms);
    const html = formatHtmlReport(reportOf(OPTIONS, tally));
    const ticks = ticksOf(html, { chart: "throughput", axis: "x" });
    const svg = /<svg id="throughput"[^]*/.exec(html)?.[0] ?? "";
    const points = (/<polyline points="([^"]*)"/.exec(svg)?.[1] ?? "").split(" ");
    return { ticks, yTicks: ticksOf(html, { chart: "throughput", axis: "y" }), points };
  };
  // Two messages in 50 ms, one in 50 ms, two in 20 ms: 40, 20 and 100 a second.
  assertEquals(pointsWith(120), {
    ticks: ["0", "0.05", "0.1"],
    yTicks: ["0", "20", "40", "60", "80", "100"],
    points: ["76,186", "332.7,186", "332.7,230", "589.3,230", "589.3,54", "692,54"],
  });
  assertEquals(pointsWith(101).yTicks.at(-1), "400");
});
