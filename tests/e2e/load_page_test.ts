/** The page of a load, as a real browser shows it. The screenshots stay in `dist/test`, for people to look at. */

import type { LoadReport } from "../../client/load/report.ts";
import { assert, assertEquals, assertGreaterOrEqual } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { runToEnd } from "./process.ts";
import { COMPILED_BINARY, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

const SIZE = { width: 900, height: 1300 };

testProgram("a browser shows the page of a load, with its figures and curves", async (program) => {
  await using folder = new TempFolder();
  await using server = await TestServer.start(program, {
    flags: ["--mode", "prefork", "--workers", "2", "--quiet"],
  });
  const page = folder.join("page.html");
  const load = ["--load", "200", "--messages", "3", "--json", "--html", page, String(server.port)];
  const { status, stdout } = await runToEnd([program.path, ...program.args, "client", ...load]);
  assertEquals(status, 0);
  const report: LoadReport = JSON.parse(stdout);

  const dom = (await browse(page, { folder, flags: ["--dump-dom"] })).stdout;
  const shown = figuresOf(dom);
  assertEquals(shown.get("connections.done"), 200);
  assertEquals(shown.get("messages.done"), 600);
  for (const [name, value] of shown) assertEquals(value, valueAt(report, name), name);
  for (const column of ["p50", "p90", "p99", "p999", "max"]) {
    assert(shown.has(`latencyMs.roundTrip.${column}`), column);
  }
  for (const id of ["latency", "throughput"]) {
    const { points, width, height } = curveOf(dom, id);
    assertGreaterOrEqual(points.length, 2, id);
    for (const [x = NaN, y = NaN] of points) {
      assert(x >= 0 && x <= width && y >= 0 && y <= height, `${id}: ${x},${y} is off the chart`);
    }
    // A curve goes from left to right.
    const across = points.map(([x = NaN]) => x);
    assertEquals(across, across.toSorted((a, b) => a - b), id);
  }

  const screenshot = COMPILED_BINARY.replace(/[^/]*$/, `load-page-${program.form}.png`);
  const window = `--window-size=${SIZE.width},${SIZE.height}`;
  await browse(page, { folder, flags: [window, `--screenshot=${screenshot}`] });
  const bitmap = await createImageBitmap(new Blob([await Deno.readFile(screenshot)]));
  assertEquals([bitmap.width, bitmap.height], [SIZE.width, SIZE.height]);
  bitmap.close();
}, { needs: ["chromium"] });

/** Opens the page without a network, and with nothing that it could remember. */
async function browse(
  page: string,
  options: { readonly folder: TempFolder; readonly flags: readonly string[] },
) {
  const { folder, flags } = options;
  const finished = await runToEnd([
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    `--user-data-dir=${folder.join("browser")}`,
    ...flags,
    `file://${page}`,
  ]);
  assertEquals(finished.status, 0, finished.stderr);
  return finished;
}

/** The figures of the page, by their names in the JSON report. */
function figuresOf(dom: string): Map<string, number> {
  const figures = dom.matchAll(/data-metric="([^"]+)" data-value="([^"]*)"/g);
  return new Map([...figures].map(([, name = "", value = ""]) => [name, Number(value)]));
}

function valueAt(report: LoadReport, path: string): unknown {
  let value: unknown = report;
  for (const name of path.split(".")) value = Object(value)[name];
  return value;
}

/** The points of a chart's line, and the size of what it is drawn in. */
function curveOf(
  dom: string,
  id: string,
): { readonly points: readonly number[][]; readonly width: number; readonly height: number } {
  const [, svg = ""] = new RegExp(`(<svg id="${id}".*?</svg>)`, "s").exec(dom) ?? [];
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  const [, line = ""] = /<polyline[^>]* points="([^"]+)"/.exec(svg) ?? [];
  const points = line.split(" ").map((point) => point.split(",").map(Number));
  return { points, width: Number(width), height: Number(height) };
}
