/** What the server writes: the text lines, the JSON events, and what is left of them with --quiet and --no-messages. */

import { assert, assertEquals, assertMatch, assertNotMatch } from "../assert.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { RunningProcess, TestFolder } from "./process.ts";
import { testProgram } from "./program.ts";
import { TestClient, TestServer } from "./server.ts";

testProgram("the text log tells the life of a connection in the note's words", async (program) => {
  await using server = await TestServer.start(program);
  using client = await server.connect();
  await client.roundTrip("hello\n");
  client.close();
  const { stdout } = server.process;
  const [, worker] = await stdout.match(/^worker (\d+) exited with status 0$/);
  await server.stop();
  const name = `Client\\(${client.port}\\)`;
  const expected = [
    `^Server start\\.\\.\\. listening on 127\\.0\\.0\\.1:${server.port} ` +
    `\\(mode per-connection, pid ${server.pid}\\)$`,
    `^client 127\\.0\\.0\\.1:${client.port} is connected\\.\\.\\. \\(worker ${worker}\\)$`,
    `^${name}: hello$`,
    `^${name}: is disconnected \\(6 bytes in, 6 bytes out, \\d+\\.\\d{3} s\\)$`,
    `^worker ${worker} exited with status 0$`,
    "^Server stop\\.\\.\\.$",
  ];
  assertEquals(stdout.all.length, expected.length, stdout.text);
  for (const [i, line] of expected.entries()) assertMatch(stdout.all[i] ?? "", new RegExp(line));
  assertEquals(server.process.stderr.text, "");
});

