/** Programs behind a port: what they get, what the client gets, and what is left of them: nothing. */

import { assert, assertEquals, assertMatch } from "../assert.ts";
import { readAll } from "../support/bytes.ts";
import { writeProgram } from "../support/program_file.ts";
import { ResettableClient } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { childrenOf, killProcess, processesWith, RunningProcess, runToEnd } from "./process.ts";
import { type TestOptions, testProgram } from "./program.ts";
import { type ServerStart, TestServer } from "./server.ts";

const JSON_LOG = ["--log", "json"];

/** A shell that serves. */
function shell(script: string): readonly string[] {
  return ["sh", "-c", script];
}

/** Starts a server that runs a program for each connection. */
type Start = (
  command: readonly string[],
  options?: Omit<ServerStart, "command">,
) => Promise<TestServer>;

/** How a program may get its connection. Over a pipe the server sees the bytes and the client's loss. */
type Transport = "pipe" | "socket";

/** Registers a test for both forms of the program, over each transport or over one. */
function testTransports(
  name: string,
  run: (start: Start, transport: Transport) => Promise<void>,
  options: TestOptions & { readonly only?: Transport } = {},
): void {
  for (const transport of ["pipe", "socket"] as const) {
    if (options.only !== undefined && options.only !== transport) continue;
    testProgram(`over a ${transport}: ${name}`, async (program) => {
      await run((command, { flags = ["--log", "json"], ...how } = {}) => {
        const all = ["--transport", transport, ...flags];
        return TestServer.start(program, { ...how, command, flags: all });
      }, transport);
    }, options);
  }
}

/** What the server sends to a client that sends `input` and ends it. */
async function answerTo(server: TestServer, input: string): Promise<string> {
  using conn = await Deno.connect({ port: server.port });
  await conn.write(new TextEncoder().encode(input));
  await conn.closeWrite();
  return await readAll(conn);
}

testTransports("sort answers after the client's end of input", async (start, transport) => {
  await using server = await start(["sort"]);
  assertEquals(await answerTo(server, "pear\napple\nfig\n"), "apple\nfig\npear\n");
  // Nobody counts what goes over a socket that the program has.
  const bytes = transport === "pipe" ? 15 : null;
  await server.event("connection_closed", { reason: "finished", bytesIn: bytes, bytesOut: bytes });
});

testTransports("bc calculates as long as it is asked", async (start) => {
  await using server = await start(["bc"]);
  using client = await server.connect();
  await client.send("6 * 7\n");
  assertEquals(new TextDecoder().decode(await client.receive(3)), "42\n");
  await client.send("2 ^ 64\n");
  assertEquals(new TextDecoder().decode(await client.receive(21)), "18446744073709551616\n");
  await client.send("quit\n");
  assertEquals(await client.disconnected(), "end of file");
}, { needs: ["bc"] });

testTransports("the last line of a program that exits at once arrives", async (start) => {
  await using server = await start(shell("printf 'so long\\n'"));
  for (let i = 0; i < 20; i++) assertEquals(await answerTo(server, ""), "so long\n");
});

testTransports("output after the client's end arrives, all of it", async (start) => {
  await using server = await start(shell("cat > /dev/null; head -c 3000000 /dev/zero"));
  assertEquals((await answerTo(server, "end\n")).length, 3_000_000);
});

testTransports(
  "a client that sends what nobody reads gets its whole answer all the same",
  async (start) => {
    await using server = await start(["head", "-c", "3000000", "/dev/zero"]);
    using client = await server.connect();
    const sending = client.send(new Uint8Array(1_000_000)).catch(() => {});
    assertEquals((await client.receive(3_000_000)).length, 3_000_000);
    assertEquals(await client.disconnected(), "end of file");
    client.close();
    await sending;
  },
  { only: "pipe" },
);

testTransports("a program reads who is connected in its environment", async (start) => {
  await using server = await start(["env"]);
  using waiting = await server.connect();
  await waiting.disconnected();
  using conn = await Deno.connect({ port: server.port });
  const { port } = conn.localAddr as Deno.NetAddr;
  const environment = await readAll(conn);
  const expected = {
    PROTO: "TCP",
    TCPREMOTEIP: "127.0.0.1",
    TCPREMOTEPORT: String(port),
    TCPLOCALIP: "127.0.0.1",
    TCPLOCALPORT: String(server.port),
    BROOD_CONNECTION_ID: "2",
  };
  for (const [name, value] of Object.entries(expected)) {
    assert(
      `\n${environment}`.includes(`\n${name}=${value}\n`),
      `${name}=${value} in ${environment}`,
    );
  }
});

