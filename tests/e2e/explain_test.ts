/** What `--log explain` tells is true: its descriptors, processes, wait statuses and queues are the real ones. */

import { assert, assertEquals } from "../assert.ts";
import { openFilesOf, tcpSockets } from "./open_files.ts";
import { killProcess } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { type TestClient, TestServer } from "./server.ts";

const OPTIONS = { impossible: Deno.build.os === "linux" ? undefined : "no /proc here" };

async function start(
  program: Program,
  flags: readonly string[],
  command?: readonly string[],
): Promise<TestServer> {
  return await TestServer.start(program, { flags: ["--log", "explain", ...flags], command });
}

/** The numbers that the first line tells that matches, from that line of the log on. */
async function told(server: TestServer, pattern: RegExp, from = 0): Promise<number[]> {
  const find = (line: string) => pattern.exec(line) ?? undefined;
  const [, ...numbers] = await server.process.stdout.find(find, from);
  return numbers.map(Number);
}

/** What a process has open at that number. */
function openAt(pid: number | undefined, number: number | undefined): string | undefined {
  assert(pid !== undefined && number !== undefined);
  return openFilesOf(pid).get(number);
}

/** The listening socket, and the server's side of a client's connection. */
function socketsOf(server: TestServer, client: TestClient) {
  const sockets = tcpSockets();
  const listening = sockets.get(`${server.port} > 0`);
  const connection = sockets.get(`${server.port} > ${client.port}`);
  assert(listening !== undefined && connection !== undefined);
  return { listening, connection };
}

const LISTENS = /listen\((\d+), 128\): descriptor (\d+) is the listening socket$/;
const ACCEPTED = / accept\((\d+)\).* gave descriptor (\d+); (\d+) connections? waits? in the/;
const CONNECTED = / is connected\.\.\. \(worker (\d+)\)$/;

/** Checks what is told of the listening socket and of the accepted one. Returns the latter, and the worker. */
async function assertAccepted(server: TestServer, client: TestClient) {
  const { listening, connection } = socketsOf(server, client);
  const [listener, again] = await told(server, LISTENS);
  assertEquals(openAt(server.pid, listener), listening);
  assertEquals(listener, again);
  const [acceptedFrom, descriptor = -1] = await told(server, ACCEPTED);
  assertEquals(acceptedFrom, listener);
  const [worker = -1] = await told(server, CONNECTED);
  return { connection, descriptor, worker };
}

/** Kills the worker, and checks that its wait status is told. */
async function assertKilled(server: TestServer, worker: number): Promise<void> {
  killProcess(worker);
  const status = /waitpid\((\d+)\): WIFSIGNALED\(status\) is true, WTERMSIG\(status\) is (\d+) /;
  assertEquals(await told(server, status), [worker, 9]);
}

for (const flags of [[], ["--spare", "1"], ["--mode", "prefork", "--workers", "1"]]) {
  testProgram(
    `--log explain tells the descriptors of a relay over a Unix-domain socket: ${flags.join(" ")}`,
    async (program) => {
      await using server = await start(program, flags);
      using client = await server.connect();
      await client.roundTrip();
      const { connection, descriptor, worker } = await assertAccepted(server, client);
      assertEquals(openAt(server.pid, descriptor), connection);
      const [given, keeps = -1, stream = -1] = await told(
        server,
        /keeps the client's socket (\d+) and copies between (\d+) and (\d+)$/,
      );
      assertEquals([given, keeps], [descriptor, descriptor]);
      assertEquals(await told(server, / connect\((\d+)\) reached process (\d+) at /), [
        stream,
        worker,
      ]);
      const [, inode] = /^socket:\[(\d+)\]$/.exec(openAt(server.pid, stream) ?? "") ?? [];
      const unixSockets = await Deno.readTextFile("/proc/net/unix");
      assert(new RegExp(` ${inode}$`, "m").test(unixSockets), "it is a Unix-domain socket");
      await told(server, new RegExp(`fork\\(\\) started process ${worker}, `));
      assertEquals([0, 1].map((number) => openAt(worker, number)), ["/dev/null", "/dev/null"]);
      await assertKilled(server, worker);
      await told(server, new RegExp(`close\\(${descriptor}\\): the client's socket$`));
    },
    OPTIONS,
  );
}

for (const flags of [[], ["--spare", "1"], ["--mode", "prefork", "--workers", "1"]]) {
  testProgram(
    `--log explain tells the descriptors of a worker that gets the socket: ${flags.join(" ")}`,
    async (program) => {
      await using server = await start(program, ["--transport", "socket", ...flags]);
      using client = await server.connect();
      await client.roundTrip();
      const { connection, descriptor, worker } = await assertAccepted(server, client);
      const sent =
        / sendmsg\((\d+)\) with SCM_RIGHTS: a copy of descriptor (\d+) is for process (\d+)/;
      const [door, copied, receiver] = await told(server, sent);
      assertEquals([copied, receiver], [descriptor, worker]);
      const pair = new RegExp(`socketpair\\(\\) gave descriptors ${door} and (\\d+)$`);
      const [other = -1] = await told(server, pair);
      await told(server, new RegExp(`close\\(${other}\\): the parent's copy; process ${worker} `));
      await told(server, new RegExp(`posix_spawn\\(\\) started process ${worker}: `));
      assert(openAt(server.pid, door)?.startsWith("socket:"), "the parent has its end");
      assert(openAt(worker, 3)?.startsWith("socket:"), "and the worker the other");
      await told(server, new RegExp(`close\\(${descriptor}\\): the parent's copy; that of`));
      assertEquals([...openFilesOf(server.pid).values()].includes(connection), false);
      assertEquals([...openFilesOf(worker).values()].includes(connection), true);
      await assertKilled(server, worker);
    },
    OPTIONS,
  );
}

