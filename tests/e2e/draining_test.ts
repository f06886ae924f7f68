/** How a server with connections that are busy stops: every request is answered. */

import { assertEquals } from "../assert.ts";
import { PREFORK_WORKERS, SERVINGS, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

/** How many clients are busy. */
const CLIENTS = { usually: 4, prefork: PREFORK_WORKERS };

for (const mode of SERVINGS.filter(({ isConcurrent }) => isConcurrent)) {
  testProgram(
    `${mode.name}: draining under load finishes every request of every connection`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...mode.flags, "--grace", "3600", "--log", "json"],
        command: mode.command,
      });
      const count = mode.flags.includes("prefork") ? CLIENTS.prefork : CLIENTS.usually;
      let isStopping = false;
      let warm = 0;
      const allWarm = Promise.withResolvers<void>();
      const work = async (name: number) => {
        using client = await server.connect();
        for (let i = 0; !isStopping || i < 100; i++) {
          assertEquals(await client.roundTrip(`client ${name}, ${i}\n`), `client ${name}, ${i}\n`);
          if (i === 0 && ++warm === count) allWarm.resolve();
        }
      };
      const workers = Array.from({ length: count }, (_, name) => work(name));
      await allWarm.promise;
      server.process.signal("SIGTERM");
      await server.event("stopping");
      isStopping = true;
      await Promise.all(workers);
      assertEquals((await server.ended()).code, 0);
      const closed = server.events.filter(({ event }) => event === "connection_closed");
      assertEquals(closed.length, count);
      for (const { bytesIn, bytesOut } of closed) assertEquals(bytesIn, bytesOut);
    },
  );
}
