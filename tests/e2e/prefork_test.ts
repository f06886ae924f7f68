/** Workers that are started ahead: all of them in prefork mode, the spare ones in per-connection mode. */

import { assert, assertEquals, assertGreaterOrEqual } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { childrenOf, killProcess } from "./process.ts";
import { testProgram } from "./program.ts";
import { type LoggedEvent, TestServer } from "./server.ts";

function prefork(workers: number, ...flags: string[]): { flags: string[] } {
  return {
    flags: ["--mode", "prefork", "--workers", String(workers), "--log", "json", ...flags],
  };
}

/** Resolves to the pids of the first so many workers, once they have been started. */
async function startedWorkers(server: TestServer, count: number): Promise<number[]> {
  const pids: number[] = [];
  await server.process.stdout.find((line) => {
    const event: LoggedEvent = JSON.parse(line);
    if (event.event === "worker_started") pids.push(Number(event["workerPid"]));
    return pids.length === count ? pids : undefined;
  });
  return pids;
}

async function pidsOf(server: TestServer): Promise<Set<number>> {
  return new Set((await childrenOf(server.pid)).map(({ pid }) => pid));
}

testProgram(
  "prefork starts its workers first, and every connection goes to one of them",
  async (program) => {
    await using server = await TestServer.start(program, prefork(3));
    const pids = await startedWorkers(server, 3);
    assertEquals(await pidsOf(server), new Set(pids));

    using clients = new DisposableStack();
    const together = [];
    for (let i = 0; i < 3; i++) {
      const client = clients.use(await server.connect());
      assertEquals(await client.roundTrip(), "ping\n");
      together.push(await server.workerOf(client));
    }
    assertEquals(new Set(together), new Set(pids));
    clients.dispose();
    await server.stop();
    assertEquals(server.events.filter(({ event }) => event === "worker_started").length, 3);
  },
);

testProgram("prefork replaces a worker after --connections-per-worker", async (program) => {
  await using server = await TestServer.start(
    program,
    prefork(1, "--connections-per-worker", "2"),
  );
  const used = [];
  for (let i = 0; i < 5; i++) {
    using client = await server.connect();
    assertEquals(await client.roundTrip(), "ping\n");
    used.push(await server.workerOf(client));
  }
  const [a, b, c] = await startedWorkers(server, 3);
  assertEquals(used, [a, a, b, b, c]);
});

testProgram("prefork replaces a worker that is killed, idle or serving", async (program) => {
  await using server = await TestServer.start(program, prefork(2));
  const [first = 0] = await startedWorkers(server, 2);
  using bystander = await server.connect();
  await bystander.roundTrip();
  const serving = await server.workerOf(bystander);
  const [idle = 0] = [...await pidsOf(server)].filter((pid) => pid !== serving);
  killProcess(idle);
  await server.event("worker_exited", { workerPid: idle, signal: "SIGKILL", reason: "crashed" });
  await startedWorkers(server, 3);

  using victim = await server.connect();
  await victim.roundTrip();
  killProcess(await server.workerOf(victim));
  await victim.disconnected();
  await server.event("connection_closed", { remotePort: victim.port, reason: "worker_lost" });
  await startedWorkers(server, 4);

  assertEquals(await bystander.roundTrip(), "ping\n");
  using next = await server.connect();
  assertEquals(await next.roundTrip(), "ping\n");
  assert(first > 0);
});

testProgram(
  "workers that end at once are replaced after growing pauses, with one warning, until they hold",
  async (program) => {
    await using server = await TestServer.start(program, prefork(1));
    const [worker = 0] = await startedWorkers(server, 1);
    using client = await server.connect();
    await client.roundTrip();
    client.close();
    // Without the run folder no worker can open its socket.
    const [folder] = await Array.fromAsync(Deno.readDir(server.folderPath));
    const path = `${server.folderPath}/${folder?.name}`;
    await Deno.rename(path, `${path}.away`);
    killProcess(worker);
    await startedWorkers(server, 6);
    await Deno.rename(`${path}.away`, path);

    using next = await server.connect();
    assertEquals(await next.roundTrip(), "ping\n");
    const times = server.events.filter(({ event }) => event === "worker_started")
      .map((event) => Date.parse(String(event["time"])));
    for (const [i, pauseMs] of [100, 200, 400].entries()) {
      // After the first replacement, which comes at once; timers are rounded to a millisecond.
      assertGreaterOrEqual((times[i + 2] ?? 0) - (times[i + 1] ?? 0), pauseMs - 2);
    }
    await server.process.stderr.match(/^warning:/);
    const warnings = server.process.stderr.all.filter((line) => line.startsWith("warning:"));
    assertEquals(warnings.length, 1, server.process.stderr.text);
  },
);

for (
  const [name, flags] of [
    ["prefork", ["--mode", "prefork", "--workers", "1"]],
    ["--spare", ["--spare", "1"]],
  ] as const
) {
  testProgram(
    `${name}: workers that end with status 0 before they serve are replaced after growing pauses`,
    async (program) => {
      await using folder = new TempFolder();
      const handler = folder.join("leaves.js");
      // The trial at the start of the server ends before that.
      await Deno.writeTextFile(handler, "setTimeout(() => Deno.exit(0)); export default () => {};");
      await using server = await TestServer.start(program, {
        flags: [...flags, "--handler", handler, "--log", "json"],
      });
      await startedWorkers(server, 5);
      const times = server.events.filter(({ event }) => event === "worker_started")
        .map((event) => Date.parse(String(event["time"])));
      for (const [i, pauseMs] of [100, 200, 400, 800].entries()) {
        assertGreaterOrEqual((times[i + 1] ?? 0) - (times[i] ?? 0), pauseMs - 2);
      }
      // Some end just before they say hello, some just after.
      await server.process.stderr.match(
        /^warning: Worker \d+ ended (before|as soon as) it was ready/,
      );
    },
  );
}

testProgram(
  "--spare keeps workers waiting, draws them down in a burst, and refills them",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--spare", "3", "--log", "json"],
    });
    const spares = await startedWorkers(server, 3);
    assertEquals(await pidsOf(server), new Set(spares));

    using first = await server.connect();
    assertEquals(await first.roundTrip(), "ping\n");
    assert(spares.includes(await server.workerOf(first)), "it was not served by a spare");

    using burst = new DisposableStack();
    const clients = await Promise.all(
      Array.from({ length: 12 }, async () => burst.use(await server.connect())),
    );
    const answers = await Promise.all(clients.map((client) => client.roundTrip()));
    assertEquals(new Set(answers), new Set(["ping\n"]));
    const pids = await Promise.all(clients.map((client) => server.workerOf(client)));
    assertEquals(new Set(pids).size, 12);
    burst.dispose();
    // One for each connection, and three that wait again.
    await startedWorkers(server, 16);
  },
);

testProgram(
  "a spare that was killed is no loss for the connection that gets the next",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--spare", "1", "--log", "json"],
    });
    const [spare = 0] = await startedWorkers(server, 1);
    // Stopped it cannot answer, killed it may not have been reaped when the connection comes.
    killProcess(spare);
    using client = await server.connect();
    assertEquals(await client.roundTrip(), "ping\n");
  },
);
