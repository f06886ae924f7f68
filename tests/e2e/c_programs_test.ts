/** The lecture's programs in C (`examples/c`): with each other, with our client and with our server. */

import type { LoadReport } from "../../client/load/report/report.ts";
import { assert, assertEquals, assertMatch } from "../assert.ts";
import { receive, send } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findMissingTools } from "../support/tools.ts";
import { buildC, C_EXAMPLES, CClient, CServer } from "./c_program.ts";
import { childrenOf, killProcess, RunningProcess, runToEnd, within } from "./process.ts";
import { fixture, type Program, testProgram } from "./program.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { TestServer } from "./server.ts";

const NEEDS_CC = { needs: ["cc"] };

function clientOf(program: Program, ...args: readonly (string | number)[]): string[] {
  return [program.path, ...program.args, "client", ...args.map(String)];
}

/** Registers a test that runs none of our programs. */
function testC(name: string, needs: readonly string[], run: () => Promise<void>): void {
  const { missing, reason } = findMissingTools(needs);
  Deno.test({
    name: reason === null ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== null,
    async fn() {
      if (missing !== "") throw new Error(`In CI ${missing} must be installed`);
      await run();
    },
  });
}

/** Resolves when a process has so many children, all of them zombies. Nobody is told when a process becomes one. */
async function untilZombies(pid: number, count: number): Promise<void> {
  let isLate = false;
  const look = async () => {
    while (!isLate) {
      const states = (await childrenOf(pid)).map(({ state }) => state);
      if (states.length === count && states.every((state) => state === "Z")) return;
    }
  };
  try {
    await within(look(), () => `${count} zombies`);
  } finally {
    isLate = true;
  }
}

testC(
  "make builds the lecture's programs without a warning, and make clean removes them",
  ["cc", "make"],
  async () => {
    await using folder = new TempFolder();
    const sources = [...Deno.readDirSync(C_EXAMPLES)].map(({ name }) => name)
      .filter((name) => name.endsWith(".c") || name === "Makefile").sort();
    for (const name of sources) await Deno.copyFile(`${C_EXAMPLES}/${name}`, folder.join(name));
    const programs = sources.filter((name) => name.endsWith(".c")).map((name) => name.slice(0, -2));
    assertEquals(programs.length, 5);
    const env = { CFLAGS: "-Werror" };
    const { status, stdout, stderr } = await runToEnd(["make", "-C", folder.path], { env });
    assertEquals([status, stderr], [0, ""]);
    assertMatch(stdout, /-Wall -Wextra/);
    assertEquals(folder.names(), [...sources, ...programs].sort());
    assertEquals((await runToEnd(["make", "-C", folder.path, "clean"])).status, 0);
    assertEquals(folder.names(), sources);
    // Git leaves out what make builds.
    const ignored = await Deno.readTextFile(`${C_EXAMPLES}/.gitignore`);
    assertEquals(ignored.trim().split("\n").sort(), programs.map((name) => `/${name}`));
  },
);

testProgram(
  "iterative_server.c answers the second client when the first has ended",
  async (program) => {
    await using server = await CServer.start("iterative_server");
    await using first = await CClient.connect("test_client", server.port);
    await first.roundTrip("hello");
    await using second = new RunningProcess(clientOf(program, "--note", server.port));
    const [, port] = await second.stderr.match(/^connected to .* \(local port (\d+)\)$/);
    await second.type("me too\n");
    await first.roundTrip("still here");
    assertEquals(second.stdout.text, "");
    await first.process.type("END\n");
    assertEquals((await first.process.ended()).code, 0);
    await second.stdout.match(/^me too$/);
    await second.type("END\n");
    assertEquals((await second.ended()).code, 0);
    assertEquals(second.stdout.text, "me too\nEND\n");
    await server.process.stdout.match(new RegExp(`^Client\\(${port}\\): is disconnected$`));
    assertEquals(server.process.stdout.all, [
      "Server start...",
      `client 127.0.0.1:${first.localPort} is connected...`,
      `Client(${first.localPort}): hello`,
      `Client(${first.localPort}): still here`,
      `Client(${first.localPort}): END`,
      `Client(${first.localPort}): is disconnected`,
      `client 127.0.0.1:${port} is connected...`,
      `Client(${port}): me too`,
      `Client(${port}): END`,
      `Client(${port}): is disconnected`,
    ]);
  },
  NEEDS_CC,
);

