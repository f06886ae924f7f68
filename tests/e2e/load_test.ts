/** The load client: what it counts against real servers, good and bad, and what it leaves behind. */

import type { LoadReport } from "../../client/load/report/report.ts";
import { assert, assertEquals, assertMatch, assertNotMatch } from "../assert.ts";
import { closedPort, listenOnLoopback } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { BadServer } from "./bad_server.ts";
import {
  childrenOf,
  isRunning,
  killProcess,
  processesWith,
  residentBytesOf,
  RunningProcess,
  runToEnd,
  startWithoutReader,
  within,
} from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

function loadOf(program: Program, ...args: readonly (string | number)[]): string[] {
  return [program.path, ...program.args, "client", ...args.map(String)];
}

/** Runs a load to its end and checks that its report is one object whose sums are consistent. */
async function reportOf(
  program: Program,
  ...args: readonly (string | number)[]
): Promise<{ status: number; report: LoadReport; stderr: string }> {
  const { status, stdout, stderr } = await runToEnd(loadOf(program, "--json", ...args));
  assertEquals(stdout.trimEnd().split("\n").length, 1, stdout + stderr);
  const report: LoadReport = JSON.parse(stdout);
  checkSums(report);
  assertEquals(status, report.connections.failed === 0 ? 0 : 1);
  return { status, report, stderr };
}

function checkSums({ connections, failures, messages, latencyMs, timeline }: LoadReport): void {
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const { asked, done, failed, interrupted, notBegun } = connections;
  assertEquals(asked, done + failed + interrupted + notBegun);
  assertEquals(failed, sum(Object.values(failures)));
  assertEquals(latencyMs.roundTrip.count, messages.done);
  assertEquals(sum(timeline.messages), messages.done);
  assertEquals(sum(timeline.connections), done);
  for (const { p50, p90, p99, p999, max } of Object.values(latencyMs)) {
    assert(p50 <= p90 && p90 <= p99 && p99 <= p999 && p999 <= max, JSON.stringify(latencyMs));
  }
}

/** Types Ctrl-C until the program ends: the first repetitions may count as the same keystroke. */
async function insist(program: RunningProcess): Promise<void> {
  while (await isRunning(program.pid)) {
    try {
      program.signal("SIGINT");
    } catch (error) {
      // It has ended since: Deno's own error for a process that it has reaped.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

const MODES: readonly (readonly string[])[] = [
  ["--mode", "per-connection"],
  ["--mode", "prefork", "--workers", "4"],
  ["--mode", "iterative"],
];

for (const flags of MODES) {
  testProgram(`every byte comes back from our server with ${flags.join(" ")}`, async (program) => {
    await using server = await TestServer.start(program, { flags: ["--quiet", ...flags] });
    const load = ["--load", 12, "--concurrency", 4, "--messages", 5];
    const args = [...load, "--size", 100_000, "--binary"];
    const { report } = await reportOf(program, ...args, server.port);
    assertEquals([report.connections.done, report.messages.done], [12, 60]);
    assertEquals(report.bytes.echoed, 12 * 5 * 100_000);
    assertEquals(report.latencyMs.connect.count, 12);
  });
}

testProgram("every byte comes back from socat, also with several processes", async (program) => {
  const listen = "TCP-LISTEN:0,bind=127.0.0.1,fork,backlog=64";
  await using server = new RunningProcess(["socat", "-d", "-d", listen, "EXEC:cat"]);
  const [, port = ""] = await server.stderr.match(/listening on .*:(\d+)$/);
  const args = ["--load", 20, "--messages", 3, "--processes", 2, port];
  const { report, stderr } = await reportOf(program, ...args);
  assertEquals([report.connections.done, report.messages.done, stderr], [20, 60, ""]);
}, { needs: ["socat"] });

testProgram("the text report tells connections, rates and latencies", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--mode", "iterative"] });
  const { status, stdout, stderr } = await runToEnd(loadOf(program, "--load", 20, server.port));
  assertEquals([status, stderr], [0, ""]);
  assertMatch(stdout, /^20 connections to 127\.0\.0\.1:\d+, 16 at a time, 1 message of 64 bytes/);
  assertMatch(stdout, /^connections +20 done, 0 failed$/m);
  assertMatch(stdout, /^latency, ms +p50 +p90 +p99 +p99\.9 +max$/m);
  assertMatch(stdout, /^first echo( +\d+\.\d{3}){5}$/m);
});

testProgram(
  "on a terminal a bar shows the progress, and goes away before the report",
  async (program) => {
    await using server = await TestServer.start(program, { flags: ["--mode", "iterative"] });
    for (const processes of [1, 2]) {
      const args = ["--load", 8, "--processes", processes, server.port];
      const command = loadOf(program, ...args).map((word) => `'${word}'`).join(" ");
      const { status, stdout } = await runToEnd(["script", "-qec", command, "/dev/null"]);
      assertEquals(status, 0, stdout);
      const [bars = "", report = ""] = stdout.split("8 connections to");
      assertMatch(bars, /100% \| 8 of 8 messages/);
      // deno-lint-ignore no-control-regex -- what a terminal is driven by
      assertMatch(bars, /\x1b\[2K$/);
      assertMatch(report, /^connections +8 done, 0 failed/m);
    }
  },
  { needs: ["script"] },
);

testProgram(
  "without a file descriptor to spare connections fail, and the load goes on",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--quiet", "--mode", "prefork", "--workers", "1"],
    });
    const limited = ["prlimit", "--nofile=40:40", ...loadOf(program, "--json", "--load", 200)];
    const flags = ["--rate", "1000000", "--timeout", "5", String(server.port)];
    const { status, stdout } = await runToEnd([...limited, ...flags]);
    const report: LoadReport = JSON.parse(stdout);
    checkSums(report);
    assert(report.failures.noDescriptor > 0 && report.connections.done > 0, stdout);
    assertEquals(status, 1);
  },
  { needs: ["prlimit"] },
);

