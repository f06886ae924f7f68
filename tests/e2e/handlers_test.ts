/** Handler modules: what they may do, what becomes of their failures, and how they are ended. */

import { assertEquals, assertMatch } from "../assert.ts";
import { readAll } from "../support/bytes.ts";
import { ResettableClient } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { runToEnd } from "./process.ts";
import { fixture, type Program, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);

/** The ways in which a worker runs a module. */
const WORKERS: readonly (readonly [string, readonly string[]])[] = [
  ["per-connection", []],
  ["over pipes", ["--transport", "pipe"]],
  ["prefork", ["--mode", "prefork", "--workers", "2"]],
];

async function start(
  program: Program,
  file: string,
  flags: readonly string[] = [],
): Promise<TestServer> {
  return await TestServer.start(program, { flags: ["--log", "json", "--handler", file, ...flags] });
}

async function answerTo(server: TestServer, input: string): Promise<string> {
  using conn = await Deno.connect({ port: server.port });
  await conn.write(new TextEncoder().encode(input));
  await conn.closeWrite();
  return await readAll(conn);
}

for (const [name, flags] of WORKERS) {
  testProgram(`${name}: a module has no permission at all`, async (program) => {
    await using server = await start(program, fixture("tries_permissions.ts"), flags);
    const attempts = ["read", "write", "net", "run", "env"];
    const answer = await answerTo(server, attempts.map((name) => `${name}\n`).join(""));
    assertEquals(answer, attempts.map((name) => `${name}: NotCapable\n`).join(""));
  });

  testProgram(
    `${name}: an exception ends its connection, with its stack and a status`,
    async (program) => {
      await using server = await start(program, fixture("fails.ts"), flags);
      using other = await server.connect();
      await other.roundTrip();
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      const workerPid = await server.workerOf(client);
      await client.send("throw\n");
      assertMatch(await client.disconnected(), /end of file|reset/);
      await server.event("worker_exited", { workerPid, status: 1, reason: "exited" });
      await server.event("connection_closed", {
        remotePort: client.port,
        reason: "handler_failed",
      });
      // What a client sent cannot drive the terminal.
      await server.process.stderr.match(
        /^warning: the handler failed for 127\.0\.0\.1:\d+: Error: as told by \\x1b\[31m the client$/,
      );
      await server.process.stderr.match(/^ {4}at .*fails\.ts:\d+:\d+/);
      assertEquals(await other.roundTrip(), "ping\n");
      using next = await server.connect();
      assertEquals(await next.roundTrip(), "ping\n");
    },
  );

  testProgram(`${name}: a promise that nobody awaits is the module's failure`, async (program) => {
    await using server = await start(program, fixture("fails.ts"), flags);
    using client = await server.connect();
    await client.send("reject\n");
    assertMatch(await client.disconnected(), /end of file|reset/);
    await server.event("worker_exited", { status: 1 });
    await server.process.stderr.match(/^warning: the handler failed.*: Error: nobody awaits this$/);
  });

  testProgram(`${name}: a module that ends its process ends its connection`, async (program) => {
    await using server = await start(program, fixture("fails.ts"), flags);
    using client = await server.connect();
    await client.send("exit\n");
    assertMatch(await client.disconnected(), /end of file|reset/);
    await server.event("worker_exited", { status: 3, reason: "exited" });
    await server.event("connection_closed", { reason: "worker_lost" });
  });

  testProgram(
    `${name}: a module that takes no notice of its client's loss is ended`,
    async (program) => {
      await using server = await start(program, fixture("takes_no_notice.ts"), flags);
      using client = await ResettableClient.connect(server.port);
      assertEquals(await client.readLine(), "hello");
      await client.reset();
      await server.event("connection_closed", { reason: "client_lost" });
      const exit = await server.event("worker_exited", { reason: "killed_by_us" });
      assertEquals(exit["signal"], "SIGTERM");
    },
  );
}

for (const [name, flags] of WORKERS.filter(([name]) => name !== "over pipes")) {
  testProgram(`${name}: signal aborts when the client is lost`, async (program) => {
    await using server = await start(program, fixture("waits_for_signal.ts"), [
      ...flags,
      "--grace",
      "0",
    ]);
    using client = await ResettableClient.connect(server.port);
    assertEquals(await client.readLine(), "hello");
    await client.reset();
    // What a module prints goes to standard error: standard output is the log's.
    await server.process.stderr.match(/^the signal has aborted$/);
    using next = await server.connect();
    assertEquals(new TextDecoder().decode(await next.receive(6)), "hello\n");
  });
}

testProgram("prefork: modules that fail at once are replaced without a pause", async (program) => {
  const flags = ["--mode", "prefork", "--workers", "1"];
  await using server = await start(program, fixture("fails.ts"), flags);
  // With pauses that double from 100 ms this would take longer than a test waits.
  for (let i = 0; i < 12; i++) assertEquals(await answerTo(server, "throw\n"), "");
});

testProgram("iterative mode says that nothing isolates a module", async (program) => {
  await using server = await start(program, fixture("fails.ts"), ["--mode", "iterative"]);
  await server.process.stderr.match(/^warning: iterative mode runs the handler in the server/);
  assertEquals(await answerTo(server, "a\nthrow\n"), "a\n");
  await server.event("handler_failed");
  await server.event("connection_closed", { reason: "handler_failed" });
  assertEquals(await answerTo(server, "b\n"), "b\n");
});

testProgram(
  "a module that does not load is one line, before the server starts",
  async (program) => {
    await using folder = new TempFolder();
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(folder.join(name), text);
      return folder.join(name);
    };
    const refused: readonly (readonly [string, RegExp])[] = [
      ["/no/such.ts", /: no such file or directory$/],
      [folder.path, /: .+$/],
      [await write("none.js", "export const a = 1;"), /: its default export is not a function$/],
      [await write("five.js", "export default 5;"), /: its default export is not a function$/],
      [await write("wrong.js", "export default ("), /: .*$/],
      [await write("throws.js", "throw new Error('at once')"), /: at once$/],
    ];
    for (const [file, reason] of refused) {
      for (const flags of [[], ["--mode", "prefork"], ["--mode", "iterative"]]) {
        const { status, stdout, stderr } = await runToEnd(
          [program.path, ...program.args, "server", ...flags, "--handler", file, "0"],
        );
        assertEquals([status, stdout], [1, ""], stderr);
        assertMatch(stderr, /^brood: Cannot load the handler "[^"]+": [^\n]+\n$/);
        assertMatch(stderr.trimEnd(), reason);
      }
    }
  },
);

