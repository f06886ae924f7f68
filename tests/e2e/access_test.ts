/** Who gets in, by address and by how often, how long a connection may last, and who is asked whether he is there. */

import { connect } from "node:net";
import { assert, assertEquals, assertGreaterOrEqual, assertMatch } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { isRunning, processesWith, runToEnd } from "./process.ts";
import { type Program, SERVINGS, testProgram } from "./program.ts";
import { TestClient, TestServer } from "./server.ts";
import { assertRefused, type WrongUsage } from "./wrong_usage.ts";

const JSON_LOG = ["--log", "json"];

/** The ways in which a connection is accepted: by Deno, by libc for a worker, and by libc for a program. */
const ACCEPTING = [
  { name: "a relay", flags: [] },
  { name: "a worker with the socket", flags: ["--transport", "socket"] },
  { name: "a program with the socket", flags: [], command: ["cat"] },
];

/** Connects over IPv4 from that address of this machine, and waits until the server has closed that. */
async function isTurnedAway(port: number, localAddress: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  socket.on("data", () => resolve(false));
  socket.on("error", () => resolve(true));
  socket.on("end", () => resolve(true));
  socket.write("ping\n");
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

for (const { name, flags, command } of ACCEPTING) {
  testProgram(`${name}: the longest prefix decides who gets in`, async (program) => {
    await using server = await TestServer.start(program, {
      flags: [
        ...[...flags, ...JSON_LOG],
        ...["--allow", "127.0.0.0/8,192.0.2.1", "--deny", "127.0.0.2/31", "--allow=127.0.0.3"],
      ],
      command,
    });
    const addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
    const seen = [];
    for (const address of addresses) seen.push(await isTurnedAway(server.port, address));
    assertEquals(seen, [false, true, false]);
    const rejected = await server.event("connection_rejected", { remoteHost: "127.0.0.2" });
    assertEquals([rejected["reason"], rejected["rejected"]], ["denied", 1]);
  });

  testProgram(`${name}: a client over IPv4 is one, also where IPv6 listens`, async (program) => {
    await using server = await TestServer.start(program, {
      flags: [...flags, ...JSON_LOG, "--host", "::", "--deny", "127.0.0.1"],
      command,
    });
    assertEquals(await isTurnedAway(server.port, "127.0.0.1"), true);
    assertEquals(await isTurnedAway(server.port, "127.0.0.2"), false);
    await server.event("connection_rejected", { reason: "denied" });
    using other = await TestClient.connect({ hostname: "::1", port: server.port });
    assertEquals(await other.roundTrip(), "ping\n");
  });
}

testProgram("the text log says who is turned away, and why", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--deny", "127.0.0.0/8"] });
  using client = await server.connect();
  assertMatch(await client.disconnected(), /end of file|reset/);
  const line = `client 127.0.0.1:${client.port} is rejected: the rules deny its address`;
  assertEquals(await server.process.stdout.find((text) => text === line ? text : undefined), line);
});

testProgram(
  "--max-rate closes a connection too many of an address at once, and lets it come again",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--mode", "iterative", ...JSON_LOG, "--max-rate", "1"],
    });
    const isServed = async () => {
      using client = await server.connect();
      await client.send("ping\n").catch(() => {});
      const answer = await client.receive(5).catch(() => new Uint8Array(0));
      return answer.length === 5;
    };
    assertEquals(await isServed(), true);
    while (await isServed());
    const rejected = await server.event("connection_rejected", { reason: "max_rate" });
    assertEquals([rejected["maxRate"], rejected["rejected"]], [1, 1]);
    while (!await isServed());
  },
);

/** A server with that file of rules. */
async function startWith(program: Program, rules: string): Promise<TestServer> {
  return await TestServer.start(program, { flags: [...JSON_LOG, "--rules", rules] });
}

