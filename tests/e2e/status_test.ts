/** `--status`: a process of its own shows the server, and nothing that happens to it is noticed by the server. */

import { assert, assertEquals, assertMatch } from "../assert.ts";
import type { ProcessView, ServerState } from "../../server/status/state.ts";
import { childrenOf, isRunning, runToEnd, until, within } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { StatusReader, statusUrlOf } from "./status_reader.ts";

const STATUS = ["--status", "0"];

/** The pid of a server's status process. */
async function statusProcessOf({ pid }: TestServer): Promise<number> {
  for (const child of await childrenOf(pid)) {
    const commandLine = await Deno.readTextFile(`/proc/${child.pid}/cmdline`);
    if (commandLine.includes("status")) return child.pid;
  }
  throw new Error("There is no status process");
}

/** Asks the page itself, by hand. */
async function request(url: string, headers: readonly string[] = []): Promise<string> {
  const { hostname, port } = new URL(url);
  using conn = await Deno.connect({ hostname, port: Number(port) });
  const lines = ["GET /state.json HTTP/1.1", ...headers, "Connection: close", "", ""];
  await conn.write(new TextEncoder().encode(lines.join("\r\n")));
  return await new Response(conn.readable).text();
}

/** The numbers of the descriptors of a kind that a process is shown to have. */
function numbersOf(process: ProcessView | undefined, kind: string): number[] {
  return (process?.descriptors ?? []).flatMap((open) => open.kind === kind ? [open.number] : []);
}

/** What the kernel calls that descriptor: `socket:[1234]`. */
function linkOf(pid: number, number: number): string {
  return Deno.readLinkSync(`/proc/${pid}/fd/${number}`);
}

const isServing = ({ connections, processes }: ServerState) =>
  Object.values(connections).some(({ workerPid, bytesOut }) =>
    bytesOut !== 0 &&
    processes.some(({ pid, descriptors }) => pid === workerPid && descriptors?.length)
  );

for (
  const { name, flags, command, parent, worker } of [
    { name: "a relay", flags: [], parent: { tcp: 1, unix: 2 }, worker: { tcp: 0, unix: 2 } },
    {
      name: "the socket handed over",
      flags: ["--transport", "socket"],
      parent: { tcp: 0, unix: 2 },
      worker: { tcp: 1, unix: 2 },
    },
    {
      name: "a program with the socket",
      flags: [],
      command: ["cat"],
      parent: { tcp: 0, unix: 0 },
      worker: { tcp: 2, unix: 0 },
    },
    {
      name: "a program with pipes",
      flags: ["--transport", "pipe"],
      command: ["cat"],
      parent: { tcp: 1, pipe: 2 },
      worker: { tcp: 0, pipe: 2 },
    },
  ]
) {
  testProgram(`the status shows who has which descriptor with ${name}`, async (program) => {
    await using server = await TestServer.start(program, {
      flags: [...STATUS, ...flags],
      command,
    });
    await using reader = await StatusReader.open(await statusUrlOf(server));
    using client = await server.connect();
    await client.roundTrip();
    const { processes, connections } = await reader.until(isServing, "a connection is served");
    const [connection] = Object.values(connections);
    assertEquals([connection?.remotePort, connection?.acceptedAt !== undefined], [
      client.port,
      true,
    ]);
    const ofWorker = processes.find(({ pid }) => pid === connection?.workerPid);
    const [ofParent] = processes;
    assertEquals(ofParent?.pid, server.pid);
    const counts = (process: ProcessView | undefined, kinds: object) =>
      Object.fromEntries(Object.keys(kinds).map((kind) => [kind, numbersOf(process, kind).length]));
    assertEquals(counts(ofParent, parent), parent);
    assertEquals(counts(ofWorker, worker), worker);
    for (const { pid, descriptors } of [ofParent, ofWorker].flatMap((found) => found ?? [])) {
      for (const { number, kind } of descriptors ?? []) {
        assertMatch(linkOf(pid, number), kind === "pipe" ? /^pipe:/ : /^socket:/);
      }
    }
  });
}

