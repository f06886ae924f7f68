/** A load generator, as its parent knows it: what it is told, and what it tells. */

import { type LoadMessage, receiveMessages } from "../../../../client/load/processes/messages.ts";
import { GENERATOR_COMMAND, SHARE_FLAGS } from "../../../../client/load/processes/generator.ts";
import type { ShareOptions } from "../../../../client/load/processes/share.ts";
import { Tally } from "../../../../client/load/tally/tally.ts";
import { formatArgv } from "../../../../cli/flags.ts";
import { selfCommand } from "../../../../cli/self.ts";
import { ChildStream } from "../../../../ipc/transports/pipe.ts";
import { assert, assertEquals, assertMatch } from "../../../assert.ts";
import { BadServer } from "../../../e2e/bad_server.ts";
import { within } from "../../../e2e/process.ts";
import { send } from "../../../support/bytes.ts";
import { closedPort } from "../../../support/sockets.ts";

/** Connections 1, 3 and 5 of a load of seven. */
const SHARE: ShareOptions = {
  hostname: "127.0.0.1",
  port: 1,
  first: 1,
  step: 2,
  connections: 7,
  concurrency: 2,
  rate: 0,
  messages: 4,
  size: 100,
  binary: true,
  connectTimeoutMs: 60_000,
  timeoutMs: 60_000,
};

const CHILD = new URL("generator_child.ts", import.meta.url).href;

