/** `brood compare`: its figures, its page in a real browser, and what it leaves behind, however it ends. */

import { decode } from "fast-png";
import type { JsonReport } from "../../lab/compare/report/json_report.ts";
import { FIGURE_NAMES } from "../../lab/compare/report/figures.ts";
import config from "../../deno.json" with { type: "json" };
import { assert, assertEquals, assertMatch } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findMissingTools } from "../support/tools.ts";
import {
  killProcess,
  processesWith,
  RunningProcess,
  runToEnd,
  TestFolder,
  within,
} from "./process.ts";
import { COMPILED_BINARY, type Program, testProgram } from "./program.ts";

const MAIN = decodeURIComponent(new URL("../../main.ts", import.meta.url).pathname);

/** As `deno task compare` runs it, with no more permissions, and as the binary does. */
function commandOf(program: Program, ...args: readonly string[]): string[] {
  if (program.form === "compiled") return [program.path, "compare", ...args];
  const words = config.tasks.compare.command.split(" ").slice(1);
  return [program.path, ...words.map((word) => word === "main.ts" ? MAIN : word), ...args];
}

function environment(folder: TempFolder): { readonly env: Readonly<Record<string, string>> } {
  return { env: { TMPDIR: folder.path, XDG_RUNTIME_DIR: "" } };
}

/** Resolves when no process has the folder in its environment, and the folder is empty. */
async function untilNothingIsLeft(folder: TempFolder): Promise<void> {
  let isLate = false;
  const look = async () => {
    while (!isLate && (folder.names().length > 0 || (await processesWith(folder.path)).length > 0));
  };
  try {
    await within(look(), () => `end of all processes; left: ${folder.names()}`);
  } finally {
    isLate = true;
  }
}

