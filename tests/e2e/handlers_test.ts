/** Handler modules: what they may do, what becomes of their failures, and how they are ended. */

import { assertEquals, assertMatch } from "../assert.ts";
import { readAll } from "../support/bytes.ts";
import { ResettableClient } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { processesWith, runToEnd } from "./process.ts";
import { fixture, type Program, testProgram } from "./program.ts";
import { type TestClient, TestServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);

/** The ways in which a worker runs a module. */
const WORKERS: readonly (readonly [string, readonly string[]])[] = [
  ["per-connection", []],
  ["over pipes", ["--transport", "pipe"]],
  ["prefork", ["--mode", "prefork", "--workers", "2"]],
  ["over the socket", ["--transport", "socket"]],
  ["prefork over the socket", ["--mode", "prefork", "--workers", "2", "--transport", "socket"]],
];

const ITERATIVE = ["iterative", ["--mode", "iterative"]] as const;

async function start(
  program: Program,
  file: string,
  flags: readonly string[] = [],
): Promise<TestServer> {
  return await TestServer.start(program, { flags: ["--log", "json", "--handler", file, ...flags] });
}

/** What each thing that the fixture `tries_permissions.ts` tries came to, when it was loaded and now. */
async function outcomesOf(server: TestServer, names: readonly string[]): Promise<string> {
  return await answerTo(server, names.map((name) => `${name}\n`).join(""));
}

function allEnd(names: readonly string[], outcome: string): string {
  return names.map((name) => `${name}: ${outcome}, ${outcome}\n`).join("");
}

/** How a module fails where nobody catches it, as `fails.ts` is told, and what is told of that. */
const UNCAUGHT: readonly (readonly [order: string, told: RegExp])[] = [
  ["reject", /^warning: the handler failed for 127\.0\.0\.1:\d+: Error: nobody awaits this$/],
  ["timer", /^warning: the handler failed for 127\.0\.0\.1:\d+: Error: a timer threw this$/],
];

async function answerTo(server: TestServer, input: string): Promise<string> {
  using conn = await Deno.connect({ port: server.port });
  await conn.write(new TextEncoder().encode(input));
  await conn.closeWrite();
  return await readAll(conn);
}

/** Sends the order to fail, and waits until the worker has ended so. */
async function failAs(
  server: TestServer,
  how: { readonly client: TestClient; readonly order: string; readonly status: number },
): Promise<void> {
  const { client, order, status } = how;
  await client.send(`${order}\n`);
  assertMatch(await client.disconnected(), /end of file|reset/);
  const workerPid = await server.workerOf(client);
  await server.event("worker_exited", { workerPid, status, reason: "exited" });
}

for (const [name, flags] of WORKERS) {
  testProgram(`${name}: a module is confined`, async (program, steps) => {
    await using server = await start(program, fixture("tries_permissions.ts"), flags);

    await steps.run("a module has no permission at all", async () => {
      const attempts = ["read", "write", "net", "unix", "run", "env", "ffi", "request"];
      assertEquals(await outcomesOf(server, attempts), allEnd(attempts, "NotCapable"));
    });

    await steps.run("a module has nothing to keep or share what it knows with", async () => {
      const stores = ["localStorage", "sessionStorage", "caches", "broadcast", "worker"];
      assertEquals(await outcomesOf(server, stores), allEnd(stores, "ReferenceError"));
      assertEquals(await outcomesOf(server, ["internals"]), allEnd(["internals"], "TypeError"));
    });
  });

  testProgram(`${name}: a module that fails ends its own connection`, async (program, steps) => {
    await using server = await start(program, fixture("fails.ts"), flags);

    await steps.run("an exception ends its connection, with its stack and a status", async () => {
      using other = await server.connect();
      await other.roundTrip();
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      await failAs(server, { client, order: "throw", status: 1 });
      await server.event("connection_closed", {
        remotePort: client.port,
        reason: "handler_failed",
      });
      // What a client sent cannot drive the terminal.
      await server.process.stderr.match(
        /^warning: the handler failed for 127\.0\.0\.1:\d+: Error: as told by \\x1b\[31m the client$/,
      );
      await server.process.stderr.match(/^ {4}at .*\/tests\/fixtures\/fails\.ts:7:\d+\)?$/);
      assertEquals(await other.roundTrip(), "ping\n");
      using next = await server.connect();
      assertEquals(await next.roundTrip(), "ping\n");
    });

    for (const [order, told] of UNCAUGHT) {
      await steps.run(`what nobody catches (${order}) is the module's failure`, async () => {
        using client = await server.connect();
        await failAs(server, { client, order, status: 1 });
        await server.process.stderr.match(told);
      });
    }

    await steps.run("a module that ends its process ends its connection", async () => {
      using client = await server.connect();
      await failAs(server, { client, order: "exit", status: 3 });
      await server.event("connection_closed", { remotePort: client.port, reason: "worker_lost" });
    });
  });
}

