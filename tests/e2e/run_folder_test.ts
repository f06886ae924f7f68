/** The run folder: servers leave each other's alone, and outlive what becomes of their own. */

import { assertEquals, assertMatch } from "../assert.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { TestFolder } from "./process.ts";
import { testProgram } from "./program.ts";
import { type TestClient, TestServer } from "./server.ts";

const SERVERS = 12;

testProgram("servers that start at once leave each other's folders alone", async (program) => {
  await using folder = new TestFolder();
  await using servers = new AsyncDisposableStack();
  const starts = Array.from({ length: SERVERS }, async () => {
    const server = await TestServer.start(program, { folder: folder.path });
    return servers.use(server);
  });
  const started = await Promise.all(starts);
  assertEquals(folder.names().length, SERVERS);
  for (const server of started) {
    using client = await server.connect();
    assertEquals(await client.roundTrip(), "ping\n");
  }
  await Promise.all(started.map((server) => server.stop()));
});

testProgram(
  "a run folder that is read-only, full or gone ends connections, and not the server",
  async (program) => {
    await using disk = new SmallDisk();
    await using server = await TestServer.start(program, {
      flags: ["--log", "json"],
      folder: disk.path,
    });
    using first = await server.connect();
    await first.roundTrip();
    using leaving = await server.connect();
    using alsoLeaving = await server.connect();
    for (const client of [leaving, alsoLeaving]) await client.roundTrip();
    const leave = async (client: TestClient) => {
      const workerPid = await server.workerOf(client);
      client.close();
      await server.event("worker_exited", { workerPid });
    };
    const assertServes = async () => {
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      await leave(client);
    };
    const assertFails = async (reason: RegExp) => {
      using client = await server.connect();
      assertMatch(await client.disconnected(), /end of file|reset/);
      await server.event("connection_closed", { remotePort: client.port, reason: "worker_failed" });
      await server.process.stderr.match(reason);
    };

    disk.setReadOnly(true);
    for (const client of [leaving, alsoLeaving]) await leave(client);
    await assertFails(/Cannot listen on .*: the file system is read-only/);
    await server.process.stderr.match(
      /^warning: Cannot remove .*\/w\d+: the file system is read-only$/,
    );
    disk.setReadOnly(false);
    await assertServes();

    disk.fill();
    await assertFails(/Cannot listen on .*: no space left on the device/);
    disk.empty();
    await assertServes();

    for (const name of disk.names()) await Deno.remove(disk.join(name), { recursive: true });
    await assertFails(/Cannot listen on .*: no such file or directory/);
    assertEquals(await first.roundTrip(), "ping\n");
    await leave(first);
    await server.stop();
    const failures = server.events.filter(({ event }) => event === "run_folder_failed");
    assertEquals(failures.length, 1);
  },
  { needs: ["mount"], impossible: SmallDisk.impossible },
);