testProgram(
  "--log explain tells that a program has the client's socket from its start",
  async (program) => {
    await using server = await start(program, [], ["cat"]);
    using client = await server.connect();
    await client.roundTrip();
    const { connection, descriptor, worker } = await assertAccepted(server, client);
    await told(
      server,
      new RegExp(`posix_spawn\\(\\) started process ${worker}: .* 0, 1 \\(the client's`),
    );
    assertEquals([0, 1].map((number) => openAt(worker, number)), [connection, connection]);
    await told(
      server,
      new RegExp(`close\\(${descriptor}\\): the parent's copy; process ${worker} `),
    );
    assertEquals([...openFilesOf(server.pid).values()].includes(connection), false);
    await assertKilled(server, worker);
  },
  OPTIONS,
);

for (const command of [undefined, ["cat"]]) {
  testProgram(
    `--log explain tells that the parent copies over pipes to ${command ?? "a worker"}`,
    async (program) => {
      await using server = await start(program, ["--transport", "pipe"], command);
      using client = await server.connect();
      await client.roundTrip();
      const { connection, descriptor, worker } = await assertAccepted(server, client);
      assertEquals(openAt(server.pid, descriptor), connection);
      await told(
        server,
        new RegExp(`fork\\(\\) started process ${worker}, .* 0, 1 \\(pipes to the`),
      );
      for (const number of [0, 1]) assert(openAt(worker, number)?.startsWith("pipe:"));
      await told(
        server,
        new RegExp(`keeps the client's socket ${descriptor} and copies between that`),
      );
      await assertKilled(server, worker);
    },
    OPTIONS,
  );
}

testProgram(
  "--log explain tells how many wait when an iterative server accepts the next",
  async (program) => {
    await using server = await start(program, ["--mode", "iterative"]);
    const waiting: number[] = [];
    const clients = [await server.connect()];
    await clients[0]?.roundTrip();
    // The kernel connects these; nobody accepts them yet.
    clients.push(await server.connect(), await server.connect());
    for (const client of clients) {
      await client.roundTrip();
      const line = new RegExp(`client 127\\.0\\.0\\.1:${client.port} is connected`);
      await server.process.stdout.match(line);
      const from = server.process.stdout.all.findIndex((text) => line.test(text));
      const [, descriptor, count = -1] = await told(server, ACCEPTED, from);
      assertEquals(openAt(server.pid, descriptor), socketsOf(server, client).connection);
      waiting.push(count);
      client.close();
    }
    assertEquals(waiting, [0, 1, 0]);
  },
  OPTIONS,
);

testProgram(
  "--log explain tells that a stopping server has closed its listening socket",
  async (program) => {
    await using server = await start(program, []);
    using client = await server.connect();
    await client.roundTrip();
    const { listening } = socketsOf(server, client);
    const [listener] = await told(server, LISTENS);
    server.process.signal("SIGTERM");
    assertEquals(await told(server, / close\((\d+)\): the listening socket; /), [listener]);
    assertEquals([...openFilesOf(server.pid).values()].includes(listening), false);
  },
  OPTIONS,
);

testProgram("--log explain tells an exit status, and --quiet the start alone", async (program) => {
  await using server = await start(program, [], ["sh", "-c", "exit 3"]);
  using client = await server.connect();
  await client.disconnected();
  const exited = /waitpid\(\d+\): WIFEXITED\(status\) is true, WEXITSTATUS\(status\) is (\d+)$/;
  assertEquals(await told(server, exited), [3]);

  await using quiet = await start(program, ["--quiet"]);
  using other = await quiet.connect();
  await other.roundTrip();
  other.close();
  await quiet.stop();
  assertEquals(quiet.process.stdout.all.length, 2, quiet.process.stdout.text);
  assertEquals(quiet.process.stderr.text, "");
}, OPTIONS);

testProgram(
  "--log explain leaves the numbers out where libc may not be called",
  async (program) => {
    const args = program.args.filter((arg) => arg !== "--allow-ffi");
    await using server = await start({ ...program, args }, []);
    using client = await server.connect();
    await client.roundTrip();
    // The compiled program has its permissions in itself.
    const [listened, accepted] = program.form === "compiled" ? [LISTENS, ACCEPTED] : [
      / socket\(\), bind\(\) and listen\(\), with a backlog of 128$/,
      / accept\(\).* gave the client's/,
    ];
    await told(server, listened);
    await told(server, accepted);
    await told(server, new RegExp(`Client\\(${client.port}\\): ping$`));
    assertEquals(server.process.stderr.text, "");
  },
  OPTIONS,
);
