import { fileURLToPath } from "node:url";
import type { CommonTask } from "../../bench/load.ts";
import { clientArgs, ClientLoad, readReport } from "../../bench/load_client.ts";
import { parseClientOptions } from "../../client/command.ts";
import { type LoadReport, reportOf } from "../../client/load/report/report.ts";
import { Tally } from "../../client/load/tally/tally.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { closedPort, listenOnLoopback } from "../support/sockets.ts";

function taskOf(task: CommonTask) {
  return { port: 9000, task, clients: 16, seconds: 0.5 };
}

/** The load that the client reads from the arguments of a task. */
function loadOf(task: CommonTask) {
  const [command, ...args] = clientArgs(taskOf(task));
  assertEquals(command, "client");
  const options = parseClientOptions(args);
  assert(typeof options !== "string" && options.load !== null);
  return options.load;
}

/** What the client reports of a task whose connections echoed after 1 ms and made round trips of 2. */
function reportOn(task: CommonTask, counts: Partial<Tally>): LoadReport {
  const tally = new Tally();
  Object.assign(tally, { durationMs: 500, ...counts });
  tally.latencies.firstEcho.record(1);
  tally.latencies.roundTrip.record(2);
  return reportOf(loadOf(task), tally);
}

Deno.test("clientArgs() makes loads that the client understands", () => {
  const [connect, rate, echo] = (["connect", "rate", "echo"] as const).map(loadOf);
  assertEquals([connect?.port, connect?.concurrency, connect?.messages], [9000, 16, 1]);
  assertEquals([rate?.connections, rate?.rate, rate?.messages], [8, 16, 1]);
  assertEquals([echo?.connections, echo?.concurrency], [16, 16]);
  for (const load of [connect, rate, echo]) {
    assertEquals([load?.size, load?.processes, load?.json], [64, 1, true]);
  }
});

Deno.test("readReport() counts connections, and times them to their first echo", () => {
  const report = reportOn("whole", { done: 100, interrupted: 16, bytes: 6400 });
  const { count, connections, seconds, bytes, medianUs } = readReport(taskOf("whole"), report);
  assertEquals([count, connections, seconds, bytes], [100, 116, 0.5, 6400]);
  assertEquals(Math.round(medianUs / 100), 10);
});

Deno.test("readReport() counts the round trips of clients that stay", () => {
  const report = reportOn("echo", { interrupted: 16, messages: 1000 });
  const { count, connections, p99Us } = readReport(taskOf("echo"), report);
  assertEquals([count, connections, Math.round(p99Us / 100)], [1000, 16, 20]);
});

Deno.test("readReport() refuses a load that lost clients, and one that did nothing", () => {
  const tally = new Tally();
  tally.done = 5;
  tally.fail({ kind: "refused", reason: "connection refused" });
  for (
    const [report, message] of [
      [reportOf(loadOf("connect"), tally), "1 clients lost, 5 answers; conn"],
      [reportOn("connect", { done: 0 }), "0 clients lost, 0 answers"],
    ] as const
  ) {
    assertThrows(() => readReport(taskOf("connect"), report), OperationalError, message);
  }
});

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const COMMAND = [Deno.execPath(), "run", "--no-prompt", "--allow-net", MAIN];

Deno.test("ClientLoad.run() stops the real client when its time is over, and reads its report", async () => {
  using listener = listenOnLoopback();
  const serving = (async () => {
    const connection = await listener.accept();
    // A client that is stopped resets its connection.
    await connection.readable.pipeTo(connection.writable).catch(() => {});
  })();
  const load = new ClientLoad(COMMAND, new AbortController().signal);
  const { port } = listener.addr;
  const report = await load.run({ port, task: "echo", clients: 1, seconds: 2 });
  await serving;
  assertEquals(report.connections, 1);
  assert(report.count > 0 && report.seconds > 0 && report.medianUs > 0);
});

Deno.test("ClientLoad.run() rejects where nobody listens", async () => {
  const port = closedPort();
  const load = new ClientLoad(COMMAND, new AbortController().signal);
  const run = load.run({ port, task: "rate", clients: 20, seconds: 0.1 });
  await assertRejects(() => run, OperationalError, `Cannot load port ${port}: 2 clients lost`);
});
