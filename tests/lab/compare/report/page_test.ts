import { MODEL_IDS } from "../../../../lab/compare/models.ts";
import { FIGURE_NAMES } from "../../../../lab/compare/report/figures.ts";
import { formatHtmlReport } from "../../../../lab/compare/report/html_report.ts";
import { type CompareReport, reportOf } from "../../../../lab/compare/report/report.ts";
import { formatTextReport } from "../../../../lab/compare/report/text_report.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../../../assert.ts";
import { sample } from "../samples.ts";

/** Three rounds of every model, the first of which is the fastest. */
function fullReport(run: Partial<CompareReport> = {}): CompareReport {
  const measured = MODEL_IDS.map((name, at) => ({
    name,
    samples: [0, 1, 2].map((round) =>
      sample({
        connectionsPerSecond: 1000 / (at + 1) + round,
        firstEchoMs: 1 + at,
        roundTripMs: 0.02 * (at + 1),
        bytesPerSecond: 1e9 / (at + 1),
      })
    ),
  }));
  const rest = { concurrency: 8, durationMs: 59_600, stopped: false, leftOut: [], ...run };
  return reportOf(measured, rest);
}

const LEFT_OUT = [{ name: "c-fork" as const, reason: "there is no <C> compiler (cc)" }];

Deno.test("the text has a line for each model, with its figures, their spread and a sentence", () => {
  const lines = formatTextReport(fullReport()).split("\n");
  assertEquals(lines[0], "9 models, 8 clients at once, 3 rounds, 60 s");
  for (const name of MODEL_IDS) {
    const at = lines.findIndex((line) => line.startsWith(`${name} `));
    assertEquals(lines[at]?.trim().split(/\s+/).length, 1 + FIGURE_NAMES.length, name);
    assertMatch(lines[at + 1] ?? "", /^ {2}spread +\d+ % /);
    assertMatch(lines[at + 2] ?? "", /^ {2}\S/);
  }
  assertStringIncludes(
    lines.join("\n"),
    "iterative             1,001        1.00      1.00        20.0",
  );
});

Deno.test("the text ranks where the rounds tell models apart", () => {
  const text = formatTextReport(fullReport());
  const order = MODEL_IDS.map((name, at) => `${at + 1}. ${name}`).join("; ");
  assertMatch(text, new RegExp(`^round trip, median, us +${order}$`, "m"));
  // All have the same memory, and no number of processes is the best.
  assertNotMatch(text, /^memory of a client that does nothing|^processes/m);
});

Deno.test("the text is 102 columns wide but for the table and what is ranked", () => {
  const sentences = formatTextReport(fullReport()).split("\n").filter((line) =>
    /^ {2}(?!spread)\S/.test(line)
  );
  assert(sentences.length > MODEL_IDS.length);
  assertEquals(sentences.filter((line) => line.length > 102), []);
});

Deno.test("the text tells what was left out, and that it was stopped", () => {
  const text = formatTextReport(fullReport({ stopped: true, leftOut: LEFT_OUT }));
  assertStringIncludes(text, "60 s (stopped early)");
  assertStringIncludes(text, "Left out: c-fork (there is no <C> compiler (cc))");
});

Deno.test("a report of nothing says so, as text and as page", () => {
  const nothing = reportOf([], { concurrency: 8, durationMs: 1, stopped: true, leftOut: [] });
  assertStringIncludes(formatTextReport(nothing), "\nNothing was measured.\n");
  const page = formatHtmlReport(nothing);
  assertStringIncludes(page, "<p>Nothing was measured.</p>");
  assertNotMatch(page, /NaN|Infinity|undefined/);
});

Deno.test("the page has every figure of every model, and a bar for it", () => {
  const report = fullReport();
  const page = formatHtmlReport(report);
  for (const { name, figures } of report.models) {
    for (const figure of FIGURE_NAMES) {
      const cell = `data-metric="${name}.${figure}" data-value="${figures[figure].value}"`;
      assertStringIncludes(page, cell);
    }
  }
  for (const figure of FIGURE_NAMES) {
    const [, bars = ""] =
      new RegExp(`id="bars-${figure.replace(".", "-")}">(.*?)</div>\n<p>`, "s").exec(page) ?? [];
    assertEquals([...bars.matchAll(/<i style="width:[\d.]+%">/g)].length, MODEL_IDS.length, figure);
  }
  assertNotMatch(page, /NaN|Infinity|undefined/);
});

Deno.test("the page has two charts with a curve for each model, and says whose it is", () => {
  const page = formatHtmlReport(fullReport());
  for (const id of ["first-echo", "round-trip"]) {
    const [, chart = ""] = new RegExp(`<svg id="${id}"(.*?)</svg>`, "s").exec(page) ?? [];
    const names = [...chart.matchAll(/<polyline class="[^"]+" points="[\d., ]+"><title>([^<]+)</g)];
    assertEquals(names.map(([, name]) => name), [...MODEL_IDS]);
  }
  assertEquals([...page.matchAll(/<div class="legend">(.*)<\/div>/g)].length, 2);
});

Deno.test("the page escapes what it did not write itself", () => {
  const page = formatHtmlReport(fullReport({ leftOut: LEFT_OUT }));
  assertStringIncludes(page, "<dt>c-fork</dt><dd>there is no &#60;C&#62; compiler (cc)</dd>");
});