testProgram("iterative_server.c answers our client as it comes, line by line", async (program) => {
  await using server = await CServer.start("iterative_server");
  const { status, stdout } = await runToEnd(clientOf(program, server.port), { input: "a\n\nb\n" });
  assertEquals([status, stdout], [0, "a\nb\n"]);
  await server.process.stdout.match(/^Client\(\d+\): is disconnected$/);
  assertMatch(server.process.stdout.text, /^Client\(\d+\): a/m);
}, NEEDS_CC);

testProgram("iterative_server.c survives a client that is gone", async (program) => {
  await using server = await CServer.start("iterative_server");
  // All of it has come, and nobody is there any more, when the server reads and answers for the first time: the kernel
  // refuses that answer, and with the second one comes SIGPIPE.
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await server.process.stdout.match(/^client .* is connected/);
  server.process.signal("SIGSTOP");
  await send(conn, "x".repeat(8192));
  conn.close();
  server.process.signal("SIGCONT");
  await server.process.stderr.match(/^write: Broken pipe$/);
  await server.process.stdout.match(/^Client\(\d+\): is disconnected$/);
  const { stdout } = await runToEnd(clientOf(program, server.port), { input: "a\n" });
  assertEquals(stdout, "a\n");
}, NEEDS_CC);

for (const name of ["fork_server", "fork_server_sigchld"]) {
  testProgram(`${name}.c serves clients at the same time`, async (program) => {
    await using server = await CServer.start(name);
    await using first = await CClient.connect("test_client", server.port);
    await using second = new RunningProcess(clientOf(program, "--note", server.port));
    await second.type("hello\n");
    await second.stdout.match(/^hello$/);
    await first.roundTrip("hello");
    assertEquals((await childrenOf(server.pid)).length, 2);
    await second.type("END\n");
    assertEquals((await second.ended()).code, 0);
    await first.process.type("END\n");
    assertEquals((await first.process.ended()).code, 0);
    const port = first.localPort;
    await server.process.stdout.match(new RegExp(`^Client\\(${port}\\): is disconnected$`));
    assertEquals(server.linesOf(port), [
      `client 127.0.0.1:${port} is connected...`,
      `Client(${port}): hello`,
      `Client(${port}): END`,
      `Client(${port}): is disconnected`,
    ]);
  }, NEEDS_CC);

  testProgram(`${name}.c sends every byte back, and all of them`, async (program) => {
    await using server = await CServer.start(name);
    const args = ["--load", 6, "--messages", 2, "--size", 500_000, "--binary", server.port];
    const { status, stdout } = await runToEnd(clientOf(program, ...args));
    assertEquals(status, 0, stdout);
  }, NEEDS_CC);
}

testProgram("fork_server.c leaves a zombie of every child", async (program) => {
  await using server = await CServer.start("fork_server");
  const { status } = await runToEnd(clientOf(program, "--load", 5, server.port));
  assertEquals(status, 0);
  await untilZombies(server.pid, 5);
}, NEEDS_CC);

testProgram("fork_server_sigchld.c leaves none, and goes on accepting", async (program) => {
  await using server = await CServer.start("fork_server_sigchld");
  for (let round = 1; round <= 2; round++) {
    const args = ["--load", 20, "--concurrency", 8, server.port];
    const { status, stdout } = await runToEnd(clientOf(program, ...args));
    assertEquals(status, 0, stdout);
    let ended = 0;
    await server.process.stdout.find((line) => {
      if (/^child \d+ exited with status 0$/.test(line)) ended += 1;
      return ended === 20 * round || undefined;
    });
    assertEquals(await childrenOf(server.pid), []);
  }
  assertEquals(server.process.stderr.text, "");
}, NEEDS_CC);

testProgram("fork_server_sigchld.c tells the signal that killed a child", async (program) => {
  await using server = await CServer.start("fork_server_sigchld");
  await using client = await CClient.connect("test_client", server.port);
  await client.roundTrip("hello");
  const [child] = await childrenOf(server.pid);
  killProcess(child?.pid);
  await server.process.stdout.match(new RegExp(`^child ${child?.pid} was killed by signal 9$`));
  const { stdout } = await runToEnd(clientOf(program, server.port), { input: "a\n" });
  assertEquals(stdout, "a\n");
}, NEEDS_CC);

