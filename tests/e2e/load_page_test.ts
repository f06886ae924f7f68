/** The page of a load, as a real browser shows it. The screenshots stay in `dist/test`, for people to look at. */

import { decode, type DecodedPng } from "fast-png";
import type { LoadReport } from "../../client/load/report/report.ts";
import { assert, assertEquals } from "../assert.ts";
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

  const screenshot = COMPILED_BINARY.replace(/[^/]*$/, `load-page-${program.form}.png`);
  const { dom, requests } = await browse(page, { folder, screenshot });
  assertEquals(requests, []);
  const shown = figuresOf(dom);
  assertEquals(shown.get("connections.done"), 200);
  assertEquals(shown.get("messages.done"), 600);
  for (const [name, value] of shown) assertEquals(value, valueAt(report, name), name);
  for (const column of ["p50", "p90", "p99", "p999", "max"]) {
    assert(shown.has(`latencyMs.roundTrip.${column}`), column);
  }
  const steps = report.timeline.messages.length;
  for (const id of ["latency", "throughput"] as const) {
    const { points, width, height } = curveOf(dom, id);
    // A step of the timeline is two points.
    const length = { latency: report.distribution.curve.length, throughput: steps * 2 }[id];
    assertEquals(points.length, length, id);
    for (const [x = NaN, y = NaN] of points) {
      assert(x >= 0 && x <= width && y >= 0 && y <= height, `${id}: ${x},${y} is off the chart`);
    }
    // A curve goes from left to right.
    const across = points.map(([x = NaN]) => x);
    assertEquals(across, across.toSorted((a, b) => a - b), id);
  }

  checkPicture(decode(await Deno.readFile(screenshot)));
}, { needs: ["chromium"] });

/** Opens the page without a network. Resolves to its DOM, and to the addresses that it asked for. */
async function browse(
  page: string,
  { folder, screenshot }: { readonly folder: TempFolder; readonly screenshot: string },
): Promise<{ dom: string; requests: string[] }> {
  const log = folder.join("network.json");
  const { status, stdout, stderr } = await runToEnd([
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    `--user-data-dir=${folder.join("browser")}`,
    `--log-net-log=${log}`,
    `--window-size=${SIZE.width},${SIZE.height}`,
    `--screenshot=${screenshot}`,
    "--dump-dom",
    `file://${page}`,
  ]);
  assertEquals(status, 0, stderr);
  const { events }: { events: { params?: { initiator?: string; url?: string } }[] } = JSON.parse(
    await Deno.readTextFile(log),
  );
  const requests = events.flatMap(({ params: { initiator, url } = {} }) =>
    // Chromium asks for updates and the like on its own: no page is behind these.
    initiator === undefined || initiator === "not an origin" ? [] : [String(url)]
  );
  return { dom: stdout, requests };
}

/** Checks that two curves are drawn, one above the other, over most of the window's width. */
function checkPicture({ width, height, data, channels }: DecodedPng): void {
  assertEquals({ width, height }, SIZE);
  const isBlue = (x: number, y: number) => {
    const from = (y * width + x) * channels;
    const [red = 0, , blue = 0] = data.subarray(from, from + channels);
    return blue - red > 100;
  };
  let columns = 0;
  for (let x = 0; x < width; x++) {
    let lines = 0;
    for (let y = 1; y < height; y++) if (isBlue(x, y) && !isBlue(x, y - 1)) lines++;
    if (lines >= 2) columns++;
  }
  assert(columns > 0.6 * width, `both curves are seen in ${columns} columns only`);
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