testTransports("TCPCONNNUM counts the connections of the client's address", async (start) => {
  await using server = await start(shell('echo "$TCPCONNNUM"; exec cat'));
  using first = await server.connect();
  assertEquals(new TextDecoder().decode(await first.receive(2)), "1\n");
  using second = await server.connect();
  assertEquals(new TextDecoder().decode(await second.receive(2)), "2\n");
});

testTransports("exit statuses and signals are told as they are", async (start) => {
  const script = "read how; case $how in kill) kill -KILL $$;; *) exit $how;; esac";
  await using server = await start(shell(script), { flags: [] });
  for (
    const [input, line, remark] of [
      ["0\n", /^worker \d+ exited with status 0$/, /\d s\)$/],
      ["3\n", /^worker \d+ exited with status 3$/, /\d s\)$/],
      ["kill\n", /^worker \d+ was killed by SIGKILL$/, /its worker was lost\)$/],
    ] as const
  ) {
    using client = await server.connect();
    await client.send(input);
    assertEquals(await client.disconnected(), "end of file");
    await server.process.stdout.match(line);
    assertMatch(
      (await server.process.stdout.match(new RegExp(`^Client\\(${client.port}\\): is disc.*`)))[0],
      remark,
    );
  }
});

testTransports("standard error is the server's, and a flood of it stops nobody", async (start) => {
  const flood = shell("head -c 2000000 /dev/zero | tr '\\0' '\\n' >&2; echo told >&2; exec cat");
  await using server = await start(flood);
  using client = await server.connect();
  assertEquals(await client.roundTrip(), "ping\n");
  await server.process.stderr.match(/^told$/);
});

testTransports("a program that closes its output early ends that direction only", async (start) => {
  await using folder = new TempFolder();
  const path = folder.join("received");
  await using server = await start(shell(`echo bye; exec >&-; cat > ${path}`));
  using client = await server.connect();
  assertEquals(new TextDecoder().decode(await client.receive(100)), "bye\n");
  await client.send("still read\n");
  await client.closeWrite();
  await server.event("worker_exited", { status: 0 });
  assertEquals(await Deno.readTextFile(path), "still read\n");
}, { only: "pipe" });

testTransports("a program that reads nothing costs bounded memory", async (start) => {
  await using server = await start(["sleep", "1000"], { flags: [...JSON_LOG, "--grace", "0"] });
  using client = await server.connect();
  let isSent = false;
  const sending = client.send(new Uint8Array(64 * 1024 * 1024)).then(() => isSent = true, () => {});
  await server.event("message_received");
  for (let i = 0; i < 20; i++) await childrenOf(server.pid);
  assertEquals(isSent, false);
  await server.stop();
  await sending;
}, { only: "pipe" });

/** Ignores SIGTERM, and so do the two that it has started. */
const STUBBORN_FAMILY = "trap '' TERM; sleep 1000 & (sleep 1000 & wait) & echo ready; wait; wait";

testTransports(
  "a client's reset ends the whole process group, also one that ignores SIGTERM",
  async (start) => {
    await using server = await start(shell(STUBBORN_FAMILY));
    using client = await ResettableClient.connect(server.port);
    assertEquals(await client.readLine(), "ready");
    const workerPid = (await server.event("worker_started"))["workerPid"];
    client.reset();
    await server.event("connection_closed", { reason: "client_lost" });
    const exit = await server.event("worker_exited", { workerPid });
    assertEquals([exit["signal"], exit["reason"]], ["SIGKILL", "killed_by_us"]);
    while ((await groupOf(Number(workerPid))).length > 0);
  },
  { only: "pipe" },
);

testTransports("a reset ends a grandchild whose parents have gone", async (start) => {
  const orphan = "(sleep 1000 < /dev/null > /dev/null & ) ; echo ready; exec cat";
  await using server = await start(shell(orphan));
  using client = await ResettableClient.connect(server.port);
  assertEquals(await client.readLine(), "ready");
  const workerPid = Number((await server.event("worker_started"))["workerPid"]);
  assertEquals((await groupOf(workerPid)).length, 2);
  await client.reset();
  while ((await groupOf(workerPid)).length > 0);
}, { only: "pipe" });

testTransports("the stop ends programs that are deaf to it, after the grace", async (start) => {
  await using server = await start(shell(STUBBORN_FAMILY), {
    flags: [...JSON_LOG, "--grace", "0.1"],
  });
  using client = await server.connect();
  assertEquals(new TextDecoder().decode(await client.receive(6)), "ready\n");
  assertEquals((await server.stop()).code, 0);
  await server.event("connection_closed", { reason: "server_stopped" });
  assertEquals(await processesWith(server.folderPath), []);
});

testTransports(
  "SIGKILL of the server leaves no program, not even one that ignores its input",
  async (start) => {
    await using folder = new TempFolder();
    await using server = await start(shell(STUBBORN_FAMILY), { folder: folder.path });
    using first = await server.connect();
    using second = await server.connect();
    await first.receive(6);
    await second.receive(6);
    await server.kill();
    while ((await processesWith(folder.path)).length > 0);
  },
);

