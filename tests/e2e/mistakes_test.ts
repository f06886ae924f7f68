/** `--fault NAME`: each mistake is there as the kernel sees it, and is not where nobody asked for it. */

import { assert, assertEquals, assertThrows } from "../assert.ts";
import { FAULT_NAMES, type FaultName, faultOf } from "../../server/faults/table.ts";
import { ResettableClient } from "../support/sockets.ts";
import { bytesOf } from "../support/bytes.ts";
import { openFilesOf, tcpSockets } from "./open_files.ts";
import { childrenOf, isRunning, processesWith, TestFolder } from "./process.ts";
import { type Program, type TestOptions, testProgram } from "./program.ts";
import { StatusReader } from "./status_reader.ts";
import { type ServerStart, type TestClient, TestServer } from "./server.ts";

const OPTIONS: TestOptions = {
  impossible: Deno.build.os === "linux" ? undefined : "no /proc here",
};

/** A server that makes a mistake, or the same one without it. */
interface Trial {
  readonly isWrong: boolean;
  readonly start: (more?: ServerStart) => Promise<TestServer>;
}

/** Registers a test of a mistake, with it and without. */
function testFault(
  fault: FaultName,
  told: string,
  run: (trial: Trial) => Promise<void>,
): void {
  const start = (program: Program, flags: readonly string[]) => (more: ServerStart = {}) =>
    TestServer.start(program, {
      ...more,
      flags: [...flags, ...more.flags ?? [], "--log", "json"],
    });
  testProgram(`--fault ${fault}: ${told}`, async (program) => {
    await run({ isWrong: true, start: start(program, ["--fault", fault]) });
    await run({ isWrong: false, start: start(program, ["--transport", faultOf(fault).transport]) });
  }, OPTIONS);
}

/** A client that comes, is answered, and goes. Resolves to its worker when the parent knows of its end. */
async function visit(server: TestServer): Promise<number> {
  using client = await server.connect();
  assertEquals(await client.roundTrip(), "ping\n");
  const workerPid = await server.workerOf(client);
  client.close();
  await server.event("worker_exited", { workerPid, status: 0 });
  return workerPid;
}

/** What comes back until the connection ends. */
async function answerTo(message: Uint8Array, server: TestServer): Promise<Uint8Array> {
  using client = await server.connect();
  const sent = client.send(message).then(() => client.closeWrite());
  const answer = await client.receive(2 * message.length);
  await sent;
  return answer;
}

for (const command of [undefined, ["cat"]]) {
  const what = command === undefined ? "a worker" : "a program";
  testFault(
    "no-wait",
    `${what} that has ended is a zombie until the server ends`,
    async (trial) => {
      await using server = await trial.start({ command });
      const pids = [await visit(server), await visit(server)];
      const states = new Map((await childrenOf(server.pid)).map(({ pid, state }) => [pid, state]));
      const state = trial.isWrong ? "Z" : undefined;
      assertEquals(pids.map((pid) => states.get(pid)), [state, state]);
      await server.stop();
      for (const pid of pids) {
        assertThrows(() => Deno.statSync(`/proc/${pid}`), Deno.errors.NotFound);
      }
    },
  );

  testFault("parent-keeps-socket", `the client of ${what} never sees the end`, async (trial) => {
    await using server = await trial.start({ command });
    using client = await server.connect();
    await client.roundTrip();
    const socket = tcpSockets().get(`${server.port} > ${client.port}`);
    const workerPid = await server.workerOf(client);
    await client.closeWrite();
    await server.event("worker_exited", { workerPid, status: 0 });
    const end = client.disconnected();
    // What is to come to this client has come when another has come and gone.
    const other = visit(server).then(() => "another client's visit");
    assertEquals(
      await Promise.race([end, other]),
      trial.isWrong ? "another client's visit" : "end of file",
    );
    await other;
    assertEquals([...openFilesOf(server.pid).values()].includes(socket ?? ""), trial.isWrong);
    await server.stop();
    assertEquals(await end, "end of file");
  });
}