testProgram("a JavaScript module serves, with what it imports", async (program) => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.join("greeting.js"), "export default 'hello from a module\\n';");
  const file = folder.join("handler.js");
  await Deno.writeTextFile(
    file,
    "import greeting from './greeting.js';\nexport default (c) => c.write(greeting);\n",
  );
  await using server = await start(program, file);
  assertEquals(await answerTo(server, ""), "hello from a module\n");
});

testProgram("the daytime example tells the time", async (program) => {
  await using server = await start(program, example("daytime.ts"));
  assertMatch(await answerTo(server, ""), /^\d{4}-\d\d-\d\dT[\d:.]+Z\r\n$/);
});

testProgram("the upper-case example answers each line", async (program) => {
  await using server = await start(program, example("upper_case.ts"));
  assertEquals(await answerTo(server, "one\r\ntwo\n안녕 three"), "ONE\nTWO\n안녕 THREE\n");
});

testProgram("curl accepts what the HTTP example answers", async (program) => {
  await using server = await start(program, example("http.ts"));
  const { status, stdout } = await runToEnd(
    ["curl", "-sS", "-w", "%{http_code}", `http://127.0.0.1:${server.port}/some/where`],
  );
  assertEquals([status, stdout], [0, "You are client 1, and asked for /some/where\n200\n"]);
}, { needs: ["curl"] });

function example(name: string): string {
  return decodeURIComponent(new URL(`examples/${name}`, ROOT).pathname);
}