testProgram(
  "the status counts exactly what clients did, and how workers ended",
  async (program) => {
    await using server = await TestServer.start(program, { flags: STATUS });
    await using reader = await StatusReader.open(await statusUrlOf(server));
    for (let i = 0; i < 3; i++) {
      using client = await server.connect();
      await client.roundTrip();
    }
    using victim = await server.connect();
    await victim.roundTrip();
    const { workers } = await reader.until(
      ({ ended, workers }) => ended.length === 3 && Object.values(workers)[0]?.state === "serving",
      "three have ended",
    );
    Deno.kill(Number(Object.keys(workers)[0]), "SIGKILL");
    const { totals, ended } = await reader.until(
      ({ ended }) => ended.length === 4,
      "four have ended",
    );
    assertEquals(totals.accepted, 4);
    assertEquals(totals.closed, { finished: 3, worker_lost: 1 });
    assertEquals(totals.exits, { "exited 0": 3, "killed SIGKILL": 1 });
    assertEquals(ended.map(({ status, signal }) => [status, signal]), [
      ...Array(3).fill([0, null]),
      [null, "SIGKILL"],
    ]);
    for (const { zombieMs } of ended) assert(zombieMs === null || zombieMs >= 0);
  },
);

testProgram(
  "a status process that is killed is started again at its port, and knows all",
  async (program) => {
    await using server = await TestServer.start(program, { flags: STATUS });
    const url = await statusUrlOf(server);
    {
      using client = await server.connect();
      await client.roundTrip();
    }
    const first = await statusProcessOf(server);
    Deno.kill(first, "SIGKILL");
    const warning = await server.process.stderr.find((line) =>
      line.includes("status") ? line : undefined
    );
    assertMatch(
      warning,
      /^warning: The process of the status page \(pid \d+\) was killed by SIGKILL: it is started again$/,
    );
    using client = await server.connect();
    await client.roundTrip();
    await using reader = await StatusReader.open(await untilAnswered(url));
    await reader.until(({ totals }) => totals.accepted === 2, "both are counted");
    assertEquals(await isRunning(first), false);
  },
);

/** The URL, once somebody answers there. */
async function untilAnswered(url: string): Promise<string> {
  const answered = async () => {
    while (true) {
      try {
        await (await fetch(`${url}state.json`)).body?.cancel();
        return url;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    }
  };
  return await within(answered(), () => "nobody answers at the status page");
}

testProgram("a status process that stands still is not waited for", async (program) => {
  await using server = await TestServer.start(program, {
    flags: [...STATUS, "--mode", "prefork", "--workers", "2", "--transport", "socket"],
  });
  const url = await statusUrlOf(server);
  const pid = await statusProcessOf(server);
  Deno.kill(pid, "SIGSTOP");
  for (let i = 0; i < 50; i++) {
    using client = await server.connect();
    await client.roundTrip();
  }
  Deno.kill(pid, "SIGCONT");
  await using reader = await StatusReader.open(url);
  await reader.until(({ totals }) => totals.closed.finished === 50, "all are counted");
  // The server ends it although it does not notice.
  Deno.kill(pid, "SIGSTOP");
});

testProgram("readers that do not read hold up nobody", async (program) => {
  await using server = await TestServer.start(program, { flags: STATUS });
  const url = await statusUrlOf(server);
  const { hostname, port } = new URL(url);
  const idle = await Promise.all(Array.from({ length: 50 }, async () => {
    const conn = await Deno.connect({ hostname, port: Number(port) });
    await conn.write(new TextEncoder().encode(`GET /events HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`));
    return conn;
  }));
  using client = await server.connect();
  await client.roundTrip();
  await using reader = await StatusReader.open(url);
  await reader.until(({ totals }) => totals.accepted === 1, "one more reader is told");
  for (const conn of idle) conn.close();
});

testProgram(
  "a server whose status port is taken says so and does not start",
  async (program: Program) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    const { path, args } = program;
    const finished = await runToEnd([path, ...args, "server", "--status", `${port}`, "0"]);
    assertEquals(finished, {
      status: 1,
      stdout: "",
      stderr: `brood: Cannot listen on 127.0.0.1:${port} for the status page: address already in use
`,
    });
  },
);

testProgram("the status process ends with a server that is killed", async (program) => {
  // A killed server leaves its run folder.
  await using folder = new TempFolder();
  await using server = await TestServer.start(program, { flags: STATUS, folder: folder.path });
  const pid = await statusProcessOf(server);
  await server.kill();
  await until(async () => !await isRunning(pid), "end of the status process with its server");
});