testProgram("--rate opens connections at their times", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--mode", "iterative"] });
  const { report } = await reportOf(program, "--load", 20, "--rate", 40, server.port);
  // The last is due after 475 ms.
  assert(report.durationMs >= 475, `it took ${report.durationMs} ms`);
  assertEquals([report.connections.done, report.latencyMs.late.count], [20, 20]);
});

testProgram(
  "Ctrl-C ends a load at once that cannot keep to its rate, and its memory is bounded",
  async (program) => {
    await using server = await BadServer.start("echoes for ever");
    const args = ["--json", "--load", 1_000_000_000, "--rate", 1_000_000, server.port];
    await using load = new RunningProcess(loadOf(program, ...args));
    await within(server.heard(200), () => "connections");
    const bytes = await residentBytesOf(load.pid);
    load.signal("SIGINT");
    await load.ended();
    const report: LoadReport = JSON.parse(load.stdout.text);
    checkSums(report);
    const { connections, latencyMs } = report;
    assert(report.stopped && connections.done > 0 && connections.notBegun > 0, load.stdout.text);
    // The last of those begun was due long before.
    assert(latencyMs.late.max > 10, load.stdout.text);
    assertEquals(load.stderr.text, "");
    assert(bytes < 600e6, `${bytes} bytes`);
  },
);

testProgram("a server that is not there is counted as refused, and told", async (program) => {
  for (const processes of [1, 2]) {
    const args = ["--load", 9, "--processes", processes, closedPort()];
    const { report } = await reportOf(program, ...args);
    assertEquals([report.connections.failed, report.failures.refused], [9, 9]);
    assertEquals(report.reasons, { refused: "connection refused" });
  }
});

testProgram(
  "a host name that stands for no address is one line, with status 1",
  async (program) => {
    for (const host of ["no.such.host.invalid", "a b", "a..b"]) {
      for (const flags of [["--processes", 1], ["--processes", 2], ["--rate", 100]]) {
        assertEquals(await runToEnd(loadOf(program, "--load", 9, ...flags, host, 9000)), {
          status: 1,
          stdout: "",
          stderr: `brood: Cannot connect to ${host}:9000: the host name could not be resolved\n`,
        });
      }
    }
  },
);

