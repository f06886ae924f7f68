/** A load with several generators, which are real processes. */

import { setImmediate } from "node:timers/promises";
import type { LoadMessage } from "../../../../client/load/processes/messages.ts";
import type { LoadOptions } from "../../../../client/load/options.ts";
import { UnresolvedError } from "../../../../client/load/failure.ts";
import { runGenerators } from "../../../../client/load/processes/generators.ts";
import { Tally } from "../../../../client/load/tally/tally.ts";
import { OperationalError } from "../../../../ipc/errors.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { BadServer } from "../../../e2e/bad_server.ts";
import { childrenOf, processesWith, within } from "../../../e2e/process.ts";
import { replaceDeno } from "../../../server/replaced_deno.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { throwBug } from "../../../support/failures.ts";

const LOAD: LoadOptions = {
  hostname: "127.0.0.1",
  port: 1,
  connections: 7,
  concurrency: 4,
  rate: 0,
  messages: 3,
  size: 100,
  binary: false,
  processes: 2,
  tls: null,
  connectTimeoutMs: 60_000,
  timeoutMs: 60_000,
  json: false,
  htmlPath: null,
};

/** Messages that no connection gets through. */
const ENDLESS = { messages: 1_000_000_000 };

/** Begins a load, and keeps what it tells of its progress. */
function start(load: Partial<LoadOptions>, { isStopped = false } = {}) {
  const stopping = new AbortController();
  const forced = new AbortController();
  if (isStopped) stopping.abort();
  const progress: number[] = [];
  const running = runGenerators({ ...LOAD, ...load }, {
    trust: null,
    stopping: stopping.signal,
    forced: forced.signal,
    onProgress: (settled) => progress.push(settled),
  });
  return { stopping, forced, progress, running };
}

/** The load's processes: this one's children that have its port in their command line. */
async function processesOf(port: number): Promise<number[]> {
  const children = (await childrenOf(Deno.pid)).map(({ pid }) => pid);
  return (await processesWith(`--port=${port}`)).filter((pid) => children.includes(pid));
}

Deno.test("several processes make all connections of a load, and their counts add up", async () => {
  await using server = await BadServer.start("echoes for ever");
  const { running, progress, stopping, forced } = start({ port: server.port });
  const { tally, losses } = await running;
  // Too late for what has ended.
  stopping.abort();
  forced.abort();
  assertEquals([tally.done, tally.messages, tally.bytes, losses], [7, 21, 2100, []]);
  assertEquals([progress.at(-1), progress], [21, progress.toSorted((a, b) => a - b)]);
  assertEquals(await processesOf(server.port), []);
});

Deno.test("the progress of a load is that of all its processes", async () => {
  await using server = await BadServer.start("echoes for ever");
  const { promise: seen, resolve } = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const progress: number[] = [];
  const running = runGenerators({ ...LOAD, ...ENDLESS, port: server.port }, {
    trust: null,
    stopping: stopping.signal,
    forced: new AbortController().signal,
    onProgress(settled) {
      progress.push(settled);
      if (settled > 0) resolve();
    },
  });
  await within(seen, () => "progress");
  stopping.abort();
  const { tally } = await running;
  assertEquals([tally.interrupted, progress.at(-1)], [4, 7 * ENDLESS.messages]);
});