/** Looks until it is so: a process of somebody else's tells nobody that it has ended. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + 60_000;
  while (!await isSo()) if (Date.now() > endsAt) throw new Error(`It is not so: ${isSo}`);
}

function listens(port: number): boolean {
  return tcpSockets().has(`${port} > 0`);
}

testFault(
  "child-keeps-listener",
  "the port stays taken when the server is killed, until the client goes",
  async ({ isWrong, start }) => {
    const folder = new TestFolder();
    await using server = await start({ folder: folder.path });
    const { port, hostname } = server;
    using client = await server.connect();
    await client.roundTrip();
    const listener = tcpSockets().get(`${port} > 0`) ?? "";
    const workerPid = await server.workerOf(client);
    assertEquals([...openFilesOf(workerPid).values()].includes(listener), isWrong);
    // Its outputs end with the last process that has them.
    server.process.signal("SIGKILL");
    await until(async () => !await isRunning(server.pid));
    if (isWrong) {
      assertEquals(await client.roundTrip("still here\n"), "still here\n");
      assertThrows(() => Deno.listen({ hostname, port }), Deno.errors.AddrInUse);
      client.close();
    }
    await until(async () => !await isRunning(workerPid));
    await server.ended();
    // A process that ends has lost its memory, by which it is known, before it closes what it had open.
    await until(() => Promise.resolve(!listens(port)));
    assertEquals(await processesWith(folder.path), []);
    // The next server removes what the killed one has left.
    await using next = await start({ folder: folder.path });
    assertEquals(folder.names().length, 1);
    await next.stop();
    await folder[Symbol.asyncDispose]();
  },
);

testFault(
  "child-keeps-listener",
  "SIGTERM ends the server and its workers all the same",
  async ({ start }) => {
    await using server = await start();
    using client = await server.connect();
    await client.roundTrip();
    const stopped = server.stop();
    await server.event("stopping");
    client.close();
    await stopped;
    assertEquals(listens(server.port), false);
  },
);

testFault("one-at-a-time", "a second client waits for the end of the first", async (trial) => {
  await using server = await trial.start();
  using first = await server.connect();
  const workerPid = await server.workerOf(first);
  using second = await server.connect();
  const answered = second.roundTrip();
  if (!trial.isWrong) assertEquals(await answered, "ping\n");
  assertEquals(await first.roundTrip(), "ping\n");
  first.close();
  assertEquals(await answered, "ping\n");
  await server.event("worker_exited", { workerPid });
  await server.event("connection_accepted", { remotePort: second.port });
  const placeOf = (name: string, field: string, value: unknown) =>
    server.events.findIndex((event) => event.event === name && event[field] === value);
  const isBehind = placeOf("connection_accepted", "remotePort", second.port) >
    placeOf("worker_exited", "workerPid", workerPid);
  assertEquals(isBehind, trial.isWrong);
});

testFault("no-half-close", "a client that ends first is not answered", async (trial) => {
  await using server = await trial.start();
  await visit(server);
  assertEquals(await answerTo(bytesOf("hello\n"), server), bytesOf(trial.isWrong ? "" : "hello\n"));
});

testFault("short-write", "of a large answer the rest is lost", async (trial) => {
  await using server = await trial.start();
  await visit(server);
  const large = new Uint8Array(1_000_000).fill(120);
  const { length } = await answerTo(large, server);
  assertEquals(length < large.length, trial.isWrong, `${length} bytes`);
  const closed = await server.event("connection_closed", { bytesIn: large.length });
  assertEquals(closed["bytesOut"], length);
});

testFault("strlen", "what follows a NUL is lost", async (trial) => {
  await using server = await trial.start();
  await visit(server);
  const answer = await answerTo(bytesOf("ab\0cd\n"), server);
  assertEquals(answer, bytesOf(trial.isWrong ? "ab" : "ab\0cd\n"));
  await server.event("connection_closed", { bytesIn: 6, bytesOut: answer.length });
});

testFault("dies-on-reset", "SIGPIPE ends the server, and with it all clients", async (trial) => {
  const folder = new TestFolder();
  await using server = await trial.start({ folder: folder.path });
  await visit(server);
  using other = await server.connect();
  await other.roundTrip();
  using client = await ResettableClient.connect(server.port);
  client.send("hello\n");
  assertEquals(await client.readLine(), "hello");
  await client.reset();
  if (trial.isWrong) {
    assertEquals((await server.ended()).signal, "SIGPIPE");
    await until(async () => (await processesWith(folder.path)).length === 0);
    await using next = await trial.start({ folder: folder.path });
    assertEquals(folder.names().length, 1);
    await next.stop();
  } else {
    await server.event("connection_closed", { remotePort: client.port, reason: "client_lost" });
    assertEquals(await other.roundTrip(), "ping\n");
    other.close();
    await server.stop();
  }
  await folder[Symbol.asyncDispose]();
});

testFault("descriptor-leak", "each connection leaves a descriptor open", async (trial) => {
  await using server = await trial.start();
  await visit(server);
  const sockets = () =>
    [...openFilesOf(server.pid).values()].filter((name) => name.startsWith("socket:")).length;
  const before = sockets();
  const visits = 3;
  for (let visited = 0; visited < visits; visited++) await visit(server);
  assertEquals(sockets() - before, trial.isWrong ? visits : 0);
});

for (const fault of FAULT_NAMES) {
  testProgram(
    `--fault ${fault}: no process and no file is left when the server was stopped, or killed`,
    async (program) => {
      const folder = new TestFolder();
      const start = () =>
        TestServer.start(program, {
          flags: ["--fault", fault, "--log", "json", "--grace", "0"],
          folder: folder.path,
        });
      await using killed = await start();
      using client = await killed.connect();
      await client.roundTrip();
      killed.process.signal("SIGKILL");
      client.close();
      await killed.ended();
      await until(async () => (await processesWith(folder.path)).length === 0);

      // This one removes what the other has left, and is stopped with a client connected.
      await using server = await start();
      using other = await server.connect();
      await other.roundTrip();
      await server.stop();
      assertEquals(await processesWith(folder.path), []);
      await folder[Symbol.asyncDispose]();
    },
    OPTIONS,
  );
}

testProgram(
  "a server tells at its start which mistake it makes, and only then",
  async (program) => {
    const started = async (...flags: string[]) => {
      await using server = await TestServer.start(program, { flags: [...flags, "--log", "json"] });
      return server.events[0]?.["fault"];
    };
    assertEquals(await started("--fault", "strlen"), "strlen");
    assertEquals(await started("--transport", "socket"), undefined);
  },
  OPTIONS,
);

testFault("no-wait", "the status has its name, and no time that a zombie lasted", async (trial) => {
  await using server = await trial.start({ flags: ["--status", "0"] });
  const { url } = await server.event("status_listening");
  await using reader = await StatusReader.open(String(url));
  await visit(server);
  const state = await reader.until(({ ended }) => ended.length > 0, "the end of a worker");
  assertEquals(state.server.fault, trial.isWrong ? "no-wait" : null);
  assertEquals(state.ended[0]?.zombieMs === null, trial.isWrong);
});

/** A client's line, and that it is told with these lines under events of its life. */
async function assertExplained(
  program: Program,
  { fault, patterns }: { readonly fault: FaultName; readonly patterns: readonly RegExp[] },
): Promise<void> {
  const flags = ["--fault", fault, "--log", "explain"];
  await using server = await TestServer.start(program, { flags });
  await server.process.stdout.match(new RegExp(`, fault ${fault}\\)$`));
  using client: TestClient = await server.connect();
  await client.roundTrip();
  client.close();
  await server.process.stdout.match(/ worker \d+ exited with status 0$/);
  for (const pattern of patterns) await server.process.stdout.match(pattern);
  await server.stop();
  const closes = server.process.stdout.text.match(/^ +close\(\d*\): (?!the listening)/gm) ?? [];
  assert(closes.length > 0, "what is closed is told");
}

for (
  const [fault, patterns] of [
    ["no-wait", [/ waitid\(\d+\) with WNOWAIT: /, / no waitpid\(\d+\): it stays a zombie$/]],
    ["parent-keeps-socket", [/ no close\(\d+\): the parent keeps/, / a copy still: the client /]],
    ["child-keeps-listener", [/ and 4 \(the listening socket\)$/]],
    ["descriptor-leak", [/ no close\(\d+\): the parent's end of the pair stays open$/]],
  ] as const
) {
  testProgram(
    `--log explain tells what --fault ${fault} leaves undone`,
    (program) => assertExplained(program, { fault, patterns }),
    OPTIONS,
  );
}