testProgram(
  "SIGHUP reads the rules again: new connections see them, one under way goes on",
  async (program) => {
    await using folder = new TempFolder();
    const rules = folder.join("rules");
    await Deno.writeTextFile(rules, "# everybody\nallow 127.0.0.0/8\n");
    await using server = await startWith(program, rules);
    using first = await server.connect();
    assertEquals(await first.roundTrip(), "ping\n");

    await Deno.writeTextFile(rules, "allow 192.0.2.0/24\ndeny 127.0.0.1\n");
    server.process.signal("SIGHUP");
    await server.event("rules_read", { file: rules, rules: 2 });
    using second = await server.connect();
    assertMatch(await second.disconnected(), /end of file|reset/);
    await server.event("connection_rejected", { remotePort: second.port, reason: "denied" });
    assertEquals(await first.roundTrip(), "ping\n");

    await Deno.writeTextFile(rules, "");
    server.process.signal("SIGHUP");
    await server.event("rules_read", { rules: 0 });
    using third = await server.connect();
    assertEquals(await third.roundTrip(), "ping\n");
    assertEquals(server.process.stderr.text, "");
  },
);

testProgram(
  "a file of rules with a mistake, or none, is told in one warning, and the old rules stay",
  async (program) => {
    await using folder = new TempFolder();
    const rules = folder.join("rules");
    await Deno.writeTextFile(rules, "deny 127.0.0.2\n");
    await using server = await startWith(program, rules);
    using first = await server.connect();

    await Deno.writeTextFile(rules, "deny 127.0.0.1\nforbid 127.0.0.1\n");
    server.process.signal("SIGHUP");
    await server.event("rules_failed");
    await Deno.remove(rules);
    server.process.signal("SIGHUP");
    await server.process.stderr.match(/no such file/);
    assertEquals(server.process.stderr.all, [
      `warning: Cannot read the rules ${rules}, line 2: "forbid 127.0.0.1": ` +
      "expected allow CIDR or deny CIDR; the rules stay as they were",
      `warning: Cannot read the rules ${rules}: no such file or directory; ` +
      "the rules stay as they were",
    ]);
    assertEquals(await first.roundTrip(), "ping\n");
    using second = await server.connect();
    assertEquals(await second.roundTrip(), "ping\n");
    assertEquals(await isTurnedAway(server.port, "127.0.0.2"), true);
  },
);

for (const { name, flags, command } of SERVINGS) {
  testProgram(
    `${name}: --max-duration ends a connection whatever passes, and nothing else`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...flags, ...JSON_LOG, "--max-duration", "1.5"],
        command,
      });
      using client = await server.connect();
      let trips = 0;
      try {
        while (await client.roundTrip("x") === "x") trips += 1;
      } catch (error) {
        // Closed while a byte was under way.
        if (!(error instanceof Error) || !/reset|pipe/i.test(error.message)) throw error;
      }
      const closed = await server.event("connection_closed", { remotePort: client.port });
      assertEquals(closed["reason"], "max_duration");
      assertGreaterOrEqual(Number(closed["durationMs"]), 1500);
      assertGreaterOrEqual(trips, 1);
      using next = await server.connect();
      assertEquals(await next.roundTrip(), "ping\n");
      next.close();
      await server.event("connection_closed", { remotePort: next.port });
      const warnings = server.process.stderr.all.filter((line) =>
        !/nothing isolates it/.test(line)
      );
      assertEquals(warnings, []);
    },
  );
}

testProgram(
  "--max-duration ends all that a program with the socket has started",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: [...JSON_LOG, "--max-duration", "1"],
      // It has the socket, too, and takes no notice of SIGTERM.
      command: ["sh", "-c", "(trap '' TERM; exec sleep 1000) & exec cat"],
    });
    using client = await server.connect();
    const pid = await server.workerOf(client);
    assertMatch(await client.disconnected(), /end of file|reset/);
    await server.event("connection_closed", { remotePort: client.port, reason: "max_duration" });
    await server.event("worker_exited", { workerPid: pid, reason: "killed_by_us" });
    assertEquals(await isRunning(pid), false);
    await server.stop();
    assertEquals(await processesWith(server.folderPath), []);
  },
);

