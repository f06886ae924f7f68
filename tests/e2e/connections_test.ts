/** How connections meet processes: one worker each, reaped at its end; or one after another in the parent. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
} from "../assert.ts";
import { childrenOf, descriptorsOf, RunningProcess, runToEnd } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { type LoggedEvent, TestServer } from "./server.ts";

/** The clients of three makes that a newcomer may have, each connected as long as its input is open. */
function clientsOf(program: Program, port: number): RunningProcess[] {
  const commands = [
    ["socat", "-", `TCP:127.0.0.1:${port}`],
    ["ncat", "127.0.0.1", String(port)],
    [program.path, ...program.args, "client", String(port)],
  ];
  return commands.map((command) => new RunningProcess(command));
}

testProgram("three clients of different make are served by three processes", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--log", "json"] });
  await using clients = new AsyncDisposableStack();
  const running = clientsOf(program, server.port).map((client) => clients.use(client));
  for (const [i, client] of running.entries()) {
    await client.type(`hello from ${i}\n`);
    assertEquals(await client.stdout.find((line) => line), `hello from ${i}`);
  }
  const pids = startedWorkers(server.events);
  assertEquals(new Set(pids).size, 3);
  const children = (await childrenOf(server.pid)).map((child) => child.pid);
  assertEquals(new Set(children), new Set(pids));

  for (const client of running) {
    await client.endInput();
    assertEquals((await client.ended()).code, 0, client.stderr.text);
  }
  for (const workerPid of pids) {
    const exit = await server.event("worker_exited", { workerPid });
    assertEquals([exit["status"], exit["signal"], exit["reason"]], [0, null, "exited"]);
  }
  assertEquals(await childrenOf(server.pid), []);
}, { needs: ["socat", "ncat"] });

function startedWorkers(events: readonly LoggedEvent[]): number[] {
  return events.filter(({ event }) => event === "worker_started")
    .map((event) => Number(event["workerPid"]));
}

testProgram("iterative mode serves the second client when the first has ended", async (program) => {
  await using server = await TestServer.start(program, {
    flags: ["--mode", "iterative", "--log", "json"],
  });
  using first = await server.connect();
  assertEquals(await first.roundTrip(), "ping\n");
  // The kernel completes the connection and takes the bytes: only the answer has to wait.
  using second = await server.connect();
  await second.send("late\n");
  let isAnswered = false;
  const answer = second.receive(5).then((bytes) => {
    isAnswered = true;
    return new TextDecoder().decode(bytes);
  });
  for (let i = 0; i < 100; i++) await first.roundTrip();
  assertEquals(isAnswered, false);
  first.close();
  assertEquals(await answer, "late\n");
  assertEquals(await childrenOf(server.pid), []);

  await server.event("connection_accepted", { remotePort: second.port });
  const order = server.events.map(({ event, remotePort }) => `${event} ${remotePort}`);
  assertLessOrEqual(
    order.indexOf(`connection_closed ${first.port}`) + 1,
    order.indexOf(`connection_accepted ${second.port}`),
  );
});

for (const mode of ["per-connection", "iterative"]) {
  testProgram(`${mode} mode asks the kernel for the queue of --backlog`, async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--mode", mode, "--backlog", "7"],
    });
    const { stdout } = await runToEnd(["ss", "-Hltn", `sport = :${server.port}`]);
    const [state, , sendQueue] = stdout.split(/\s+/);
    assertEquals([state, sendQueue], ["LISTEN", "7"]);
  }, { needs: ["ss"] });
}

testProgram("at --max-connections the next client waits for a slot", async (program) => {
  await using server = await TestServer.start(program, {
    flags: ["--max-connections", "2", "--log", "json"],
  });
  using first = await server.connect();
  using second = await server.connect();
  assertEquals(await first.roundTrip(), "ping\n");
  assertEquals(await second.roundTrip(), "ping\n");
  await server.event("admission_paused", { maxConnections: 2 });
  using third = await server.connect();
  await third.send("ping\n");
  assertEquals((await childrenOf(server.pid)).length, 2);

  first.close();
  assertEquals(new TextDecoder().decode(await third.receive(5)), "ping\n");
  await server.event("admission_resumed");
  const order = server.events.map(({ event }) => event);
  assertLessOrEqual(order.indexOf("worker_exited") + 1, order.indexOf("admission_resumed"));
});

testProgram("IPv6: --host ::1 is listened on, logged in brackets and served", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--host", "::1"] });
  const client = [program.path, ...program.args, "client", "::1", String(server.port)];
  const { status, stdout } = await runToEnd(client, { input: "over IPv6\n" });
  assertEquals([status, stdout], [0, "over IPv6\n"]);
  await server.process.stdout.match(/^client \[::1\]:\d+ is connected\.\.\. \(worker \d+\)$/);
});

testProgram("60 connections leave no zombie, and no descriptor open", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--log", "json"] });
  const serve = async (count: number) => {
    for (let i = 0; i < count; i++) {
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      const workerPid = await server.workerOf(client);
      client.close();
      await server.event("worker_exited", { workerPid });
    }
  };
  await serve(10);
  const before = await descriptorsOf(server.pid);
  await serve(50);
  assertEquals(await childrenOf(server.pid), []);
  assertLessOrEqual(await descriptorsOf(server.pid), before);
  assertEquals(new Set(startedWorkers(server.events)).size, 60);
});

testProgram("40 clients at once are all served", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  using clients = new DisposableStack();
  const connected = await Promise.all(
    Array.from({ length: 40 }, async () => clients.use(await server.connect())),
  );
  const answers = await Promise.all(connected.map((client, i) => client.roundTrip(`I am ${i}\n`)));
  assertEquals(answers, connected.map((_, i) => `I am ${i}\n`));
  const children = await childrenOf(server.pid);
  assertGreaterOrEqual(children.length, 40);
  assert(children.every(({ state }) => state !== "Z"));
});

testProgram("TCP keepalive is on for every connection", async (program) => {
  await using server = await TestServer.start(program);
  using client = await server.connect();
  await client.roundTrip();
  const filter = `sport = :${server.port}`;
  const { stdout } = await runToEnd(["ss", "-Htno", "state", "established", filter]);
  assertMatch(stdout, /timer:\(keepalive,/);
}, { needs: ["ss"] });