/** Whether the server sees the client's loss; else only the worker does, and not while its module loops for ever. */
function seesLoss([, flags]: typeof WORKERS[number]): boolean {
  return !flags.includes("socket");
}

for (const [name, flags] of WORKERS.filter(seesLoss)) {
  testProgram(
    `${name}: a module that takes no notice of its client's loss is ended`,
    async (program) => {
      await using server = await start(program, fixture("takes_no_notice.js"), flags);
      using client = await ResettableClient.connect(server.port);
      assertEquals(await client.readLine(), "hello");
      await client.reset();
      await server.event("connection_closed", { reason: "client_lost" });
      const exit = await server.event("worker_exited", { reason: "killed_by_us" });
      assertEquals(exit["signal"], "SIGKILL");
    },
  );
}

for (const [name, flags] of WORKERS.filter((worker) => !seesLoss(worker))) {
  testProgram(
    `${name}: a module that loops for ever is ended by the stop, and with a killed server`,
    async (program) => {
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        await using folder = new TempFolder();
        const all = ["--log", "json", "--grace", "0", "--handler", fixture("takes_no_notice.js")];
        await using server = await TestServer.start(program, {
          flags: [...all, ...flags],
          folder: folder.path,
        });
        using client = await ResettableClient.connect(server.port);
        assertEquals(await client.readLine(), "hello");
        await client.reset();
        if (signal === "SIGKILL") {
          await server.kill();
          while ((await processesWith(folder.path)).length > 0);
        } else {
          assertEquals((await server.stop()).code, 0);
          await server.event("connection_closed", { reason: "server_stopped" });
        }
      }
    },
  );
}

