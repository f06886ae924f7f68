/** How a server stops: what it waits for, and what it does not wait for any more. */

import { assert, assertEquals, assertMatch, assertRejects } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { childrenOf, processesWith } from "./process.ts";
import { SERVINGS, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";
import { MEANINGLESS_SIGNALS } from "./signals.ts";

const LONG_GRACE = ["--grace", "3600"];

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  for (const { name, flags: ownFlags, command } of SERVINGS) {
    testProgram(
      `${name}: ${signal} lets a connection finish, and takes no new one`,
      async (program) => {
        await using server = await TestServer.start(program, {
          flags: [...ownFlags, ...LONG_GRACE],
          command,
        });
        using client = await server.connect();
        assertEquals(await client.roundTrip(), "ping\n");
        server.process.signal(signal);
        await server.process.stdout.match(
          /^Server stop\.\.\. waiting up to 3600 s for 1 connection$/,
        );
        await assertRejects(() => server.connect(), Deno.errors.ConnectionRefused);
        assertEquals(await client.roundTrip("still here\n"), "still here\n");
        client.close();
        assertEquals((await server.ended()).code, 0);
      },
    );
  }
}

testProgram("a server without connections stops at once, with status 0", async (program) => {
  await using server = await TestServer.start(program, { flags: LONG_GRACE });
  server.process.signal("SIGINT");
  assertEquals((await server.ended()).code, 0);
  assertEquals(server.process.stdout.all.at(-1), "Server stop...");
  assertEquals(server.process.stderr.text, "");
});

for (const { name, flags: ownFlags, command } of SERVINGS) {
  testProgram(`${name}: a second SIGINT skips the wait`, async (program) => {
    await using server = await TestServer.start(program, {
      flags: [...ownFlags, ...LONG_GRACE],
      command,
    });
    using client = await server.connect();
    await client.roundTrip();
    server.process.signal("SIGINT");
    await server.process.stdout.match(/^Server stop/);
    let isDisconnected = false;
    const disconnected = client.disconnected().then(() => isDisconnected = true);
    // As somebody does who keeps typing Ctrl-C: the first repetitions may count as the same keystroke.
    while (!isDisconnected) {
      server.process.signal("SIGINT");
      await childrenOf(server.pid);
    }
    await disconnected;
    assertEquals((await server.ended()).code, 0);
    await server.process.stdout.match(
      /^Client\(\d+\): is disconnected \(.*, the server stopped\)$/,
    );
  });
}

testProgram("a program has the system's defaults for signals", async (program) => {
  await using server = await TestServer.start(program, {
    flags: ["--log", "json"],
    command: ["sh", "-c", "echo ready; exec cat"],
  });
  for (const signal of MEANINGLESS_SIGNALS) {
    using client = await server.connect();
    await client.receive("ready\n".length);
    assertEquals(await client.roundTrip(), "ping\n");
    const workerPid = await server.workerOf(client);
    Deno.kill(workerPid, signal);
    await server.event("worker_exited", { workerPid, signal, reason: "crashed" });
  }
});

testProgram("a guard that was stopped is ended by force", async (program) => {
  await using server = await TestServer.start(program, { command: ["cat"] });
  const [guard] = await childrenOf(server.pid);
  assert(guard !== undefined);
  Deno.kill(guard.pid, "SIGSTOP");
  server.process.signal("SIGTERM");
  assertEquals((await server.ended()).code, 0);
  assertEquals(server.process.stderr.text, "");
});

/**
 * What a prefork server does with a connection while no worker gets ready: flags, a signal, and the reason of the end.
 */
const WAITS_FOR_NOBODY = [
  [["--idle-timeout", "0.3"], null, "idle_timeout"],
  [["--grace", "0.1"], "SIGTERM", "server_stopped"],
] as const;

for (const [flags, signal, reason] of WAITS_FOR_NOBODY) {
  testProgram(`a connection that waits for a worker in vain ends: ${reason}`, async (program) => {
    // The server cannot remove a run folder that the test has moved.
    await using folder = new TempFolder();
    await using server = await TestServer.start(program, {
      folder: folder.path,
      flags: ["--mode", "prefork", "--workers", "1", "--log", "json", ...flags],
    });
    // Without it no worker can open its socket.
    const [name = ""] = folder.names();
    await Deno.rename(folder.join(name), folder.join("away"));
    const { workerPid } = await server.event("worker_started");
    Deno.kill(Number(workerPid), "SIGKILL");
    await server.event("worker_exited", { workerPid });
    using client = await server.connect();
    await server.event("admission_paused");
    if (signal !== null) server.process.signal(signal);
    assertMatch(await client.disconnected(), /end of file|reset/);
    await server.event("connection_closed", { remotePort: client.port, reason });
  });
}

testProgram("a worker that is deaf to the stop message is ended by force", async (program) => {
  await using server = await TestServer.start(program, {
    flags: ["--grace", "0", "--log", "json"],
  });
  using client = await server.connect();
  await client.roundTrip();
  const workerPid = await server.workerOf(client);
  // A stopped process runs no handler and takes no SIGTERM: only SIGKILL ends it.
  Deno.kill(workerPid, "SIGSTOP");
  server.process.signal("SIGTERM");
  assertEquals((await server.ended()).code, 0);
  const exit = await server.event("worker_exited", { workerPid });
  assertEquals([exit["signal"], exit["reason"]], ["SIGKILL", "killed_by_us"]);
});

testProgram(
  "Ctrl-C, which reaches the whole process group, leaves workers to the parent",
  async (program) => {
    await using server = await TestServer.start(program, { flags: LONG_GRACE, ownGroup: true });
    using client = await server.connect();
    await client.roundTrip();
    Deno.kill(-server.pid, "SIGINT");
    await server.process.stdout.match(/^Server stop/);
    for (let i = 0; i < 20; i++) assertEquals(await client.roundTrip(), "ping\n");
    client.close();
    await server.process.stdout.match(/^worker \d+ exited with status 0$/);
    assertEquals((await server.ended()).code, 0);
  },
);

testProgram(
  "SIGKILL of the server leaves no worker, and the next one removes its folder",
  async (program) => {
    // The second server finds the first one's folder: both get this one to make theirs in.
    await using folder = new TempFolder();
    await using server = await TestServer.start(program, {
      folder: folder.path,
      flags: ["--log", "json"],
    });
    using first = await server.connect();
    using second = await server.connect();
    await first.roundTrip();
    await second.roundTrip();
    assertEquals((await childrenOf(server.pid)).length, 2);
    await server.kill();
    const [left = ""] = folder.names();
    assertMatch(left, /^brood-/);
    // Both outputs of the server are closed, which its workers shared: they have ended, or this would have waited.
    while ((await processesWith(folder.path)).length > 0);

    await using next = await TestServer.start(program, { folder: folder.path });
    const folders = folder.names();
    assertEquals(folders.length, 1);
    assertEquals(folders.includes(left), false);
    assertEquals((await next.stop()).code, 0);
    assertEquals(folder.names(), []);
  },
);