testProgram("what a client sends cannot drive the terminal", async (program) => {
  await using server = await TestServer.start(program);
  using client = await server.connect();
  await client.roundTrip("\x1b[2J\x07\x00 \u202e한글 \\n\x9b\r\n");
  await server.process.stdout.match(
    /^Client\(\d+\): \\x1b\[2J\\x07\\x00 \\xe2\\x80\\xae한글 \\\\n\\xc2\\x9b$/,
  );
});

testProgram("the JSON log tells every event of a connection", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--log", "json"] });
  using client = await server.connect();
  await client.roundTrip("hello\n");
  client.close();
  const { workerPid } = await server.event("worker_exited");
  await server.stop();
  const remote = { connectionId: 1, remoteHost: "127.0.0.1", remotePort: client.port };
  const seen = server.events.map(({ time, durationMs, ...event }) => {
    assertMatch(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    if (event.event === "connection_closed") assertEquals(typeof durationMs, "number");
    return event;
  });
  const { hostname: host, port, pid } = server;
  assertEquals<unknown>(seen, [
    {
      event: "listening",
      host,
      port,
      mode: "per-connection",
      pid,
      backlog: 128,
      maxConnections: 40,
    },
    { event: "worker_started", workerPid },
    { event: "connection_accepted", ...remote, workerPid },
    { event: "message_received", ...remote, bytes: 6, text: "hello\n" },
    { event: "connection_closed", ...remote, bytesIn: 6, bytesOut: 6, reason: "finished" },
    { event: "worker_exited", workerPid, status: 0, signal: null, reason: "exited" },
    { event: "stopping", connections: 0, graceMs: 30_000 },
    { event: "stopped", connectionsAccepted: 1, connectionsAborted: 0 },
  ]);
});

testProgram(
  "a log on a full disk loses lines, says so, and goes on when there is room again",
  async (program) => {
    await using disk = new SmallDisk();
    await using folder = new TestFolder();
    const path = disk.join("log");
    await Deno.writeTextFile(path, "");
    const script = 'TMPDIR=$0; export TMPDIR; log=$1; shift; exec "$@" > "$log"';
    const command = ["sh", "-c", script, folder.path, path, program.path, ...program.args];
    const env = { XDG_RUNTIME_DIR: "" };
    await using server = new RunningProcess([...command, "server", "--log", "json", "0"], { env });
    await using tail = new RunningProcess(["tail", "-n", "+1", "-f", path]);
    const [, port] = await tail.stdout.match(/"listening".*"port":(\d+)/);
    using client = await TestClient.connect({ hostname: "127.0.0.1", port: Number(port) });
    await client.roundTrip("before\n");
    await tail.stdout.match(/"text":"before\\n"/);

    disk.fill();
    // More than is left of the last page of the file.
    for (let i = 0; i < 5; i++) await client.roundTrip(`${"lost".repeat(250)}\n`);
    await server.stderr.match(
      /^warning: Cannot write to standard output: no space left on the device; lines are lost/,
    );
    disk.empty();
    await client.roundTrip("after\n");
    await server.stderr.match(
      /^warning: standard output can be written again: up to \d+ lines? (was|were) lost$/,
    );
    await tail.stdout.match(/"text":"after\\n"/);
    client.close();
    await tail.stdout.match(/"worker_exited"/);
    server.signal("SIGTERM");
    assertEquals((await server.ended()).code, 0);

    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    const torn = lines.filter((line) => !line.endsWith("}"));
    assert(torn.length <= 1, "only the line that the full disk cut off is torn");
    for (const line of lines) if (!torn.includes(line)) JSON.parse(line);
    assertMatch(lines.at(-1) ?? "", /"stopped"/);
  },
  { needs: ["mount"], impossible: SmallDisk.impossible },
);

/**
 * Runs a program whose standard output is a pipe that does not block, and passes on what it prints: the first line at
 * once, and the others when a line was typed.
 */
const SLOW_READER = `
import os, subprocess, sys
read, write = os.pipe()
os.set_blocking(write, False)
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=write)
os.close(write)
with os.fdopen(read) as lines:
    print(lines.readline(), end="", flush=True)
    sys.stdin.readline()
    for line in lines: print(line, end="", flush=True)
sys.exit(program.wait())`;

testProgram(
  "a log whose reader is slow, over a pipe that does not block, loses lines, says so, and goes on",
  async ({ path, args }) => {
    await using folder = new TestFolder();
    const server = [path, ...args, "server", "--log", "json", "0"];
    const env = { TMPDIR: folder.path, XDG_RUNTIME_DIR: "" };
    await using reader = new RunningProcess(["python3", "-c", SLOW_READER, ...server], { env });
    const { port, pid } = await reader.stdout.find((line) => JSON.parse(line));
    using client = await TestClient.connect({ hostname: "127.0.0.1", port });
    let isLosing = false;
    const losing = reader.stderr.match(
      /^warning: Cannot write to standard output: it is not read fast enough; lines are lost/,
    ).then(() => isLosing = true);
    const line = `${"lost".repeat(250)}\n`;
    while (!isLosing) await client.roundTrip(line);
    await losing;
    await reader.type("\n");
    await client.roundTrip("after\n");
    await reader.stderr.match(
      /^warning: standard output can be written again: up to \d+ lines? (was|were) lost$/,
    );
    await reader.stdout.match(/"text":"after\\n"/);
    client.close();
    await reader.stdout.match(/"worker_exited"/);
    Deno.kill(pid, "SIGTERM");
    assertEquals((await reader.ended()).code, 0);
    const lines = reader.stdout.all.filter((line) => line !== "");
    const torn = lines.filter((line) => !line.endsWith("}"));
    assert(torn.length <= 1, "only the line that found no room is torn");
    assertMatch(lines.at(-1) ?? "", /"stopped"/);
  },
  { needs: ["python3"] },
);

testProgram("--quiet leaves the start line", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  using client = await server.connect();
  await client.roundTrip("hello\n");
  client.close();
  await server.stop();
  assertEquals(server.process.stdout.all.length, 1);
  assertEquals(server.process.stderr.text, "");
});

for (const format of ["text", "json", "explain"]) {
  for (const transport of ["unix", "pipe", "socket"]) {
    testProgram(
      `--no-messages leaves out what came by ${transport}, as ${format}`,
      async (program) => {
        const flags = ["--no-messages", "--log", format, "--transport", transport];
        await using server = await TestServer.start(program, { flags });
        using client = await server.connect();
        await client.roundTrip("password\n");
        client.close();
        await server.stop();
        const { stdout, stderr } = server.process;
        assertMatch(stdout.text, /is disconnected|"connection_closed"/);
        assertNotMatch(
          stdout.text + stderr.text,
          /password|Client\(\d+\): (?!is )|"message_received"/,
        );
      },
    );
  }
}