testProgram("a host name is as good as an address", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--mode", "iterative"] });
  const { report } = await reportOf(program, "--load", 5, "localhost", server.port);
  assertEquals(report.connections.done, 5);
});

for (const [kind, behaviour, reason] of BadServer.BEHAVIOURS) {
  testProgram(`a server that ${behaviour} is counted as ${kind}`, async (program) => {
    await using server = await BadServer.start(behaviour);
    // Where something else is wrong, a busy machine must not make it a timeout.
    const timeout = kind === "timedOut" || behaviour.includes("the end of") ? 0.3 : 60;
    const args = ["--load", 4, "--concurrency", 2, "--timeout", timeout, server.port];
    const { report, stderr } = await reportOf(program, ...args);
    assertEquals([report.connections.failed, report.failures[kind], stderr], [4, 4, ""]);
    assertMatch(report.reasons[kind] ?? "", reason);
  });
}

testProgram("a server that never reads a long message is counted as timed out", async (program) => {
  using listener = listenOnLoopback();
  const args = ["--load", 2, "--size", 100_000_000, "--timeout", 0.3, listener.addr.port];
  const { report } = await reportOf(program, ...args);
  assertEquals([report.connections.failed, report.failures.timedOut], [2, 2]);
});

testProgram("good and bad connections of one server are told apart", async (program) => {
  await using server = await BadServer.start("echoes every other connection wrong");
  const { report } = await reportOf(program, "--load", 10, "--concurrency", 1, server.port);
  assertEquals([report.connections.done, report.failures.wrongEcho], [5, 5]);
});

for (const processes of [1, 2]) {
  testProgram(
    `Ctrl-C reports what ${processes} process(es) did, with status 0`,
    async (program) => {
      await using server = await BadServer.start("echoes for ever");
      const args = ["--json", "--load", 1_000_000, "--messages", 1000, "--processes", processes];
      const command = loadOf(program, ...args, server.port);
      await using load = new RunningProcess(command, { ownGroup: true });
      // More than are open at a time: some have ended.
      await within(server.heard(20), () => "connections");
      const children = await childrenOf(load.pid);
      // As the terminal does: to the whole foreground process group.
      Deno.kill(-load.pid, "SIGINT");
      assertEquals((await load.ended()).code, 0, load.stderr.text);
      assertEquals(children.length, processes === 1 ? 0 : processes);
      const report: LoadReport = JSON.parse(load.stdout.text);
      checkSums(report);
      assert(report.stopped && report.messages.done > 0 && report.connections.interrupted > 0);
      assertEquals(await processesWith(`--port=${server.port}`), []);
    },
  );
}

testProgram(
  "a load process that is killed is told, and its connections have failed",
  async (program) => {
    await using server = await BadServer.start("echoes for ever");
    const args = ["--json", "--load", 10, "--messages", 1_000_000_000, "--processes", 2];
    await using load = new RunningProcess(loadOf(program, ...args, server.port));
    await within(server.heard(10), () => "connections");
    const [victim] = await childrenOf(load.pid);
    killProcess(victim?.pid);
    await within(server.closed(5), () => "end of the killed process's connections");
    load.signal("SIGINT");
    assertEquals((await load.ended()).code, 1);
    const report: LoadReport = JSON.parse(load.stdout.text);
    assertEquals([report.failures.processLost, report.connections.interrupted], [5, 5]);
    assertEquals(
      load.stderr.text,
      `warning: load process ${victim?.pid} was killed by SIGKILL: its 5 connections count as failed\n`,
    );
  },
);

testProgram("load processes end with their parent, also when that is killed", async (program) => {
  await using server = await BadServer.start("echoes for ever");
  const args = ["--load", 10, "--messages", 1_000_000_000, "--processes", 2, server.port];
  await using load = new RunningProcess(loadOf(program, ...args));
  await within(server.heard(10), () => "connections");
  assertEquals((await processesWith(`--port=${server.port}`)).length, 2);
  load.signal("SIGKILL");
  await load.ended();
  await within(server.closed(10), () => "end of all connections");
  // Their standard error is the test's: its end is theirs.
  assertEquals(await processesWith(`--port=${server.port}`), []);
});

