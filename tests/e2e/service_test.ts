/** A server under a service manager tells it when it is ready, and when it stops. */

import { parseServerOptions } from "../../server/command.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { childrenOf, RunningProcess, runToEnd, until } from "./process.ts";
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
  assertEquals([options.places, options.port, options.log], [["0.0.0.0"], 9000, "json"]);
});

const UNITS = new URL("../../examples/systemd/", import.meta.url);

Deno.test("the unit for a socket of systemd names no port, and its socket names the unit", async () => {
  const unit = await Deno.readTextFile(new URL("brood-socket.service", UNITS));
  const [, command = ""] = /^ExecStart=\/usr\/local\/bin\/brood server (.*)$/m.exec(unit) ?? [];
  // As it is started: with sockets.
  const options = parseServerOptions([...command.split(" "), "--host", "unix:/run/brood"]);
  assert(typeof options !== "string");
  assertEquals([options.mode, options.transport, options.log], ["prefork", "socket", "json"]);
  assertStringIncludes(unit, "\nRequires=brood.socket\n");
  const socket = await Deno.readTextFile(new URL("brood.socket", UNITS));
  assertStringIncludes(socket, "\nService=brood-socket.service\n");
});

testProgram(
  "systemd takes the units in the examples",
  async ({ path }) => {
    await using folder = new TempFolder();
    for (const { name } of Deno.readDirSync(UNITS)) {
      const unit = await Deno.readTextFile(new URL(name, UNITS));
      Deno.writeTextFileSync(folder.join(name), unit.replace("/usr/local/bin/brood", path));
    }
    const files = [...Deno.readDirSync(folder.path)].map(({ name }) => folder.join(name));
    assertEquals(files.length, 3);
    const { status, stderr } = await runToEnd(["systemd-analyze", "verify", "--man=no", ...files]);
    assertEquals([status, stderr], [0, ""]);
  },
  { needs: ["systemd-analyze"], forms: ["compiled"] },
);

testProgram(
  "a server with --drain-delay goes on accepting when it is asked to stop, and its health says that it stops",
  async ({ path, args }) => {
    await using server = new RunningProcess([
      ...[path, ...args, "server", "--drain-delay", "600", "--status", "0", "0"],
    ], { ownGroup: true });
    const [, port = ""] = await server.stdout.match(/listening on 127\.0\.0\.1:(\d+)/);
    const [, url = ""] = await server.stdout.match(/^Status page: (.*)$/);
    server.signal("SIGTERM");
    await server.stdout.match(/^Server drain\.\.\. accepting for 600 s more$/);
    const isDraining = async () => {
      const response = await fetch(`${url}health`);
      const { state } = await response.json();
      return response.status === 503 && state === "draining";
    };
    await until(isDraining, "a health that says so");
    const client = await runToEnd([path, ...args, "client", port], { input: "hello\n" });
    assertEquals([client.status, client.stdout], [0, "hello\n"]);
    // Whoever insists does not wait: a second SIGINT, later than a keystroke that comes twice.
    server.signal("SIGINT");
    assertEquals((await server.ended()).code, 0);
  },
);

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

testProgram(
  "as process 1 of a container the server waits for what its programs have left",
  async ({ path, args }) => {
    // Its child is an orphan at once.
    const leaving = ["sh", "-c", "(sleep 0.1 &); cat"];
    await using container = new RunningProcess([
      ...["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"],
      ...[path, ...args, "server", "0", "--", ...leaving],
    ]);
    const [, port = ""] = await container.stdout.match(/listening on 127\.0\.0\.1:(\d+) .*pid 1\)/);
    const [server] = await childrenOf(container.pid);
    assert(server !== undefined);
    const before = new Set((await childrenOf(server.pid)).map(({ pid }) => pid));
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    // The program that serves, and what it has left: that ends, and is waited for.
    const added = async () => (await childrenOf(server.pid)).filter(({ pid }) => !before.has(pid));
    await until(async () => (await added()).length === 2, "the program and its orphan");
    await until(async () => (await added()).length === 1, "the orphan is waited for");
    assertEquals((await added())[0]?.state, "S");
    await conn.write(new TextEncoder().encode("hello\n"));
    await container.stdout.match(/is connected/);
    Deno.kill(server.pid, "SIGTERM");
  },
  { needs: ["unshare"], impossible: isRoot ? undefined : "only root may make a namespace" },
);