for (const [name, flags] of WORKERS.filter(([name]) => name !== "over pipes")) {
  testProgram(`${name}: signal aborts when the client is lost`, async (program) => {
    await using server = await start(program, fixture("waits_for_signal.js"), [
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
  for (let i = 0; i < 4; i++) assertEquals(await answerTo(server, "throw\n"), "");
  // It is told of the second in a row for whose sake there are pauses, which double.
  assertEquals(server.events.filter(({ event }) => event === "worker_failed"), []);
});

testProgram("iterative mode says that nothing isolates a module", async (program) => {
  await using server = await start(program, fixture("fails.ts"), ["--mode", "iterative"]);
  await server.process.stderr.match(/^warning: iterative mode runs the handler in the server/);
  assertEquals(await answerTo(server, "a\nthrow\n"), "a\n");
  await server.event("handler_failed");
  await server.event("connection_closed", { reason: "handler_failed" });
  assertEquals(await answerTo(server, "b\n"), "b\n");
});

for (const [order, told] of UNCAUGHT) {
  testProgram(
    `iterative: what nobody catches (${order}) ends its connection, not the server`,
    async (program) => {
      await using server = await start(program, fixture("fails.ts"), ["--mode", "iterative"]);
      using client = await server.connect();
      await client.send(`${order}\n`);
      assertMatch(await client.disconnected(), /end of file|reset/);
      await server.event("connection_closed", {
        remotePort: client.port,
        reason: "handler_failed",
      });
      await server.process.stderr.match(told);
      assertEquals(await answerTo(server, "b\n"), "b\n");
    },
  );
}

testProgram(
  "iterative: what a module leaves behind fails by itself, and nothing else",
  async (program) => {
    await using folder = new TempFolder();
    const file = folder.join("handler.js");
    const later = "setTimeout(() => { throw new Error('too late'); })";
    await Deno.writeTextFile(file, `export default async (c) => { ${later}; };`);
    await using server = await start(program, file, ["--mode", "iterative"]);
    assertEquals(await answerTo(server, ""), "");
    await server.event("handler_failed", {
      connectionId: null,
      remoteHost: null,
      remotePort: null,
    });
    await server.process.stderr.match(/^warning: the handler failed: Error: too late$/);
    assertEquals(await answerTo(server, ""), "");
  },
);

testProgram(
  "iterative: what a module writes to standard output is not in the log",
  async (program) => {
    await using folder = new TempFolder();
    const file = folder.join("handler.js");
    const writes = "Deno.stdout.write(new TextEncoder().encode('written\\n'))";
    await Deno.writeTextFile(file, `export default async (c) => { await ${writes}; };`);
    await using server = await start(program, file, ["--mode", "iterative"]);
    assertEquals(await answerTo(server, ""), "");
    await server.process.stderr.match(/^written$/);
    await server.event("connection_closed", { reason: "finished" });
  },
);

for (const [name, flags] of [...WORKERS, ITERATIVE]) {
  testProgram(
    `${name}: what a module prints goes to standard error, and drives no terminal`,
    async (program) => {
      await using folder = new TempFolder();
      const file = folder.join("handler.js");
      const prints = [
        'console.log("%s is %d", "one", 1);',
        "console.dir({ a: 1 });",
        'console.group("in");',
        'console.info("a\\tb\\\\c\\x1b[2J\\u202e\\r");',
      ];
      await Deno.writeTextFile(file, `export default async (c) => { ${prints.join(" ")} };`);
      await using server = await start(program, file, flags);
      assertEquals(await answerTo(server, ""), "");
      await server.event("connection_closed", { reason: "finished" });
      const printed = ["one is 1", "{ a: 1 }", "in", "  a\tb\\c\\x1b[2J\\u202e\\x0d"];
      const { stderr } = server.process;
      await stderr.find((line) => line === printed.at(-1) || undefined);
      assertEquals(stderr.all.slice(-4), printed);
    },
  );
}

testProgram(
  "a module that does not load is one line, before the server starts",
  async (program) => {
    await using folder = new TempFolder();
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(folder.join(name), text);
      return folder.join(name);
    };
    const fifo = folder.join("fifo.js");
    assertEquals((await runToEnd(["mkfifo", fifo])).status, 0);
    const refused: readonly (readonly [string, RegExp])[] = [
      ["/no/such.ts", /: no such file or directory$/],
      [folder.path, /: .+$/],
      [await write("none.js", "export const a = 1;"), /: its default export is not a function$/],
      [await write("five.js", "export default 5;"), /: its default export is not a function$/],
      [await write("wrong.js", "export default ("), /: .*$/],
      [await write("throws.js", "throw new Error('at once')"), /: at once$/],
      [await write("drives.js", "throw new Error('\\x1b[2J')"), /: \\x1b\[2J$/],
      [await write("exits.js", "Deno.exit(3)"), /: it ended with status 3 while it loaded$/],
      ["/dev/zero", /: it is no regular file$/],
      [fifo, /: it is no regular file$/],
      ["/proc/self/mem", /: \S.*$/],
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

for (const [name, flags] of [...WORKERS, ITERATIVE]) {
  testProgram(
    `${name}: a module serves with what it imports, and its stack names the file`,
    async (program) => {
      await using folder = new TempFolder();
      await Deno.writeTextFile(
        folder.join("greet.ts"),
        "export function greet(name: string): string {\n  if (name === '') throw new Error('who?');\n" +
          "  return `hello ${name}\\n`;\n}\n",
      );
      const file = folder.join("handler.js");
      await Deno.writeTextFile(
        file,
        "import { basename } from 'node:path';\nimport { greet } from './greet.ts';\n" +
          "export default async (c) => {\n" +
          "  for await (const line of c.lines()) await c.write(greet(basename(line)));\n};\n",
      );
      await using server = await start(program, file, flags);
      assertEquals(await answerTo(server, "a/you\n"), "hello you\n");
      assertEquals(await answerTo(server, "\n"), "");
      const { stderr } = server.process;
      await stderr.match(/^warning: the handler failed for 127\.0\.0\.1:\d+: Error: who\?$/);
      await stderr.find((line) => line.includes(`${folder.path}/greet.ts:2:26`) || undefined);
      await stderr.find((line) => line.includes(`${file}:4:`) || undefined);
    },
  );

  testProgram(`${name}: a module of any length serves`, async (program) => {
    await using folder = new TempFolder();
    const file = folder.join("handler.js");
    const rest = `/* ${"x".repeat(300_000)} */`;
    await Deno.writeTextFile(file, `${rest} export default (c) => c.write("hello\\n");`);
    await using server = await start(program, file, flags);
    assertEquals(await answerTo(server, ""), "hello\n");
  });
}

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
    // As a path it would be percent-encoded; curl reads as many bytes as it is told that there are.
    [
      ...["curl", "-sS", "-w", "%{http_code}", "--request-target", "/some/where/안녕"],
      `http://127.0.0.1:${server.port}/`,
    ],
  );
  assertEquals([status, stdout], [0, "You are client 1, and asked for /some/where/안녕\n200\n"]);
}, { needs: ["curl"] });

function example(name: string): string {
  return decodeURIComponent(new URL(`examples/${name}`, ROOT).pathname);
}
