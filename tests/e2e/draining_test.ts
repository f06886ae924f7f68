/** How a server with many connections stops: every request is answered, and nobody holds the stop up. */

import { assert, assertEquals, assertMatch } from "../assert.ts";
import { SERVINGS, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

const MEBIBYTE = 1024 * 1024;

for (const mode of SERVINGS.filter(({ isConcurrent }) => isConcurrent)) {
  testProgram(
    `${mode.name}: draining under load finishes every request of every connection`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...mode.flags, "--grace", "3600", "--log", "json"],
        command: mode.command,
      });
      let isStopping = false;
      let warm = 0;
      const allWarm = Promise.withResolvers<void>();
      const work = async (name: number) => {
        using client = await server.connect();
        for (let i = 0; !isStopping || i < 100; i++) {
          assertEquals(await client.roundTrip(`client ${name}, ${i}\n`), `client ${name}, ${i}\n`);
          if (i === 0 && ++warm === 4) allWarm.resolve();
        }
      };
      const workers = Array.from({ length: 4 }, (_, name) => work(name));
      await allWarm.promise;
      server.process.signal("SIGTERM");
      await server.event("stopping");
      isStopping = true;
      await Promise.all(workers);
      assertEquals((await server.ended()).code, 0);
      const closed = server.events.filter(({ event }) => event === "connection_closed");
      assertEquals(closed.length, 4);
      for (const { bytesIn, bytesOut } of closed) assertEquals(bytesIn, bytesOut);
    },
  );

  testProgram(
    `${mode.name}: the grace holds also for a client that reads nothing`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...mode.flags, "--grace", "0.1", "--log", "json"],
        command: mode.command,
      });
      using client = await server.connect();
      await client.roundTrip();
      const sending = client.send(new Uint8Array(64 * MEBIBYTE)).catch(() => {});
      using other = await server.connect();
      for (let i = 0; i < 100; i++) await other.roundTrip();
      server.process.signal("SIGTERM");
      assertEquals((await server.ended()).code, 0);
      await server.event("connection_closed", {
        remotePort: client.port,
        reason: "server_stopped",
      });
      client.close();
      await sending;
    },
  );

  testProgram(
    `${mode.name}: the grace holds also when idle clients have every slot`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...mode.flags, "--max-connections", "2", "--grace", "0.2", "--log", "json"],
        command: mode.command,
      });
      using clients = new DisposableStack();
      for (let i = 0; i < 2; i++) await clients.use(await server.connect()).roundTrip();
      await server.event("admission_paused");
      using waiting = await server.connect();
      server.process.signal("SIGTERM");
      assertEquals((await server.ended()).code, 0);
      assertMatch(await waiting.disconnected(), /end of file|reset/);
      const reasons = server.events.filter(({ event }) => event === "connection_closed")
        .map(({ reason }) => reason);
      assertEquals(reasons, ["server_stopped", "server_stopped"]);
      assert(!server.events.some(({ remotePort }) => remotePort === waiting.port));
    },
  );
}