testProgram(
  "the status answers nobody who was led to it by a name or by another page",
  async (program) => {
    await using server = await TestServer.start(program, { flags: STATUS });
    const url = await statusUrlOf(server);
    const { host } = new URL(url);
    assertMatch(await request(url, [`Host: ${host}`]), /^HTTP\/1\.1 200 /);
    assertMatch(await request(url, ["Host: evil.example"]), /^HTTP\/1\.1 421 /);
    assertMatch(
      await request(url, [`Host: ${host}`, "Origin: http://evil.example"]),
      /^HTTP\/1\.1 403 /,
    );
    const response = await fetch(`${url}state.json`);
    assertMatch(response.headers.get("content-security-policy") ?? "", /^default-src 'none'/);
    await response.body?.cancel();
  },
);

testProgram("the status tells what clients send, unless it is told not to", async (program) => {
  const cases = [[[], "<b>\\x1b\\n"], [["--quiet"], null], [["--no-messages"], null]] as const;
  for (const [flags, expected] of cases) {
    await using server = await TestServer.start(program, { flags: [...STATUS, ...flags] });
    await using reader = await StatusReader.open(await statusUrlOf(server));
    using client = await server.connect();
    await client.send("<b>\x1b\n");
    const { connections } = await reader.until(
      ({ connections }) => (Object.values(connections)[0]?.bytesOut ?? 0) >= 5,
      "the bytes are told",
    );
    const lastMessage = Object.values(connections)[0]?.lastMessage;
    if (expected === null) assertEquals(lastMessage, null);
    else {
      await reader.until(
        ({ connections }) => Object.values(connections)[0]?.lastMessage === expected,
        "the message is told",
      );
    }
  }
});

/** A sample of the metrics, by its name with its labels. */
async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}metrics`)).text();
  const line = text.split("\n").find((line) => line.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

testProgram("/metrics counts exactly what a load did", async (program) => {
  await using server = await TestServer.start(program, {
    flags: [...STATUS, "--mode", "prefork", "--workers", "3"],
  });
  const url = await statusUrlOf(server);
  const load = [`${server.port}`, "--load", "30", "--messages", "4", "--size", "100"];
  const { path, args } = program;
  const { status, stderr } = await runToEnd([path, ...args, "client", ...load]);
  assertEquals(status, 0, stderr);
  await using reader = await StatusReader.open(url);
  await reader.until(({ totals }) => totals.closed.finished === 30, "the load is over");
  const expected = {
    brood_connections_accepted_total: 30,
    brood_connections_active: 0,
    'brood_connections_closed_total{reason="finished"}': 30,
    brood_connection_seconds_count: 30,
    brood_received_bytes_total: 30 * 4 * 100,
    brood_sent_bytes_total: 30 * 4 * 100,
    brood_worker_start_seconds_count: 3,
    'brood_workers{state="idle"}': 3,
  };
  for (const [name, value] of Object.entries(expected)) {
    assertEquals([name, await metricOf(url, name)], [name, value]);
  }
});

testProgram("/health says 503 while the server drains", async (program) => {
  await using server = await TestServer.start(program, { flags: STATUS });
  const url = await statusUrlOf(server);
  using client = await server.connect();
  await client.roundTrip();
  const before = await fetch(`${url}health`);
  assertEquals([before.status, (await before.json()).state], [200, "accepting"]);
  await using reader = await StatusReader.open(url);
  server.process.signal("SIGTERM");
  await reader.until(({ phase }) => phase === "draining", "the server drains");
  const during = await fetch(`${url}health`);
  const { status, state, reason, connections } = await during.json();
  assertEquals([during.status, status, state, connections], [503, "unavailable", "draining", 1]);
  assertMatch(reason, /stopping/);
});

testProgram(
  "the status shows who waits in the accept queue of an iterative server",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: [...STATUS, "--mode", "iterative", "--backlog", "5"],
    });
    await using reader = await StatusReader.open(await statusUrlOf(server));
    using first = await server.connect();
    await first.roundTrip();
    using _second = await server.connect();
    using _third = await server.connect();
    const { acceptQueue, workers, connections } = await reader.until(
      ({ acceptQueue }) => acceptQueue?.length === 2,
      "two wait",
    );
    assertEquals([acceptQueue, workers], [{ length: 2, backlog: 5 }, {}]);
    assertEquals(Object.values(connections).map(({ workerPid }) => workerPid), [null]);
  },
);

testProgram("a status host that nobody knows is told in a line", async (program) => {
  const { path, args } = program;
  const finished = await runToEnd([path, ...args, "server", "--status", "no.such.invalid:1", "0"]);
  assertEquals(finished, {
    status: 1,
    stdout: "",
    stderr: "brood: Cannot listen on no.such.invalid:1 for the status page: " +
      "the host name could not be resolved\n",
  });
});
