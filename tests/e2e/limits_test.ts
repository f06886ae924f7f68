/** What one client, or many, cannot take from the others: slots, time, memory and descriptors. */

import { assertEquals, assertLessOrEqual, assertMatch } from "../assert.ts";
import { childrenOf, descriptorsOf, residentBytesOf, runToEnd } from "./process.ts";
import { countsBytes, SERVINGS, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

const MEBIBYTE = 1024 * 1024;

const JSON_LOG = ["--log", "json"];

testProgram(
  "--max-per-host closes a surplus connection of an address at once, and counts it",
  async (program) => {
    await using server = await TestServer.start(program, {
      // A slot for one of the surplus, which has to give it back for the next.
      flags: ["--max-per-host", "2", "--max-connections", "3", "--log", "json"],
    });
    using first = await server.connect();
    using second = await server.connect();
    await first.roundTrip();
    await second.roundTrip();
    for (const rejected of [1, 2]) {
      using surplus = await server.connect();
      assertMatch(await surplus.disconnected(), /end of file|reset/);
      const event = await server.event("connection_rejected", { remotePort: surplus.port });
      assertEquals([event["maxPerHost"], event["rejected"]], [2, rejected]);
    }
    assertEquals((await childrenOf(server.pid)).length, 2);

    const workerPid = await server.workerOf(first);
    first.close();
    await server.event("worker_exited", { workerPid });
    using next = await server.connect();
    assertEquals(await next.roundTrip(), "ping\n");
  },
);

for (const mode of SERVINGS.filter(countsBytes)) {
  testProgram(
    `${mode.name}: --idle-timeout ends a silent connection, and no other`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...mode.flags, "--idle-timeout", "2", "--log", "json"],
        command: mode.command,
      });
      using busy = mode.isConcurrent ? await server.connect() : null;
      using silent = await server.connect();
      let isOver = false;
      const waitSilently = async () => {
        assertEquals(await silent.roundTrip(), "ping\n");
        await silent.disconnected();
        isOver = true;
      };
      // From the beginning: on a busy machine the other's worker may take longer to start than the timeout.
      const keepBusy = async () => {
        while (busy !== null && !isOver) {
          await busy.roundTrip();
          // The pace of somebody who is not silent: without it, this takes all of the processors.
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      await Promise.all([waitSilently(), keepBusy()]);
      await server.event("connection_closed", { remotePort: silent.port, reason: "idle_timeout" });
      if (busy !== null) assertEquals(await busy.roundTrip(), "ping\n");
    },
  );
}

testProgram("the descriptors that the process may open limit its connections", async (program) => {
  const wrapper = ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh"];
  await using server = await TestServer.start(program, { wrapper, flags: ["--log", "json"] });
  await server.event("listening", { maxConnections: 16 });

  const command = [...wrapper, program.path, ...program.args, "server"];
  const { status, stderr } = await runToEnd([...command, "--max-connections", "17", "0"]);
  assertEquals([status, stderr], [
    2,
    "brood: --max-connections 17: this process may open 128 files, enough for 16 connections " +
    "(see ulimit -n); try 'brood server --help'\n",
  ]);
});

testProgram(
  "as many connections as the descriptors are said to be enough for are served",
  async (program) => {
    const wrapper = ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh"];
    await using server = await TestServer.start(program, { wrapper, flags: ["--log", "json"] });
    using clients = new DisposableStack();
    for (let i = 0; i < 16; i++) {
      const client = clients.use(await server.connect());
      assertEquals(await client.roundTrip(), "ping\n");
    }
    assertEquals(server.process.stderr.text, "");
  },
);

testProgram(
  "out of descriptors, accept waits with one warning, and goes on when there are some",
  async (program) => {
    await using server = await TestServer.start(program, { flags: ["--log", "json"] });
    using before = await server.connect();
    await before.roundTrip();
    await limitDescriptors(server.pid, 0);
    using waiting = await server.connect();
    await server.event("accept_failed");
    assertEquals(await before.roundTrip(), "ping\n");

    await limitDescriptors(server.pid, 10_000);
    assertEquals(await waiting.roundTrip(), "ping\n");
    assertEquals(server.events.filter(({ event }) => event === "accept_failed").length, 1);
    await server.process.stderr.match(/^warning: /);
    // The runtime may have something to say, too.
    const warnings = server.process.stderr.all.filter((line) => line.startsWith("warning: "));
    assertEquals(warnings.length, 1, server.process.stderr.text);
  },
  { needs: ["prlimit"] },
);

testProgram(
  "no worker is ended because the server has no descriptor to connect to it with",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--mode", "prefork", "--workers", "2", ...JSON_LOG],
    });
    using before = new DisposableStack();
    const clients = [before.use(await server.connect()), before.use(await server.connect())];
    for (const client of clients) await client.roundTrip();
    before.dispose();
    for (const { port } of clients) await server.event("connection_closed", { remotePort: port });

    // The first is accepted with the last descriptor; that the second is not shows that the first was.
    await limitDescriptors(server.pid, 1);
    using first = await server.connect();
    using second = await server.connect();
    await server.event("accept_failed");
    await limitDescriptors(server.pid, 10_000);
    assertEquals(await first.roundTrip(), "ping\n");
    assertEquals(await second.roundTrip(), "ping\n");
    const names = server.events.map(({ event }) => event);
    assertEquals(names.filter((name) => /^worker_/.test(name)), Array(2).fill("worker_started"));
  },
  { needs: ["prlimit"] },
);

/** Lets a process open so many files more. */
async function limitDescriptors(pid: number, more: number): Promise<void> {
  const open = await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`));
  const numbers = new Set(open.map(({ name }) => Number(name)));
  const free = Array.from({ length: numbers.size + more + 1 }, (_, number) => number)
    .filter((number) => !numbers.has(number));
  // The limit is the first number that may not be used (getrlimit(2)).
  const limit = `--nofile=${free[more] ?? 0}:20000`;
  assertEquals((await runToEnd(["prlimit", "--pid", String(pid), limit])).status, 0);
}

testProgram(
  "10,000 connections in a row leave the parent's descriptors and memory flat",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--mode", "prefork", "--workers", "2", "--quiet"],
    });
    const serve = async (count: number) => {
      for (let i = 0; i < count; i++) {
        using client = await server.connect();
        assertEquals(await client.roundTrip(), "ping\n");
        await client.closeWrite();
        assertEquals(await client.disconnected(), "end of file");
      }
    };
    await serve(3000);
    const descriptors = await descriptorsOf(server.pid);
    const memory = await residentBytesOf(server.pid);
    await serve(7000);
    // A connection that has just ended may still have some; one that left any would have left thousands.
    assertLessOrEqual(await descriptorsOf(server.pid), descriptors + 10);
    assertLessOrEqual(await residentBytesOf(server.pid) - memory, 24 * MEBIBYTE);
    assertEquals((await childrenOf(server.pid)).length, 2);
  },
);
