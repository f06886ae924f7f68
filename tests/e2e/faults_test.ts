/** What goes wrong with one connection or worker, and what the others notice of it: nothing. */

import { assertEquals, assertMatch } from "../assert.ts";
import { copyProgram } from "../support/program_file.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { childrenOf, RunningProcess, TestFolder } from "./process.ts";
import { fixture, type Program, testProgram } from "./program.ts";
import { TestClient, TestServer } from "./server.ts";

testProgram("SIGKILL of a worker disconnects its client, and no other", async (program) => {
  await using server = await TestServer.start(program);
  using victim = await server.connect();
  using other = await server.connect();
  await victim.roundTrip();
  await other.roundTrip();
  const [, worker = ""] = await server.process.stdout.match(
    new RegExp(`^client 127\\.0\\.0\\.1:${victim.port} is connected\\.\\.\\. \\(worker (\\d+)\\)$`),
  );
  Deno.kill(Number(worker), "SIGKILL");
  assertMatch(await victim.disconnected(), /end of file|reset/);
  await server.process.stdout.match(new RegExp(`^worker ${worker} was killed by SIGKILL$`));
  await server.process.stdout.match(
    new RegExp(`^Client\\(${victim.port}\\): is disconnected \\(.*, its worker was lost\\)$`),
  );
  assertEquals(await other.roundTrip("untouched\n"), "untouched\n");
  using next = await server.connect();
  assertEquals(await next.roundTrip(), "ping\n");
});

testProgram("a client that resets is one event, and the server goes on", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--log", "json"] });
  using other = await server.connect();
  await other.roundTrip();
  const address = `TCP:127.0.0.1:${server.port},linger=0`;
  await using client = new RunningProcess(["socat", "-", address]);
  await client.type("hello\n");
  assertEquals(await client.stdout.find((line) => line), "hello");
  // With SO_LINGER of 0 the close of a socket, here by the process's end, is a reset.
  client.signal("SIGKILL");
  const closed = await server.event("connection_closed");
  assertEquals([closed["reason"], closed["bytesIn"], closed["bytesOut"]], ["client_lost", 6, 6]);
  const { connectionId } = closed;
  const { workerPid } = await server.event("connection_accepted", { connectionId });
  const exit = await server.event("worker_exited", { workerPid });
  assertEquals([exit["status"], exit["reason"]], [0, "exited"]);
  assertEquals(await other.roundTrip(), "ping\n");
}, { needs: ["socat"] });

testProgram(
  "a client that is gone while its echo is due costs nobody else anything",
  async (program) => {
    await using server = await TestServer.start(program, { flags: ["--quiet"] });
    for (let i = 0; i < 20; i++) {
      using rude = await server.connect();
      await rude.send(new Uint8Array(256 * 1024));
    }
    using other = await server.connect();
    assertEquals(await other.roundTrip(), "ping\n");
    assertEquals(server.process.stderr.text, "");
  },
);

testProgram(
  "a worker that cannot open its socket closes its client, and the server goes on",
  async (program) => {
    await using server = await TestServer.start(program, { flags: ["--log", "json"] });
    const [folder] = await Array.fromAsync(Deno.readDir(server.folderPath));
    const path = `${server.folderPath}/${folder?.name}`;
    await Deno.rename(path, `${path}.away`);
    using client = await server.connect();
    assertMatch(await client.disconnected(), /end of file|reset/);
    const closed = await server.event("connection_closed", { remotePort: client.port });
    assertEquals(closed["reason"], "worker_failed");
    const failed = await server.event("worker_failed");
    await server.event("worker_exited", { workerPid: failed["workerPid"], status: 1 });
    await server.process.stderr.match(/^brood: Cannot listen on .*: no such file or directory$/);
    await server.process.stderr.match(/^warning: Worker \d+ ended before it was ready$/);

    await Deno.rename(`${path}.away`, path);
    using next = await server.connect();
    assertEquals(await next.roundTrip(), "ping\n");
  },
);

testProgram(
  "prefork: a worker that floods its control channel is ended, with one warning, and replaced",
  async (program) => {
    const handler = fixture("floods_the_control_channel.ts");
    await using server = await TestServer.start(program, {
      flags: ["--mode", "prefork", "--workers", "1", "--handler", handler, "--log", "json"],
    });
    using client = await server.connect();
    assertEquals(new TextDecoder().decode(await client.receive(5)), "done\n");
    const workerPid = await server.workerOf(client);
    await server.event("worker_exited", { workerPid, reason: "rejected", signal: "SIGKILL" });
    using next = await server.connect();
    assertEquals(new TextDecoder().decode(await next.receive(5)), "done\n");
    const { stderr } = server.process;
    await stderr.match(new RegExp(`^warning: Worker ${workerPid}: Nobody expects .*finished"}$`));
    assertEquals(stderr.all.filter((line) => line.includes(String(workerPid))).length, 1);
  },
);

/** The program, with an executable of its own that a test may take away. */
async function copyOf(program: Program, folder: string): Promise<Program> {
  const path = `${folder}/copy`;
  await copyProgram(program.path, path);
  return { ...program, path };
}

testProgram(
  "a worker that cannot be started closes its client, and the server goes on",
  async (program) => {
    await using folder = new TempFolder();
    const copy = await copyOf(program, folder.path);
    await using server = await TestServer.start(copy, { flags: ["--log", "json"] });
    await Deno.rename(copy.path, `${copy.path}.away`);
    using client = await server.connect();
    assertMatch(await client.disconnected(), /end of file|reset/);
    await server.event("connection_closed", { remotePort: client.port, reason: "worker_failed" });
    await server.process.stderr.match(
      new RegExp(`^warning: Cannot execute ${copy.path}: no such file or directory$`),
    );
    assertEquals(await childrenOf(server.pid), []);

    await Deno.rename(`${copy.path}.away`, copy.path);
    using next = await server.connect();
    assertEquals(await next.roundTrip(), "ping\n");
  },
);

testProgram(
  "a log that nobody reads any more stops neither server nor connection",
  async (program) => {
    await using folder = new TestFolder();
    const script = `exec 3>&1; TMPDIR=$1; export TMPDIR; shift; "$@" 2>&3 | head -n 1`;
    const command = ["sh", "-c", script, "sh", folder.path, program.path, ...program.args];
    await using server = new RunningProcess([...command, "server", "--log", "json", "0"]);
    const { port, pid }: { port: number; pid: number } = await server.stdout.find(JSON.parse);
    using client = await TestClient.connect({ hostname: "127.0.0.1", port });
    assertEquals(await client.roundTrip(), "ping\n");
    await server.stdout.match(/^warning: Cannot write to standard output: broken pipe/);
    for (let i = 0; i < 10; i++) assertEquals(await client.roundTrip(), "ping\n");
    client.close();
    Deno.kill(pid, "SIGTERM");
    await server.ended();
  },
);