testProgram("--html writes one page that needs nothing else", async (program) => {
  await using folder = new TempFolder();
  const path = folder.join("report.html");
  await Deno.writeTextFile(path, "x".repeat(100_000));
  await using server = await TestServer.start(program, { flags: ["--mode", "iterative"] });
  const args = ["--load", 30, "--messages", 2, "--html", path, server.port];
  await reportOf(program, ...args);
  const html = await Deno.readTextFile(path);
  assertMatch(html, /^<!DOCTYPE html>\n[^]*<\/html>\n$/);
  assertNotMatch(html, /<(script|img|link|iframe|object)|<[^>]*\b(src|href)=|url\(|https?:/i);
  for (const id of ["latency", "throughput"]) {
    assertMatch(html, new RegExp(`<svg id="${id}"[^]*<polyline points="[\\d. ,]+"`));
  }
  assertMatch(html, /data-metric="connections\.done" data-value="30">30</);
});

testProgram("a page that cannot be written is told before the load starts", async (program) => {
  using listener = listenOnLoopback();
  const accepted = listener.accept().then(() => true, () => false);
  const path = "/no/such/folder/report.html";
  const args = ["--load", 3, "--html", path, listener.addr.port];
  assertEquals(await runToEnd(loadOf(program, ...args)), {
    status: 1,
    stdout: "",
    stderr: `brood: Cannot write ${path}: no such file or directory\n`,
  });
  listener.close();
  assertEquals(await accepted, false);
});

testProgram(
  "a page for a pipe that nobody reads is told before the load starts",
  async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("pipe");
    assertEquals((await runToEnd(["mkfifo", path])).status, 0);
    assertEquals(await runToEnd(loadOf(program, "--load", 3, "--html", path, closedPort())), {
      status: 1,
      stdout: "",
      stderr: `brood: Cannot write ${path}: no such device, or a pipe that nobody reads\n`,
    });
  },
);

testProgram("a load that is killed leaves the page that was there", async (program) => {
  await using folder = new TempFolder();
  const path = folder.join("report.html");
  await Deno.writeTextFile(path, "old");
  await using server = await BadServer.start("echoes for ever");
  const args = ["--load", 10, "--messages", 1_000_000_000, "--html", path, server.port];
  await using load = new RunningProcess(loadOf(program, ...args));
  await within(server.heard(10), () => "connections");
  load.signal("SIGKILL");
  await load.ended();
  assertEquals([await Deno.readTextFile(path), folder.names()], ["old", ["report.html"]]);
});

testProgram("a second Ctrl-C ends a load whose report nobody reads", async (program) => {
  await using folder = new TempFolder();
  await using server = await BadServer.start("echoes for ever");
  const command = loadOf(program, "--load", 1, "--messages", 1_000_000_000, server.port);
  // A pipe that is full, and whose only reader is the load itself.
  const script = `mkfifo "$0"; exec 3<> "$0"; head -c 65536 /dev/zero >&3; exec "$@" >&3`;
  const shell = ["sh", "-c", script, folder.join("pipe"), ...command];
  await using load = new RunningProcess(shell);
  await within(server.heard(1), () => "connection");
  load.signal("SIGINT");
  await within(server.closed(1), () => "end of the connection");
  const ended = load.ended();
  await insist(load);
  assertEquals((await ended).code, 1);
  assertEquals(load.stderr.text, "brood: Cannot write the report: nobody reads it\n");
});

testProgram("flags that contradict each other are one line, with status 2", async (program) => {
  const { status, stdout, stderr } = await runToEnd(loadOf(program, "--concurrency", 3, 9000));
  assertEquals([status, stdout], [2, ""]);
  assertEquals(stderr, "brood: --concurrency needs --load; try 'brood client --help'\n");
});

testProgram("an output that is closed is told, with status 1", async (program) => {
  await using folder = new TempFolder();
  const command = loadOf(program, "--load", 1, closedPort());
  await using shell = startWithoutReader(command, { folder });
  await shell.stderr.match(/^brood: Cannot write to standard output: broken pipe/);
  await shell.stderr.match(/^status 1$/);
});