Deno.test("a load's processes run in sessions of their own, which Ctrl-C does not reach", async () => {
  await using server = await BadServer.start("echoes for ever");
  const { running, stopping } = start({ ...ENDLESS, port: server.port });
  await within(server.heard(4), () => "connections");
  const pids = await processesOf(server.port);
  assertEquals(pids.length, 2);
  for (const pid of pids) {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The process group is the third field behind the name, the session the fourth: proc(5).
    const [, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    assertEquals([Number(group), Number(session)], [pid, pid]);
  }
  stopping.abort();
  await running;
});

Deno.test("a stop ends what is open, also one that came before the processes were there", async () => {
  await using server = await BadServer.start("echoes for ever");
  const early = start({ ...ENDLESS, port: server.port }, { isStopped: true });
  const { tally } = await early.running;
  assertEquals([tally.done, tally.failed], [0, 0]);
});

Deno.test("a process that is killed is told, and its connections have failed", async () => {
  await using server = await BadServer.start("echoes for ever");
  const { running, stopping, progress } = start({ ...ENDLESS, port: server.port });
  await within(server.heard(4), () => "connections");
  const [victim = 0] = await processesOf(server.port);
  Deno.kill(victim, "SIGKILL");
  await within(server.closed(2), () => "end of its connections");
  stopping.abort();
  const { tally, losses } = await running;
  const lost = tally.failuresOf("processLost");
  // The first process has every other connection from the first on.
  assert(lost === 3 || lost === 4);
  assertEquals([tally.interrupted, progress.at(-1)], [2, 7 * ENDLESS.messages]);
  const reason = `load process ${victim} was killed by SIGKILL`;
  assertEquals(losses, [`${reason}: its ${lost} connections count as failed`]);
  assertEquals(tally.reasonOf("processLost"), reason);
});

Deno.test("a load that is to end at once kills its processes, and waits for no result", async () => {
  await using server = await BadServer.start("echoes for ever");
  const { running, forced } = start({ ...ENDLESS, port: server.port });
  await within(server.heard(4), () => "connections");
  forced.abort();
  const { tally, losses } = await running;
  assertEquals([tally.failuresOf("processLost"), losses.length], [7, 2]);
});

Deno.test("a load that ends by a bug leaves no process", async () => {
  await using server = await BadServer.start("echoes for ever");
  const { signal } = new AbortController();
  const running = runGenerators({ ...LOAD, ...ENDLESS, port: server.port }, {
    trust: null,
    stopping: signal,
    forced: signal,
    onProgress: throwBug,
  });
  await assertRejects(() => running, RangeError, "a bug");
  assertEquals(await processesOf(server.port), []);
});

/** A process that says what the test wants it to. */
class FakeChild {
  static readonly all: FakeChild[] = [];
  readonly pid = 0;
  readonly told: string[] = [];
  /** Resolves when it has been told something. */
  readonly addressed: Promise<void>;
  readonly #ended = Promise.withResolvers<Deno.CommandStatus>();
  #output: ReadableByteStreamController | null = null;
  readonly stdout = new ReadableStream({
    type: "bytes",
    start: (controller) => void (this.#output = controller),
  });
  readonly status = this.#ended.promise;
  readonly stdin = new WritableStream<Uint8Array>({
    write: (bytes) => {
      this.told.push(JSON.parse(new TextDecoder().decode(bytes)).type);
      this.#address();
    },
  });

  #address = () => {};

  constructor() {
    FakeChild.all.push(this);
    this.addressed = new Promise((resolve) => this.#address = resolve);
  }

  say(message: LoadMessage): void {
    this.#output?.enqueue(bytesOf(JSON.stringify(message) + "\n"));
  }

  end(): void {
    this.#output?.close();
    this.#ended.resolve({ success: true, code: 0, signal: null });
  }

  spawn(): this {
    return this;
  }

  kill(): void {}
}

Deno.test("no process begins before all are ready", async () => {
  using _command = replaceDeno("Command", FakeChild);
  const { running } = start({});
  const [a, b] = FakeChild.all;
  assert(a !== undefined && b !== undefined);
  a.say({ type: "ready" });
  await setImmediate();
  assertEquals([a.told, b.told], [[], []]);
  b.say({ type: "ready" });
  await Promise.all([a.addressed, b.addressed]);
  assertEquals([a.told, b.told], [["start"], ["start"]]);
  for (const child of [a, b]) {
    child.say({ type: "result", tally: new Tally().encode() });
    child.end();
  }
  assertEquals((await running).losses, []);
});

Deno.test("a process that ends by itself is told with its status", async () => {
  await using server = await BadServer.start("echoes for ever");
  // What no generator takes: its flags go up to what a number is exact for.
  const { running } = start({ port: server.port, size: -1 });
  const { tally, losses } = await running;
  assertEquals(tally.failuresOf("processLost"), 7);
  assertMatch(losses[0] ?? "", /^load process \d+ exited with status 70: its 4 connections /);
});

Deno.test("a host name that stands for no address ends the load, and every process", async () => {
  const { running } = start({ hostname: "nosuch.invalid", port: 61_001 });
  await assertRejects(() => running, UnresolvedError);
  assertEquals(await processesOf(61_001), []);
});

Deno.test({
  name: "a load that may start no program says so in a line",
  permissions: { run: false, net: true, read: true },
  async fn() {
    const { running } = start({});
    await assertRejects(() => running, OperationalError, "Cannot start a load process: ");
  },
});