/** A folder for a page in a browser, which no process of a comparison has in its environment. */
async function seenBy(page: string): Promise<void> {
  await using folder = new TempFolder();
  const text = await Deno.readTextFile(page);
  // As wide as a telephone, in a frame, which asks how wide what is in it would be.
  const frame = folder.join("frame.html");
  const narrow = text.replace(/[&"]/g, (character) => `&#${character.charCodeAt(0)};`);
  await Deno.writeTextFile(
    frame,
    `<iframe style="width:360px;height:600px" srcdoc="${narrow}"></iframe>
<script>onload = () => {
  const { scrollWidth, clientWidth } = document.querySelector("iframe").contentDocument.documentElement;
  document.body.dataset.widths = scrollWidth + "/" + clientWidth;
}</script>`,
  );
  assertMatch(await browse(frame, { folder }), /data-widths="(\d+)\/\1"/);
  for (const [scheme, isDark] of [["light", false], ["dark", true]] as const) {
    const screenshot = COMPILED_BINARY.replace(/[^/]*$/, `compare-page-${scheme}.png`);
    const setting = `--blink-settings=preferredColorScheme=${isDark ? 0 : 1}`;
    const flags = [setting, `--screenshot=${screenshot}`];
    const dom = await browse(page, { folder, flags });
    for (const id of ["first-echo", "round-trip"]) {
      assertMatch(
        dom,
        new RegExp(`<svg id="${id}".*?<polyline class="prefork" points="[\\d.]+,`, "s"),
      );
    }
    const { data, channels, width } = decode(await Deno.readFile(screenshot));
    assertEquals((data[0] ?? 0) < 128, isDark, scheme);
    // The bars and curves of prefork are blue, whatever is behind them.
    let blue = 0;
    for (let at = 0; at < data.length; at += channels) {
      if ((data[at + 2] ?? 0) - (data[at] ?? 0) > 90) blue++;
    }
    assert(blue > width, `${blue} blue pixels (${scheme})`);
  }
}

/** Opens a page. Resolves to its DOM. */
async function browse(
  page: string,
  { folder, flags = [] }: { readonly folder: TempFolder; readonly flags?: readonly string[] },
): Promise<string> {
  const { status, stdout, stderr } = await runToEnd([
    "chromium",
    ..."--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars".split(" "),
    "--host-resolver-rules=MAP * ~NOTFOUND",
    `--user-data-dir=${folder.join("browser")}`,
    "--window-size=900,2400",
    ...flags,
    "--dump-dom",
    `file://${page}`,
  ]);
  assertEquals(status, 0, stderr);
  return stdout;
}

/** The names of all figures of a model, with what the JSON object has there. */
function figuresOf(model: JsonReport["models"][number]): [string, unknown][] {
  return FIGURE_NAMES.map((name) => {
    let value: unknown = model;
    for (const word of name.split(".")) value = Object(value)[word];
    return [name, value];
  });
}

testProgram("compare measures models, and its page shows them", async (program) => {
  await using folder = new TestFolder();
  await using pages = new TempFolder();
  const page = pages.join("compare.html");
  const inC = findMissingTools(["cc"]).missing === "" ? ["c-fork"] : [];
  const names = ["iterative", "prefork", "prefork-socket", ...inC];
  // Once compiled is enough to see that the servers are found there, and the sources in C.
  const models = program.form === "source" ? names : ["prefork-socket", ...inC];
  const flags = ["--models", models.join(","), "--seconds", "4", "--concurrency", "3"];
  const command = commandOf(program, ...flags, "--json", "--html", page);
  const { status, stdout, stderr } = await runToEnd(command, environment(folder));
  assertEquals([status, stderr], [0, ""], stdout);
  const report: JsonReport = JSON.parse(stdout);
  assertEquals(report.models.map(({ name }) => name), models);
  assertEquals([report.stopped, report.leftOut, report.concurrency], [false, [], 3]);
  assert(report.rounds >= 3);
  const html = await Deno.readTextFile(page);
  for (const model of report.models) {
    assertEquals(model.connections.failed, 0, stdout);
    for (const [name, value] of figuresOf(model)) {
      // Less than a page of memory, or than a tick of CPU time, is 0; so few connections may have no 99th percentile.
      if (name !== "firstEchoMs.p99") {
        assert(typeof value === "number" && value >= 0, `${model.name}.${name}`);
      }
      assert(html.includes(`data-metric="${model.name}.${name}"`), `${model.name}.${name}`);
    }
    const { connectionsPerSecond, roundTripMs, bytesPerSecond, processes, sentence } = model;
    for (const value of [connectionsPerSecond, roundTripMs.median, bytesPerSecond]) {
      assert(Number(value) > 0);
    }
    const expected = { iterative: 1, prefork: 4, "prefork-socket": 4, "c-fork": 4 };
    assertEquals(processes, Object(expected)[model.name], model.name);
    assertMatch(sentence, /^[^.]*[^]*\.$/);
  }
  await untilNothingIsLeft(folder);
  if (program.form === "source") await seenBy(page);
}, { needs: ["chromium"] });

testProgram("Ctrl-C ends compare early, and it reports what was done", async (program) => {
  await using folder = new TestFolder();
  await using logs = new TempFolder();
  const log = logs.join("log");
  const args = ["--models", "iterative,prefork", "--seconds", "15", "--concurrency", "2"];
  const words = commandOf(program, ...args).map((word) => `'${word}'`).join(" ");
  // On a terminal, which shows the progress and has a Ctrl-C.
  const terminal = ["script", "-qefc", `exec ${words}`, log];
  await using compare = new RunningProcess(terminal, environment(folder));
  // Two starts and a visit of each: the first round is done.
  await untilWritten(log, /\b[5-9] of 12 measurements/);
  await compare.type("\x03");
  const { code } = await compare.ended();
  const shown = await Deno.readTextFile(log);
  assertEquals(code, 0, shown);
  assertMatch(shown, /2 models, 2 clients at once, \d rounds?, \d+ s \(stopped early\)/);
  for (const name of ["iterative", "prefork"]) assertMatch(shown, new RegExp(`^${name} +\\d`, "m"));
  await untilNothingIsLeft(folder);
}, { needs: ["script"] });

/** Resolves when a file has such a text. */
async function untilWritten(file: string, pattern: RegExp): Promise<void> {
  let isLate = false;
  const look = async () => {
    while (!isLate && !pattern.test(await Deno.readTextFile(file).catch(() => "")));
  };
  try {
    await within(look(), () => `${pattern} in ${file}`);
  } finally {
    isLate = true;
  }
}

testProgram("compare reports that it was stopped before there was anything", async (program) => {
  await using folder = new TestFolder();
  const command = commandOf(program, "--models", "process", "--seconds", "600", "--json");
  await using compare = new RunningProcess(command, environment(folder));
  await untilServersRun(folder, 1);
  compare.signal("SIGINT");
  const { code } = await compare.ended();
  assertEquals([code, compare.stderr.text], [0, ""]);
  const { stopped, models, leftOut }: JsonReport = JSON.parse(compare.stdout.text);
  assertEquals([stopped, models, leftOut], [true, [], []]);
  await untilNothingIsLeft(folder);
});

testProgram(
  "compare goes on without a C compiler, and names what it leaves out",
  async (program) => {
    await using folder = new TestFolder();
    await using tools = new TempFolder();
    // All that a leash needs, and no cc.
    for (const tool of ["sh", "mktemp", "sleep", "rm"]) {
      await Deno.symlink(
        `/bin/${tool}`,
        tools.join(tool),
      );
    }
    const [path = "", ...args] = commandOf(
      program,
      "--models",
      "iterative,c-fork",
      "--seconds",
      "1",
      "--json",
    );
    const options = { env: { ...environment(folder).env, PATH: tools.path } };
    const { status, stdout, stderr } = await runToEnd([path, ...args], options);
    assertEquals([status, stderr], [0, ""], stdout);
    const { models, leftOut }: JsonReport = JSON.parse(stdout);
    assertEquals(models.map(({ name }) => name), ["iterative"]);
    assertEquals(leftOut, [{ name: "c-fork", reason: "there is no C compiler (cc)" }]);
    await untilNothingIsLeft(folder);
  },
);

testProgram("compare tells which server was lost, and goes on with the others", async (program) => {
  await using folder = new TestFolder();
  const command = commandOf(program, "--models", "process,prefork", "--seconds", "6", "--json");
  await using compare = new RunningProcess(command, environment(folder));
  await untilServersRun(folder, 2);
  const commands = await Promise.all((await processesWith(folder.path)).map(async (pid) => {
    const cmdline = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    return { pid, words: cmdline.split("\0") };
  }));
  const isServer = (words: readonly string[]) =>
    words.includes("server") && !words[0]?.endsWith("sh");
  killProcess(commands.find(({ words }) => isServer(words) && !words.includes("prefork"))?.pid);
  const { code } = await compare.ended();
  assertEquals([code, compare.stderr.text], [1, ""]);
  const { models, leftOut }: JsonReport = JSON.parse(compare.stdout.text);
  assertEquals(leftOut.map(({ name }) => name), ["process"]);
  assertEquals(models.at(-1)?.name, "prefork");
  assertEquals(models.at(-1)?.connections.failed, 0);
  await untilNothingIsLeft(folder);
});

testProgram("compare leaves nothing behind when it is killed", async (program) => {
  await using folder = new TestFolder();
  const command = commandOf(program, "--models", "process-socket,prefork", "--seconds", "600");
  await using compare = new RunningProcess(command, environment(folder));
  await untilServersRun(folder, 2);
  compare.signal("SIGKILL");
  await compare.ended();
  await untilNothingIsLeft(folder);
});

async function countRunFolders(folder: TempFolder): Promise<number> {
  let count = 0;
  for (const name of folder.names()) {
    for await (const entry of Deno.readDir(folder.join(name))) {
      if (entry.name.startsWith("brood-")) count++;
    }
  }
  return count;
}

/** Resolves when so many servers have a run folder: they are about to listen then. An iterative one has none. */
async function untilServersRun(folder: TempFolder, count: number): Promise<void> {
  let isLate = false;
  const look = async () => {
    while (!isLate && await countRunFolders(folder) < count);
  };
  try {
    await within(look(), () => `${count} servers`);
  } finally {
    isLate = true;
  }
}
