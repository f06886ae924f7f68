import { ControlChannel } from "../../../../ipc/control.ts";
import { Hub } from "../../../../server/parent/rendezvous/hub.ts";
import { assertEquals } from "../../../assert.ts";
import { readAll, send } from "../../../support/bytes.ts";
import { systemError } from "../../../support/system_error.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { replaceDeno } from "../../replaced_deno.ts";

/** A hub in a folder of its own. */
class TestHub implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly path = this.#folder.join("hub");
  readonly clock = new FakeClock();
  readonly hub = new Hub(this.path, this.clock);

  /** A worker's end of a new channel. */
  connect(): Promise<Deno.UnixConn> {
    return Deno.connect({ transport: "unix", path: this.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

function hello(worker: number): string {
  return JSON.stringify({ type: "hello", worker }) + "\n";
}

Deno.test("Hub.expect() resolves to the channel of the worker that says hello", async () => {
  await using test = new TestHub();
  const expected = [test.hub.expect(1), test.hub.expect(2)];
  using second = await ControlChannel.connect(test.path);
  await second.send({ type: "hello", worker: 2 });
  using first = await ControlChannel.connect(test.path);
  await first.send({ type: "hello", worker: 1 });

  for (const [index, worker] of [first, second].entries()) {
    using channel = await expected[index];
    await channel?.send({ type: "stop" });
    assertEquals(await worker.receive(), { type: "stop" });
  }
});

Deno.test("Hub.expect() resolves for a hello that comes in pieces", async () => {
  await using test = new TestHub();
  const expected = test.hub.expect(7);
  using worker = await test.connect();
  for (const piece of [hello(7).slice(0, 5), hello(7).slice(5)]) await send(worker, piece);
  using _channel = await expected;
});

/** What the hub turns away, and what is sent to it. */
const TURNED_AWAY: readonly (readonly [string, string])[] = [
  ["a worker that nobody expects", hello(2)],
  ["what is no message", "GET / HTTP/1.1\r\n\r\n"],
  ["a message that is no hello", '{"type":"stop"}\n'],
  ["a line without an end", "x".repeat(5000)],
];

for (const [what, sent] of TURNED_AWAY) {
  Deno.test(`Hub turns away ${what}, and goes on`, async () => {
    await using test = new TestHub();
    const expected = test.hub.expect(1);
    using stranger = await test.connect();
    await send(stranger, sent);
    assertEquals(await endOf(stranger), "the end");

    using worker = await test.connect();
    await send(worker, hello(1));
    using _channel = await expected;
  });
}

/** Waits for the end of a channel. What was not read of the stranger's makes it a reset. */
async function endOf(stranger: Deno.UnixConn): Promise<string> {
  try {
    return await readAll(stranger) + "the end";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return "the end";
    throw error;
  }
}

Deno.test("Hub turns away the second that says hello with the same number", async () => {
  await using test = new TestHub();
  const expected = test.hub.expect(1);
  using worker = await test.connect();
  await send(worker, hello(1));
  using _channel = await expected;

  using impostor = await test.connect();
  await send(impostor, hello(1));
  assertEquals(await readAll(impostor), "");
});

Deno.test("Hub.forget() makes the hub turn that worker away, and no other", async () => {
  await using test = new TestHub();
  test.hub.expect(1);
  const expected = test.hub.expect(2);
  test.hub.forget(1);
  using late = await test.connect();
  await send(late, hello(1));
  assertEquals(await readAll(late), "");

  using worker = await test.connect();
  await send(worker, hello(2));
  using _channel = await expected;
});

Deno.test("Hub turns away who says nothing for a minute, and waits no longer for who has spoken", async () => {
  await using test = new TestHub();
  const expected = test.hub.expect(1);
  using silent = await test.connect();
  using worker = await test.connect();
  await send(worker, hello(1));
  using channel = await expected;
  await test.clock.pass(60_000);
  assertEquals(await readAll(silent), "");
  await channel.send({ type: "stop" });
  using claimed = new ControlChannel(worker);
  assertEquals(await claimed.receive(), { type: "stop" });
  assertEquals(test.clock.sleeping, 0);
});

Deno.test("Hub turns away the 17th that says nothing, and lets in the workers that it expects", async () => {
  await using test = new TestHub();
  using strangers = new DisposableStack();
  for (let stranger = 1; stranger <= 16; stranger++) strangers.use(await test.connect());
  using surplus = await test.connect();
  assertEquals(await readAll(surplus), "");

  const expected = test.hub.expect(1);
  using worker = await test.connect();
  await send(worker, hello(1));
  using _channel = await expected;
  using another = await test.connect();
  assertEquals(await readAll(another), "", "a worker that has come is expected no more");
});

Deno.test("Hub goes on when one leaves without a word", async () => {
  await using test = new TestHub();
  const expected = test.hub.expect(1);
  (await test.connect()).close();
  using worker = await test.connect();
  await send(worker, hello(1));
  using _channel = await expected;
});

Deno.test("Hub closes at its disposal the channels that have not said hello", async () => {
  const test = new TestHub();
  using silent = await test.connect();
  // The hub accepts in order: once the second is claimed, the first has been accepted too.
  const expected = test.hub.expect(1);
  using worker = await test.connect();
  await send(worker, hello(1));
  using channel = await expected;

  await test[Symbol.asyncDispose]();
  assertEquals(await readAll(silent), "");
  await channel.send({ type: "stop" });
  using claimed = new ControlChannel(worker);
  assertEquals(await claimed.receive(), { type: "stop" }, "a channel that was claimed stays open");
});

Deno.test("Hub goes on at once when a connection ended before it could be accepted", async () => {
  const clock = new FakeClock();
  const closed = Promise.withResolvers<never>();
  const tried = Promise.withResolvers<void>();
  let failures = 0;
  const accept = () => {
    if (failures++ < 3) return Promise.reject(systemError("ECONNABORTED"));
    tried.resolve();
    return closed.promise;
  };
  const close = () => closed.reject(new Deno.errors.BadResource("Listener has been closed"));
  using _ = replaceDeno("listen", () => ({ accept, close }));
  await using _hub = new Hub("/nowhere", clock);
  await tried.promise;
  assertEquals(clock.asked, []);
});

Deno.test("Hub pauses for 100 ms when it cannot accept, and its disposal ends the pause", async () => {
  const clock = new FakeClock();
  const accept = () => Promise.reject(systemError("EMFILE"));
  using _ = replaceDeno("listen", () => ({ accept, close() {} }));
  const hub = new Hub("/nowhere", clock);
  await clock.pass(100);
  await clock.sleeps(100);
  await hub[Symbol.asyncDispose]();
  assertEquals(clock.asked, [100, 100]);
  assertEquals(clock.sleeping, 0);
});