/** A started process. Disposing ends its input, which ends it. */
class Process implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stream: ChildStream;
  readonly #messages: AsyncGenerator<LoadMessage, void>;
  readonly #stderr: Promise<string>;

  /** Starts one with the permissions that it asks for, or what is to be run instead. */
  constructor(share: Partial<ShareOptions>, main: readonly string[] | null = null) {
    const argv = formatArgv(SHARE_FLAGS, { ...SHARE, ...share });
    const { path, args } = selfCommand(GENERATOR_COMMAND, argv);
    this.#child = new Deno.Command(path, {
      args: main === null ? [...args] : ["run", "--no-prompt", ...main, ...argv],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stream = new ChildStream(this.#child);
    this.#messages = receiveMessages(this.#stream);
    this.#stderr = new Response(this.#child.stderr).text();
  }

  async tell(...types: readonly string[]): Promise<void> {
    await send(
      this.#stream,
      types.map((type) => JSON.stringify({ type, trust: null }) + "\n").join(""),
    );
  }

  async endInput(): Promise<void> {
    await this.#stream.closeWrite();
  }

  /** The next message; undefined at its end. */
  async hear(): Promise<LoadMessage | undefined> {
    return (await within(this.#messages.next(), () => "message")).value ?? undefined;
  }

  /** What it still tells, but for its progress; its end; and what it has told on standard error. */
  async finish(): Promise<{ told: LoadMessage[]; code: number; stderr: string }> {
    const told = await Array.fromAsync(this.#messages);
    const { code } = await this.#child.status;
    const isEnd = ({ type }: LoadMessage) => type !== "progress";
    return { told: told.filter(isEnd), code, stderr: await this.#stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream.closeWrite().catch(() => {}); // The process may have ended.
    await this.finish();
    this.#stream.close();
  }
}

function tallyOf(message: LoadMessage | undefined): Tally {
  assert(message?.type === "result", JSON.stringify(message));
  return Tally.decode(message.tally);
}

Deno.test("a load process waits for the start, opens its share, tells the result, and ends", async () => {
  await using server = await BadServer.start("echoes for ever");
  await using process = new Process({ port: server.port });
  assertEquals(await process.hear(), { type: "ready" });
  await process.tell("start");
  const { told, code, stderr } = await process.finish();
  const [result, ...rest] = told;
  const tally = tallyOf(result);
  assertEquals([tally.done, tally.messages, tally.bytes], [3, 12, 1200]);
  assertEquals([code, rest, stderr], [0, [], ""]);
});

Deno.test("a load process gives up every permission but the network before it says that it is ready", async () => {
  await using server = await BadServer.start("echoes for ever");
  await using process = new Process({ port: server.port }, ["-A", CHILD]);
  assertEquals(await process.hear(), { type: "ready" });
  await process.tell("start");
  const { told, code, stderr } = await process.finish();
  assertEquals([tallyOf(told[0]).done, code], [3, 0]);
  assertEquals(new Set(stderr.trimEnd().split("\n")), new Set(["net"]));
});

Deno.test("a load process is started without other permissions when the program is its source", () => {
  const { args } = selfCommand(GENERATOR_COMMAND, []);
  assertEquals(args.filter((arg) => arg.startsWith("--allow")), ["--allow-net"]);
});

Deno.test("a load process whose parent is gone before the start opens nothing", async () => {
  await using process = new Process({ port: closedPort() });
  assertEquals(await process.hear(), { type: "ready" });
  await process.endInput();
  assertEquals(await process.finish(), { told: [], code: 1, stderr: "" });
});

Deno.test("a load process that is stopped before the start opens nothing", async () => {
  await using process = new Process({ port: closedPort() });
  await process.tell("stop", "start");
  const { told, code } = await process.finish();
  assertEquals([told, code], [[{ type: "ready" }], 1]);
});

Deno.test("a load process that is stopped ends what is open, and tells what it counted", async () => {
  await using server = await BadServer.start("echoes for ever");
  await using process = new Process({ port: server.port, messages: 1_000_000_000 });
  await process.tell("start");
  await within(server.heard(2), () => "connections");
  await process.tell("stop");
  const { told, code } = await process.finish();
  const tally = tallyOf(told.at(-1));
  assertEquals([tally.interrupted, tally.ended, code], [2, 2, 0]);
});

Deno.test("a load process whose parent is gone ends at once, without a result", async () => {
  await using server = await BadServer.start("echoes for ever");
  await using process = new Process({ port: server.port, messages: 1_000_000_000 });
  await process.tell("start");
  await within(server.heard(2), () => "connections");
  await process.endInput();
  const { told, code } = await process.finish();
  assertEquals([told, code], [[{ type: "ready" }], 1]);
});

Deno.test("a load process is stopped by no other message", async () => {
  await using server = await BadServer.start("echoes for ever");
  await using process = new Process({ port: server.port, messages: 1000 });
  await process.tell("start", "start", "ready");
  const { told, code } = await process.finish();
  assertEquals([tallyOf(told.at(-1)).done, code], [3, 0]);
});

Deno.test("a load process tells a bug as one", async () => {
  // It may not connect.
  await using process = new Process({ port: closedPort() }, [GENERATOR_COMMAND.module]);
  await process.tell("start");
  const { told, code, stderr } = await process.finish();
  assertEquals([told, code], [[{ type: "ready" }], 70]);
  assertMatch(stderr, /^brood: this is a bug, please report it: NotCapable: /);
});

Deno.test("a load process tells every now and then how far it has come", async () => {
  await using server = await BadServer.start("echoes for ever");
  await using process = new Process({ port: server.port, messages: 1_000_000_000 });
  assertEquals((await process.hear())?.type, "ready");
  await process.tell("start");
  const settled: number[] = [];
  while (settled.length < 3) {
    const message = await process.hear();
    assert(message?.type === "progress", JSON.stringify(message));
    settled.push(message.settled);
  }
  assertEquals(settled, settled.toSorted((a, b) => a - b));
  assert((settled[2] ?? 0) > 0);
});

Deno.test("a load process that cannot resolve the host name says so, and ends with status 1", async () => {
  await using process = new Process({ hostname: "nosuch.invalid" });
  assertEquals((await process.hear())?.type, "ready");
  await process.tell("start");
  assertEquals(await process.finish(), { told: [{ type: "unresolved" }], code: 1, stderr: "" });
});
