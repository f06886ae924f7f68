/** Modules that never finish loading: nothing waits for them when the server is asked to stop, or killed. */

import { cpuMsOf } from "../../bench/proc.ts";
import { assertEquals, assertMatch } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { childrenOf, processesWith, RunningProcess, until } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

/** How a module never finishes, after some work that shows that it has begun. */
const WAYS: readonly (readonly [name: string, source: string])[] = [
  ["that loops", "while (true);"],
  [
    "that awaits",
    "while (process.cpuUsage().user < 500_000); setInterval(() => {}, 1000); await new Promise(() => {});",
  ],
];

/** The CPU time of a child that shows that a module runs in it: much more than a start takes, less than the work. */
const BEGUN_MS = 300;

/** The ways in which a module is run. */
const WORKERS: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["per-connection", []],
  ["over pipes", ["--transport", "pipe"]],
  ["prefork", ["--mode", "prefork", "--workers", "1"]],
];

/** Writes a module that never finishes loading, in every process or in all but the one that tries it. */
function write(
  folder: TempFolder,
  options: { readonly source: string; readonly isTried: boolean },
): string {
  const { source, isTried } = options;
  const file = folder.join("handler.js");
  // A worker is told its transport; the one that tries has none.
  const condition = 'Deno.args.includes("--transport=none")';
  const code = isTried ? `if (!${condition}) { ${source} }` : source;
  Deno.writeTextFileSync(file, `${code}\nexport default () => {};\n`);
  return file;
}

/** Resolves when a child of the server runs a module. */
async function untilLoading(server: RunningProcess): Promise<void> {
  await until(async () => {
    const children = await childrenOf(server.pid);
    const times = await Promise.all(children.map(({ pid }) => cpuMsOf(pid)));
    return times.some((ms) => ms >= BEGUN_MS);
  }, "module that loads");
}

function startServer(program: Program, args: readonly string[]): RunningProcess {
  return new RunningProcess([program.path, ...program.args, "server", ...args, "0"]);
}

for (const [name, source] of WAYS) {
  for (const flags of [[], ["--mode", "iterative"]]) {
    const mode = flags.at(-1) ?? "per-connection";
    testProgram(
      `${mode}: a module ${name} when it is tried does not keep the server from stopping`,
      async (program) => {
        await using folder = new TempFolder();
        const file = write(folder, { source, isTried: false });
        await using server = startServer(program, [...flags, "--handler", file]);
        await untilLoading(server);
        server.signal("SIGTERM");
        const { code } = await server.ended();
        assertEquals([code, server.stdout.text, server.stderr.text], [0, "", ""]);
        assertEquals(await processesWith(folder.path), []);
      },
    );
  }

  testProgram(
    `a module ${name} when it is tried does not outlive a server that is killed`,
    async (program) => {
      await using folder = new TempFolder();
      const file = write(folder, { source, isTried: false });
      await using server = startServer(program, ["--handler", file]);
      await untilLoading(server);
      server.signal("SIGKILL");
      await until(async () => (await processesWith(folder.path)).length === 0, "end of the trial");
    },
  );

  for (const [mode, flags] of WORKERS) {
    const start = async (program: Program, folder: TempFolder) => {
      const file = write(folder, { source, isTried: true });
      const all = ["--log", "json", "--grace", "0", "--handler", file, ...flags];
      return await TestServer.start(program, { flags: all });
    };

    testProgram(
      `${mode}: a module ${name} in a worker does not keep the server from stopping`,
      async (program) => {
        await using folder = new TempFolder();
        await using server = await start(program, folder);
        using client = await server.connect();
        await untilLoading(server.process);
        assertEquals((await server.stop()).code, 0);
        assertMatch(await client.disconnected(), /end of file|reset/);
      },
    );

    testProgram(
      `${mode}: a module ${name} in a worker does not outlive a server that is killed`,
      async (program) => {
        await using folder = new TempFolder();
        await using runFolders = new TempFolder();
        const file = write(folder, { source, isTried: true });
        const all = ["--log", "json", "--handler", file, ...flags];
        await using server = await TestServer.start(program, {
          flags: all,
          folder: runFolders.path,
        });
        using client = await server.connect();
        await untilLoading(server.process);
        await server.kill();
        assertMatch(await client.disconnected(), /end of file|reset/);
        const isGone = async () => (await processesWith(runFolders.path)).length === 0;
        await until(isGone, "end of the workers");
      },
    );
  }
}

testProgram(
  "iterative: a module that awaits in the server itself does not keep it from stopping",
  async (program) => {
    await using folder = new TempFolder();
    const source = "console.log('loading'); await new Promise(() => {});";
    const file = write(folder, { source, isTried: true });
    await using server = startServer(program, ["--mode", "iterative", "--handler", file]);
    await server.stderr.match(/^loading$/);
    server.signal("SIGTERM");
    const { code } = await server.ended();
    assertEquals([code, server.stdout.text, server.stderr.text], [0, "", "loading\n"]);
  },
);