testProgram("test_client.c talks to our server", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--log", "json"] });
  await using client = await CClient.connect("test_client", server.port);
  await client.roundTrip("hello");
  await client.process.type("\n");
  await client.roundTrip("x".repeat(30_000));
  await client.process.type("END\nlater\n");
  assertEquals((await client.process.ended()).code, 0);
  await server.event("connection_closed", { remotePort: client.localPort, reason: "finished" });
  const texts = server.events.filter(({ event }) => event === "message_received");
  assertEquals(texts[0]?.["text"], "hello");
  assertEquals(texts.at(-1)?.["text"], "END");
}, NEEDS_CC);

testC("test_client.c says that the server has closed the connection", ["cc"], async () => {
  await using server = new ScriptedServer(async (conn) => {
    await receive(conn, 5);
  });
  await using client = await CClient.connect("test_client", server.port);
  await client.process.type("hello\n");
  assertEquals((await client.process.ended()).code, 0);
  assertEquals(client.process.stdout.all.slice(1), ["the server has closed the connection"]);
});

testProgram("split_client.c talks to our server", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--log", "json"] });
  await using client = await CClient.connect("split_client", server.port);
  const who = /^process (\d+) reads the keyboard and sends, process (\d+) receives and prints$/;
  const [, sender, receiver] = await client.process.stdout.match(who);
  assertEquals(Number(sender), client.process.pid);
  const children = await childrenOf(client.process.pid);
  assertEquals(children.map(({ pid }) => pid), [Number(receiver)]);
  await client.roundTrip("hello");
  await client.process.type("END\n");
  assertEquals((await client.process.ended()).code, 0);
  assertEquals(client.process.stdout.all.slice(-2), [
    "END",
    "the server has closed the connection",
  ]);
  await server.event("message_received", { remotePort: client.localPort, text: "hello" });
  await server.event("message_received", { remotePort: client.localPort, text: "END" });
}, NEEDS_CC);

testC(
  "split_client.c prints what comes unasked, and ends with the server while nothing is typed",
  ["cc"],
  async () => {
    const seen = Promise.withResolvers<void>();
    await using server = new ScriptedServer(async (conn) => {
      await send(conn, "welcome");
      await seen.promise;
    });
    await using client = await CClient.connect("split_client", server.port);
    await client.process.stdout.match(/^welcome$/);
    seen.resolve();
    assertEquals((await client.process.ended()).code, 0);
  },
);

/** Loads a server that echoes up to the first NUL. */
async function loadOfStrlen(
  program: Program,
  ...args: readonly (string | number)[]
): Promise<{ status: number; stdout: string; page: string }> {
  await using folder = new TempFolder();
  await using server = new RunningProcess([await buildC(fixture("strlen_server.c"), folder)]);
  const [, port = ""] = await server.stdout.match(/^listening on (\d+)$/);
  const page = folder.join("page.html");
  const { status, stdout } = await runToEnd(clientOf(program, ...args, "--html", page, port));
  return { status, stdout, page: await Deno.readTextFile(page) };
}

for (const processes of [1, 2]) {
  testProgram(
    `a load does not fail by what it sends where strlen() counts, from ${processes} process(es)`,
    async (program) => {
      const args = ["--load", 50, "--messages", 4, "--size", 1000, "--processes", processes];
      const { status, stdout } = await loadOfStrlen(program, ...args);
      assertEquals(status, 0, stdout);
      assertMatch(stdout, /^connections +50 done, 0 failed$/m);
    },
    NEEDS_CC,
  );

  testProgram(
    `a load with --binary tells the short echo where strlen() counts, from ${processes} process(es)`,
    async (program) => {
      const load = ["--load", 8, "--concurrency", 4, "--size", 1000, "--timeout", 1, "--binary"];
      const args = [...load, "--processes", processes];
      const text = await loadOfStrlen(program, ...args);
      assertEquals(text.status, 1);
      const reason = /connection \d+ got \d+ of 1000 bytes back, and no more within 1 s \(the next/;
      assertMatch(text.stdout, new RegExp(`^ {2}short echo +\\d+ \\(${reason.source}`, "m"));
      assertMatch(text.stdout, /1 message of 1,000 bytes each, any byte/);
      assertMatch(text.page, reason);
      assertMatch(text.page, /<th>— short echo<\/th><td data-metric="failures\.shortEcho"/);
      const json = await loadOfStrlen(program, ...args, "--json");
      const report: LoadReport = JSON.parse(json.stdout);
      assertEquals(report.load.binary, true);
      assert(report.failures.shortEcho > 0, json.stdout);
      assertMatch(report.reasons.shortEcho ?? "", reason);
    },
    NEEDS_CC,
  );
}