testTransports("a killed guard is told", async (start) => {
  await using server = await start(["cat"]);
  const [guard] = await childrenOf(server.pid);
  killProcess(guard?.pid);
  await server.process.stderr.match(
    /^warning: The guard \(pid \d+\) is gone: what it guards may outlive/,
  );
  using client = await server.connect();
  assertEquals(await client.roundTrip(), "ping\n");
});

testTransports(
  "Ctrl-C, which reaches the whole process group, leaves programs to the server",
  async (start) => {
    await using server = await start(["cat"], { flags: ["--grace", "3600"], ownGroup: true });
    using client = await server.connect();
    await client.roundTrip();
    Deno.kill(-server.pid, "SIGINT");
    await server.process.stdout.match(/^Server stop/);
    for (let i = 0; i < 20; i++) assertEquals(await client.roundTrip(), "ping\n");
    client.close();
    assertEquals((await server.ended()).code, 0);
  },
);

testProgram(
  "a program that cannot be run is one line, before the server starts",
  async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("text");
    await Deno.writeTextFile(path, "no program");
    for (
      const [name, line] of [
        ["nosuchprogram", 'brood: Cannot run "nosuchprogram": no such program in PATH\n'],
        ["./nosuch", 'brood: Cannot run "./nosuch": no such program\n'],
        [folder.path, `brood: Cannot run "${folder.path}": it is a folder\n`],
        [
          path,
          `brood: Cannot run "${path}": permission denied (make it executable with chmod +x)\n`,
        ],
      ] as const
    ) {
      const { status, stdout, stderr } = await runToEnd(
        [program.path, ...program.args, "server", "0", "--", name],
      );
      assertEquals([status, stdout, stderr], [1, "", line]);
    }
  },
);

for (const mode of ["per-connection", "iterative"]) {
  testTransports(
    `${mode}: a program that cannot be executed any more fails its connections only`,
    async (start) => {
      await using folder = new TempFolder();
      const path = folder.join("program");
      await writeProgram(path, "#!/bin/sh\nexec cat");
      await using server = await start([path], { flags: [...JSON_LOG, "--mode", mode] });
      const spoil: readonly (readonly [() => Promise<void>, string])[] = [
        [() => Deno.chmod(path, 0o644), "permission denied"],
        [() => writeProgram(path, "#!/no/such/shell"), "there is no /no/such/shell .*"],
        [() => Deno.remove(path), "no such file or directory"],
      ];
      for (const [spoilIt, fault] of spoil) {
        await spoilIt();
        using client = await server.connect();
        assertMatch(await client.disconnected(), /end of file|reset/);
        const closed = await server.event("connection_closed", { remotePort: client.port });
        assertEquals(closed["reason"], "worker_failed");
        await server.process.stderr.match(
          new RegExp(`^warning: Cannot execute ${path}: ${fault}$`),
        );

        await writeProgram(path, "#!/bin/sh\nexec cat");
        using next = await server.connect();
        assertEquals(await next.roundTrip(), "ping\n");
      }
    },
  );
}

testTransports(
  "a program that exits with 127 itself is no failure to execute it",
  async (start) => {
    await using server = await start(shell("exit 127"));
    using client = await server.connect();
    assertEquals(await client.disconnected(), "end of file");
    await server.event("connection_closed", { reason: "finished" });
    await server.event("worker_exited", { status: 127, reason: "exited" });
    assertEquals(server.process.stderr.text, "");
  },
);

testTransports("iterative mode runs one program at a time", async (start) => {
  await using server = await start(["cat"], { flags: [...JSON_LOG, "--mode", "iterative"] });
  using first = await server.connect();
  await first.roundTrip();
  using second = await server.connect();
  await second.send("late\n");
  for (let i = 0; i < 20; i++) await first.roundTrip();
  // The guard is the server's other child.
  assertEquals((await childrenOf(server.pid)).length, 2);
  first.close();
  assertEquals(new TextDecoder().decode(await second.receive(5)), "late\n");
});

testTransports("socat gets through cat what it sends", async (start) => {
  await using server = await start(["cat"], { flags: ["--quiet"] });
  await using client = new RunningProcess(["socat", "-t60", "-", `TCP:127.0.0.1:${server.port}`]);
  await client.type("hello\n");
  await client.endInput();
  assertEquals((await client.ended()).code, 0);
  assertEquals(client.stdout.text, "hello\n");
}, { needs: ["socat"] });

/** The processes of a group: their group's id is the third field behind the name, proc(5). */
async function groupOf(pid: number): Promise<number[]> {
  const members = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(group) === pid && state !== "Z") members.push(Number(name));
  }
  return members;
}