testProgram("--max-duration ends a worker that computes without end", async (program) => {
  await using folder = new TempFolder();
  const file = folder.join("busy.js");
  await Deno.writeTextFile(file, "export default () => { while (true); };\n");
  await using server = await TestServer.start(program, {
    flags: [...JSON_LOG, "--transport", "socket", "--handler", file, "--max-duration", "0.5"],
  });
  using client = await server.connect();
  const workerPid = await server.workerOf(client);
  assertMatch(await client.disconnected(), /end of file|reset/);
  await server.event("connection_closed", { remotePort: client.port, reason: "max_duration" });
  await server.event("worker_exited", { workerPid, reason: "killed_by_us" });
});

/** How long the kernel waits until it asks the other side of the server's one connection; null where it never does. */
async function keepAliveSeconds(port: number): Promise<number | null> {
  const filter = `sport = :${port}`;
  const { stdout } = await runToEnd(["ss", "-Htno", "state", "established", filter]);
  const [, minutes, seconds] = /timer:\(keepalive,(?:(\d+)min)?(?:([\d.]+)m?sec)?,/.exec(stdout) ??
    [];
  if (minutes === undefined && seconds === undefined) return null;
  return Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** What is asked for, and what the kernel may wait at most then; null where it asks nobody. */
const KEEPALIVE = [
  [[], 60],
  [["--keepalive", "25"], 25],
  [["--keepalive", "0"], null],
] as const;

for (const { name, flags, command } of ACCEPTING) {
  for (const [asked, atMost] of KEEPALIVE) {
    const what = asked.length === 0 ? "by itself" : asked.join(" ");
    testProgram(`${name}: TCP keepalive ${what}`, async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...flags, ...asked, "--quiet"],
        command,
      });
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
      const seconds = await keepAliveSeconds(server.port);
      if (atMost === null) return assertEquals(seconds, null);
      assert(seconds !== null && seconds <= atMost && seconds > atMost - 20, `${seconds} s`);
    }, { needs: ["ss"] });
  }
}

/** What is wrong on a command line, and what is said of it. */
const WRONG: readonly WrongUsage[] = [
  [["--allow", "office"], /--allow "office": expected an address or a network, such as/],
  [["--allow", "10.0.0.0/8,"], /--allow "10\.0\.0\.0\/8,": expected an address or a network/],
  [["--deny", "10.0.0.0/33"], /--deny "10\.0\.0\.0\/33": expected an address or a network/],
  [["--deny=10.0.0.1", "--deny", "::1/129"], /--deny "::1\/129": expected an address/],
  [["--deny="], /--deny needs a value: CIDR/],
  [["--rules="], /--rules needs a value: FILE/],
  [["--max-rate", "-1"], /--max-rate "-1": expected a whole number from 0 to 1000000/],
  [["--max-rate", "0.5"], /--max-rate "0\.5": expected a whole number/],
  [["--max-duration", "long"], /--max-duration "long": expected seconds, from 0 to 2147483/],
  [["--keepalive", "32768"], /--keepalive "32768": expected seconds, from 0 to 32767/],
  [["--keepalive", "off"], /--keepalive "off": expected seconds/],
];

testProgram("a wrong value of these flags is told in one line, with status 2", async (program) => {
  await assertRefused(program, WRONG);
});

testProgram("rules that cannot be read end the server before it listens", async (program) => {
  await using folder = new TempFolder();
  const wrong = folder.join("wrong");
  await Deno.writeTextFile(wrong, "allow 10.0.0.0/8\n\nallow 10.0.0/8\n");
  const missing = folder.join("missing");
  const files = [
    [missing, `Cannot read the rules ${missing}: no such file or directory`],
    [folder.path, `Cannot read the rules ${folder.path}: it is a folder`],
    [
      wrong,
      `Cannot read the rules ${wrong}, line 3: "allow 10.0.0/8": expected an address or a ` +
      "network, such as 192.0.2.0/24 or 2001:db8::/32",
    ],
  ] as const;
  for (const [file, message] of files) {
    const { status, stdout, stderr } = await runToEnd(
      [program.path, ...program.args, "server", "--rules", file, "0"],
    );
    assertEquals([status, stdout], [1, ""]);
    assertEquals(stderr, `brood: ${message}\n`);
  }
});
