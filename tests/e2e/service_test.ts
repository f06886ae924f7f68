/** A server under a service manager tells it when it is ready, and when it stops. */

import { parseServerOptions } from "../../server/command.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, runToEnd } from "./process.ts";
import { type Program, testProgram } from "./program.ts";

/** A server that is to tell a service manager at that path. */
function startServer({ path, args }: Program, notifySocket: string): RunningProcess {
  return new RunningProcess([path, ...args, "server", "0"], {
    env: { NOTIFY_SOCKET: notifySocket },
  });
}

/** Connects a client to the server, whose start line has come, and gets an echo. */
async function assertServes(server: RunningProcess, { path, args }: Program) {
  const [, port = ""] = await server.stdout.match(/listening on 127\.0\.0\.1:(\d+)/);
  const client = await runToEnd([path, ...args, "client", port], { input: "hello\n" });
  assertEquals([client.status, client.stdout], [0, "hello\n"]);
}

for (
  const [kind, address] of [["at a path", "UNIX-RECV"], [
    "with an abstract name",
    "ABSTRACT-RECV",
  ]] as const
) {
  testProgram(
    `a service manager ${kind} is told when the server is ready, and when it stops`,
    async (program) => {
      await using folder = new TempFolder();
      const path = folder.join("notify");
      // It tells each datagram on standard error.
      await using manager = new RunningProcess(
        ["socat", "-v", "-d", "-d", "-u", `${address}:${path}`, "-"],
      );
      await manager.stderr.match(/starting data transfer loop/);
      await using server = startServer(program, kind === "at a path" ? path : `@${path}`);
      await manager.stderr.match(/ length=7 /);
      await assertServes(server, program);
      server.signal("SIGTERM");
      assertEquals((await server.ended()).code, 0);
      await manager.stderr.match(/ length=10 /);
      manager.signal("SIGTERM");
      await manager.ended();
      assertEquals(manager.stdout.text.trim(), "READY=1STOPPING=1");
      assertEquals(server.stderr.text, "");
    },
    { needs: ["socat"] },
  );
}

testProgram(
  "a service manager that cannot be told is one warning, and the server serves",
  async (program) => {
    await using folder = new TempFolder();
    for (const path of [folder.join("nobody"), `/${"x".repeat(200)}`]) {
      await using server = startServer(program, path);
      await assertServes(server, program);
      server.signal("SIGTERM");
      assertEquals((await server.ended()).code, 0);
      const [warning = "", ...others] = server.stderr.all;
      assertEquals(others, []);
      const reason = path.length > 107
        ? `Cannot use the path of a socket with more than 107 bytes: ${path}`
        : "no such file or directory";
      assertEquals(warning, `warning: Cannot tell the service manager at ${path}: ${reason}`);
    }
  },
);

Deno.test("the unit in the examples starts a server that tells, with flags that there are", async () => {
  const unit = await Deno.readTextFile(
    new URL("../../examples/systemd/brood.service", import.meta.url),
  );
  assertStringIncludes(unit, "\nType=notify\n");
  const [, command = ""] = /^ExecStart=\/usr\/local\/bin\/brood server (.*)$/m.exec(unit) ?? [];
  const options = parseServerOptions(command.split(" "));
  assert(typeof options !== "string");
  assertEquals([options.hostname, options.port, options.log], ["0.0.0.0", 9000, "json"]);
});
