/**
 * Signals that reach every process of a service at once, as a service manager sends SIGTERM: the server alone takes
 * them, and what it has started goes on until it says otherwise.
 */

import { assert, assertEquals } from "../assert.ts";
import { childrenOf, isRunning, until } from "./process.ts";
import { SERVINGS, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";
import { MEANINGLESS_SIGNALS } from "./signals.ts";

/** A process with all that has come of it, itself first. */
async function treeOf(pid: number): Promise<number[]> {
  const below = await Promise.all((await childrenOf(pid)).map((child) => treeOf(child.pid)));
  return [pid, ...below.flat()];
}

/** Sends a signal to all of them, the server last: so it can have ended none of them before. */
function signalAll(pids: readonly number[], signal: Deno.Signal): void {
  for (const pid of pids.toReversed()) Deno.kill(pid, signal);
}

const LONG_GRACE = ["--grace", "3600"];
const WATCHED = ["--log", "json", "--status", "0"];

/** Those in which workers serve: a program has the system's defaults, as under any inetd. */
const WORKERS = SERVINGS.filter(({ command }) => command === undefined);

for (const { name, flags } of WORKERS) {
  testProgram(
    `${name}: SIGTERM to every process at once ends no connection before its time`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...flags, ...LONG_GRACE, ...WATCHED],
      });
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      const pids = await treeOf(server.pid);
      assert(pids.length > 1);
      signalAll(pids, "SIGTERM");
      await server.event("stopping", { connections: 1 });
      // A service manager may send it more than once.
      signalAll(pids, "SIGTERM");
      for (let i = 0; i < 5; i++) assertEquals(await client.roundTrip(), "ping\n");
      for (const pid of pids) assert(await isRunning(pid));
      client.close();
      assertEquals((await server.ended()).code, 0);
      await server.event("connection_closed", { reason: "finished" });
      const crashed = server.events.filter(({ reason }) => reason === "crashed");
      const warnings = server.process.stderr.all.filter((line) => !line.includes("isolates"));
      assertEquals([crashed, warnings], [[], []]);
    },
  );

  // What a handler is makes no difference to the end.
  if (flags.includes("--handler")) continue;
  testProgram(
    `${name}: when the grace is over, SIGTERM to every process has ended all`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...flags, "--grace", "0.1", ...WATCHED],
      });
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      signalAll(await treeOf(server.pid), "SIGTERM");
      await client.disconnected();
      assertEquals((await server.ended()).code, 0);
      await server.event("connection_closed", { reason: "server_stopped" });
    },
    { forms: ["compiled"] },
  );
}

for (const transport of ["unix", "pipe", "socket"]) {
  testProgram(`${transport}: SIGTERM ends no worker that is just starting`, async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--transport", transport, ...LONG_GRACE, "--log", "json"],
    });
    using client = await server.connect();
    const { workerPid } = await server.event("worker_started");
    const pid = Number(workerPid);
    // The shell before it takes a millisecond; from source, Deno itself takes the signal before the worker can.
    const isOurs = async () =>
      await Deno.realPath(`/proc/${pid}/exe`) === await Deno.realPath(program.path);
    await until(isOurs, "worker that is executed");
    signalAll(await treeOf(server.pid), "SIGTERM");
    assertEquals(await client.roundTrip(), "ping\n");
    client.close();
    await server.event("worker_exited", { workerPid: pid, status: 0 });
    assertEquals((await server.ended()).code, 0);
  }, { forms: ["compiled"] });

  testProgram(
    `${transport}: a worker that answers nothing is killed after the grace`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: ["--transport", transport, "--grace", "0", "--log", "json"],
      });
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      const workerPid = await server.workerOf(client);
      Deno.kill(workerPid, "SIGSTOP");
      server.process.signal("SIGTERM");
      await server.event("worker_exited", { workerPid, signal: "SIGKILL", reason: "killed_by_us" });
      assertEquals((await server.ended()).code, 0);
    },
  );
}

testProgram(
  "what means nothing to a server ends neither it nor what it has started",
  async (program) => {
    for (const transport of ["unix", "pipe", "socket"]) {
      await using server = await TestServer.start(program, {
        flags: ["--transport", transport, ...WATCHED],
      });
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      const pids = await treeOf(server.pid);
      // The status process and the worker; over pipes a guard, too.
      assertEquals(pids.length, transport === "pipe" ? 4 : 3);
      for (const signal of MEANINGLESS_SIGNALS) {
        signalAll(pids, signal);
        assertEquals(await client.roundTrip(), "ping\n");
      }
      for (const pid of pids) assert(await isRunning(pid));
    }
  },
);

testProgram(
  "Ctrl-C at a terminal, which reaches the foreground group, leaves a program to its client",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: LONG_GRACE,
      ownGroup: true,
      command: ["cat"],
    });
    using client = await server.connect();
    assertEquals(await client.roundTrip(), "ping\n");
    Deno.kill(-server.pid, "SIGINT");
    await server.process.stdout.match(/^Server stop/);
    assertEquals(await client.roundTrip(), "ping\n");
    client.close();
    assertEquals((await server.ended()).code, 0);
  },
);
