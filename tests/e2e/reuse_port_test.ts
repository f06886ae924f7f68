/** Two servers on one port, so that one takes the place of the other and no client is refused. */

import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { runToEnd } from "./process.ts";
import { testProgram } from "./program.ts";
import { TestClient, TestServer } from "./server.ts";

for (const transport of ["socket", "unix"]) {
  testProgram(
    `a server with --reuse-port takes another's place, and no client fails: ${transport}`,
    async (program) => {
      const flags = [
        ...["--reuse-port", "--log", "json", "--no-messages", "--drain-delay", "0.5"],
        ...["--mode", "prefork", "--workers", "4", "--transport", transport],
      ];
      await using old = await TestServer.start(program, { flags });
      const { port } = old;
      let isOver = false;
      let served = 0;
      const visit = async () => {
        while (!isOver) {
          using client = await TestClient.connect({ hostname: "127.0.0.1", port });
          assertEquals(await client.roundTrip(), "ping\n");
          await client.closeWrite();
          assertEquals(await client.disconnected(), "end of file");
          served += 1;
        }
      };
      const visits = Promise.all([visit(), visit(), visit()]);
      await using next = await TestServer.start(program, { flags, port });
      // Both are there for a while.
      await next.event("connection_closed");
      await old.stop();
      const atStop = next.events.length;
      await next.event("connection_closed", {}, atStop);
      isOver = true;
      await visits;
      const { connectionsAccepted } = await old.event("stopped");
      assert(served >= Number(connectionsAccepted));
    },
  );
}

testProgram("a port is shared only by those who say so", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--reuse-port"] });
  const { path, args } = program;
  const { status, stderr } = await runToEnd([path, ...args, "server", String(server.port)]);
  assertEquals(status, 1);
  assertStringIncludes(stderr, "address already in use");
});
