import { getEventListeners } from "node:events";
import { CutOffError } from "../../../ipc/errors.ts";
import { relay, type RelayResult } from "../../../ipc/relay/relay.ts";
import type { ByteStream } from "../../../ipc/transport.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { bytesOf, readAll } from "../../support/bytes.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { lostAfter, NOBODY_READS, throwBug, throwNobodyReads } from "../../support/failures.ts";
import { MemoryStream, type MemoryStreamOptions } from "../../support/memory_stream.ts";
import { ResettablePair, TcpPair } from "../../support/sockets.ts";

/** Settles never: the server's side stays. */
const NEVER = new Promise<never>(() => {});

/** Relays for ever, whatever passes. */
const PATIENT = {
  idleTimeoutMs: 0,
  clock: new FakeClock(),
  signal: new AbortController().signal,
} as const;

/** Keeps the connection open and silent, until it is closed. */
async function* silence() {
  await NEVER;
  yield new Uint8Array();
}

/** A stream that counts its closes, and says when it has been closed. */
function countCloses(stream: ByteStream) {
  const closed = Promise.withResolvers<void>();
  const counted = {
    closes: 0,
    closed: closed.promise,
    read: (buffer: Uint8Array) => stream.read(buffer),
    write: (bytes: Uint8Array) => stream.write(bytes),
    closeWrite: () => stream.closeWrite(),
    close() {
      counted.closes++;
      stream.close();
      closed.resolve();
    },
  };
  return counted;
}

/** A relay between two real connections, held by their far ends. */
class RelayUnderTest implements Disposable {
  readonly #client: TcpPair;
  readonly #server: TcpPair;
  readonly #streams: readonly ReturnType<typeof countCloses>[];
  readonly #result: Promise<RelayResult>;

  private constructor(client: TcpPair, server: TcpPair, serverGone: Promise<void>) {
    this.#client = client;
    this.#server = server;
    const streams = [countCloses(client.server), countCloses(server.client)] as const;
    this.#streams = streams;
    this.#result = relay(...streams, { ...PATIENT, serverGone });
  }

  static async start(options: { readonly serverGone?: Promise<void> } = {}) {
    const { serverGone = NEVER } = options;
    return new RelayUnderTest(await TcpPair.open(), await TcpPair.open(), serverGone);
  }

  get client(): Deno.TcpConn {
    return this.#client.client;
  }

  get server(): Deno.TcpConn {
    return this.#server.server;
  }

  /** Waits for its end, and checks that both streams have been closed, once each. */
  async result(): Promise<RelayResult> {
    const result = await this.#result;
    assertEquals(this.#streams.map((stream) => stream.closes), [1, 1]);
    return result;
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
    this.#server[Symbol.dispose]();
  }
}

async function say(conn: Deno.Conn, text: string): Promise<void> {
  await conn.write(bytesOf(text));
  await conn.closeWrite();
}

Deno.test("relay() carries the answer after the client has ended its own direction", async () => {
  using relayed = await RelayUnderTest.start();

  await say(relayed.client, "question");
  assertEquals(await readAll(relayed.server), "question");
  await say(relayed.server, "the answer");
  assertEquals(await readAll(relayed.client), "the answer");

  assertEquals(await relayed.result(), { bytesIn: 8, bytesOut: 10, endedBy: "both" });
});

Deno.test("relay() carries what the client sends after the server has ended its own direction", async () => {
  using relayed = await RelayUnderTest.start();

  await say(relayed.server, "the answer");
  assertEquals(await readAll(relayed.client), "the answer");
  await say(relayed.client, "question");
  assertEquals(await readAll(relayed.server), "question");

  assertEquals(await relayed.result(), { bytesIn: 8, bytesOut: 10, endedBy: "both" });
});

Deno.test("relay() shows onInbound what the client sends, and nothing else", async () => {
  const client = new MemoryStream({ reads: () => [bytesOf("one"), bytesOf("two")] });
  const server = new MemoryStream({ reads: () => [bytesOf("answer")] });
  const seen: string[] = [];

  await relay(client, server, {
    ...PATIENT,
    serverGone: NEVER,
    onInbound: (chunk) => seen.push(new TextDecoder().decode(chunk)),
  });

  assertEquals(seen, ["one", "two"]);
});

Deno.test("relay() ends both sides and closes them when the client resets", async () => {
  using lost = await ResettablePair.open();
  using pair = await TcpPair.open();
  const streams = [countCloses(lost.conn), countCloses(pair.client)] as const;
  const relaying = relay(...streams, { ...PATIENT, serverGone: NEVER });

  await lost.reset();

  assertEquals((await relaying).endedBy, "client");
  assertEquals(await readAll(pair.server), "");
  assertEquals(streams.map((stream) => stream.closes), [1, 1]);
});

Deno.test("relay() ends both sides when a client is lost that a silent server listens to", async () => {
  const client = new MemoryStream({ reads: () => lostAfter(bytesOf("ques")) });
  const server = new MemoryStream({ reads: silence });

  const result = await relay(client, server, { ...PATIENT, serverGone: NEVER });

  assertEquals(result, { bytesIn: 4, bytesOut: 0, endedBy: "client" });
  assertEquals([client.calls.close, server.calls.close], [1, 1]);
});

Deno.test("relay() ends both sides when the client no longer takes the answer", async () => {
  const client = new MemoryStream({ reads: silence, takes: throwNobodyReads });
  const server = new MemoryStream({ reads: () => [bytesOf("answer")] });

  const result = await relay(client, server, { ...PATIENT, serverGone: NEVER });

  assertEquals(result, { bytesIn: 0, bytesOut: 0, endedBy: "client" });
  assertEquals([client.calls.close, server.calls.close], [1, 1]);
});

Deno.test("relay() still sends the answer of a server's side that takes no more input", async () => {
  const client = new MemoryStream({ reads: () => [bytesOf("question")] });
  const refused = Promise.withResolvers<void>();
  const server = new MemoryStream({
    takes() {
      refused.resolve();
      throwNobodyReads();
    },
    async *reads() {
      await refused.promise;
      yield bytesOf("the ");
      yield bytesOf("answer");
    },
  });

  const result = await relay(client, server, { ...PATIENT, serverGone: NEVER });

  assertEquals([client.writtenText, client.calls.closeWrite], ["the answer", 1]);
  assertEquals(result, { bytesIn: 0, bytesOut: 10, endedBy: "server" });
  assertEquals([client.calls.close, server.calls.close], [1, 1]);
});

/** Answers, and then takes no more of what it is sent. */
function takesNoMore(): MemoryStream {
  const refused = Promise.withResolvers<void>();
  return new MemoryStream({
    takes() {
      refused.resolve();
      throwNobodyReads();
    },
    async *reads() {
      await refused.promise;
      yield bytesOf("the answer");
    },
  });
}

Deno.test("relay() reads off what waits to be read before it closes, also for a client that sends on", async () => {
  const pieces = Array.from({ length: 5 }, () => bytesOf("unread"));
  const client = new MemoryStream({ reads: () => pieces });

  const result = await relay(client, takesNoMore(), { ...PATIENT, serverGone: Promise.resolve() });

  assertEquals(result, { bytesIn: 0, bytesOut: 10, endedBy: "server" });
  assertEquals([client.calls.read, client.calls.close], [6, 1]);
});

Deno.test("relay() does not wait long for a client that is silent then", async () => {
  const clock = new FakeClock();
  async function* unreadAndSilence() {
    yield bytesOf("unread");
    yield* silence();
  }
  const client = new MemoryStream({ reads: unreadAndSilence });
  const options = { ...PATIENT, clock, serverGone: Promise.resolve() };

  const result = await clock.run(relay(client, takesNoMore(), options));

  assertEquals([result.endedBy, client.calls.close], ["server", 1]);
  assertEquals([clock.now(), clock.sleeping], [500, 0]);
});

for (
  const [what, unsentBytes, endedBy] of [
    ["has its answer", () => Promise.resolve(0), "server"],
    ["has its answer still to get", () => Promise.resolve(1), "client"],
    ["may have its answer still to get", () => Promise.resolve(null), "client"],
    ["may have its answer still to get, where nobody is asked", undefined, "client"],
  ] as const
) {
  Deno.test(`relay() does not wait for a client that sends for ever, and tells whether it ${what}`, async () => {
    const clock = new FakeClock();
    async function* drip() {
      while (true) {
        yield bytesOf("unread");
        await clock.sleep(400);
      }
    }
    const client = new MemoryStream({ reads: drip });
    const options = { ...PATIENT, clock, serverGone: Promise.resolve(), unsentBytes };

    const result = await clock.run(relay(client, takesNoMore(), options));

    assertEquals([result.endedBy, client.calls.close], [endedBy, 1]);
    assertEquals(clock.now(), 5000);
  });
}

Deno.test("relay() reads off what waits of a client that was never refused, before it closes", async () => {
  const pieces = [bytesOf("read"), bytesOf("unread"), bytesOf("unread")];
  const client = new MemoryStream({ reads: () => pieces });
  const taken = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const server: ByteStream = {
    // It answers and is gone while what it was sent first still waits for it.
    async read() {
      await taken.promise;
      gone.resolve();
      return null;
    },
    write() {
      taken.resolve();
      return closed.promise;
    },
    closeWrite: () => Promise.resolve(),
    close: () => closed.reject(new Deno.errors.BadResource("closed")),
  };
  const closed = Promise.withResolvers<never>();

  const result = await relay(client, server, { ...PATIENT, serverGone: gone.promise });

  assertEquals(result, { bytesIn: 0, bytesOut: 0, endedBy: "server" });
  assertEquals([client.calls.closeWrite, client.calls.read, client.calls.close], [1, 4, 1]);
});

Deno.test("relay() ends the answer of a side that was lost with an end of file, before it closes", async () => {
  const client = new MemoryStream({ reads: silence });
  const server = new MemoryStream({ reads: () => lostAfter(bytesOf("the answer")) });
  const clock = new FakeClock();
  const options = { ...PATIENT, clock, serverGone: Promise.resolve() };

  const result = await clock.run(relay(client, server, options));

  assertEquals(result, { bytesIn: 0, bytesOut: 10, endedBy: "server" });
  assertEquals([client.calls.closeWrite, clock.now()], [1, 500]);
});

Deno.test("relay() tells of a client that is lost while its answer's end is on its way", async () => {
  const client = new MemoryStream({
    async *reads(stream) {
      await stream.writeEnded;
      yield* lostAfter(bytesOf("unread"));
    },
  });
  const server = new MemoryStream({ reads: () => [bytesOf("answer")] });

  const result = await relay(client, server, { ...PATIENT, serverGone: Promise.resolve() });

  assertEquals(result, { bytesIn: 6, bytesOut: 6, endedBy: "client" });
});

/** A client that asks, and is cut off when it has the end of its answer. */
function cutOffAfterAnswer(): MemoryStream {
  return new MemoryStream({
    async *reads(client) {
      yield bytesOf("question");
      await client.writeEnded;
      throw new CutOffError();
    },
  });
}

Deno.test("relay() takes a client for served that is cut off after its answer, also before the server's side is gone", async () => {
  for (const goneMs of [0, 499]) {
    const clock = new FakeClock();
    const client = cutOffAfterAnswer();
    const server = new MemoryStream({ reads: () => [bytesOf("answer")] });
    const serverGone = client.writeEnded.then(() => clock.sleep(goneMs));
    const relaying = relay(client, server, { ...PATIENT, clock, serverGone });
    assertEquals((await clock.run(relaying)).endedBy, "server");
    assertEquals([client.writtenText, client.calls.close], ["answer", 1]);
  }
});

Deno.test("relay() tells of a client that is cut off while somebody reads it", async () => {
  const clock = new FakeClock();
  const early = new MemoryStream({
    async *reads() {
      yield bytesOf("quest");
      throw new CutOffError();
    },
  });
  const silent = new MemoryStream({ reads: silence });
  const options = { ...PATIENT, clock, serverGone: NEVER };
  assertEquals((await clock.run(relay(early, silent, options))).endedBy, "client");
  // The answer has ended, and the question is still read.
  const answered = relay(cutOffAfterAnswer(), new MemoryStream(), options);
  assertEquals((await clock.run(answered)).endedBy, "client");
});

Deno.test("relay() is ended at once by its signal while it waits for a client's end", async () => {
  const stopping = new AbortController();
  const clock = new FakeClock();
  const client = new MemoryStream({ reads: silence });
  const options = { ...PATIENT, clock, serverGone: Promise.resolve(), signal: stopping.signal };
  const relaying = relay(client, new MemoryStream(), options);
  await clock.sleeps(500);
  stopping.abort();
  assertEquals((await relaying).endedBy, "stop");
  assertEquals(clock.now(), 0);
});

Deno.test("relay() ends a client that sends no end of file, once the answer is out and the server's side gone", async () => {
  const gone = Promise.withResolvers<void>();
  using relayed = await RelayUnderTest.start({ serverGone: gone.promise });

  await say(relayed.server, "the answer");
  gone.resolve();

  assertEquals(await readAll(relayed.client), "the answer");
  await PATIENT.clock.pass(500);
  assertEquals(await relayed.result(), { bytesIn: 0, bytesOut: 10, endedBy: "server" });
});

Deno.test("relay() does not cut off an answer because the server's side is gone", async () => {
  const answering = Promise.withResolvers<void>();
  const client = new MemoryStream({ reads: silence });
  const server = new MemoryStream({
    async *reads() {
      yield bytesOf("the ");
      await answering.promise;
      yield bytesOf("answer");
    },
  });

  const serverGone = Promise.resolve().then(answering.resolve);
  const clock = new FakeClock();
  const relaying = relay(client, server, { ...PATIENT, clock, serverGone });

  assertEquals(await clock.run(relaying), { bytesIn: 0, bytesOut: 10, endedBy: "server" });
  assertEquals(client.writtenText, "the answer");
});

Deno.test("relay() is ended by both when both have sent their end of file, also from a server that is gone since", async () => {
  using relayed = await RelayUnderTest.start({ serverGone: Promise.resolve() });

  await say(relayed.client, "question");
  assertEquals(await readAll(relayed.server), "question");
  await say(relayed.server, "the answer");
  assertEquals(await readAll(relayed.client), "the answer");

  assertEquals(await relayed.result(), { bytesIn: 8, bytesOut: 10, endedBy: "both" });
});

Deno.test("relay() is ended by the server when its side is lost in the middle of the answer", async () => {
  const client = new MemoryStream({ reads: silence });
  const server = new MemoryStream({ reads: () => lostAfter(bytesOf("the ")) });

  const clock = new FakeClock();
  const options = { ...PATIENT, clock, serverGone: Promise.resolve() };
  const result = await clock.run(relay(client, server, options));

  assertEquals(result, { bytesIn: 0, bytesOut: 4, endedBy: "server" });
  assertEquals([client.calls.closeWrite, client.calls.close, server.calls.close], [1, 1, 1]);
});

Deno.test("relay() is ended by the server when its side is lost after the client's end of file", async () => {
  const client = new MemoryStream({ reads: () => [bytesOf("question")] });
  const server = new MemoryStream({
    async *reads(stream) {
      await stream.writeEnded;
      yield* lostAfter(bytesOf("the "));
    },
  });

  const result = await relay(client, server, { ...PATIENT, serverGone: NEVER });

  assertEquals(result, { bytesIn: 8, bytesOut: 4, endedBy: "server" });
});

Deno.test("relay() rejects for a bug in either direction, and closes both sides", async () => {
  const hello = { reads: () => [bytesOf("hello")] };
  const bugs: readonly (readonly [client: MemoryStreamOptions, server: MemoryStreamOptions])[] = [
    [{ reads: throwBug }, { reads: silence }],
    [hello, { reads: silence, takes: throwBug }],
    [{ reads: silence }, { reads: throwBug }],
    [{ reads: silence, takes: throwBug }, hello],
  ];
  for (const [clientOptions, serverOptions] of bugs) {
    const client = new MemoryStream(clientOptions);
    const server = new MemoryStream(serverOptions);
    const run = () => relay(client, server, { ...PATIENT, serverGone: NEVER });

    await assertRejects(run, RangeError, "a bug");

    assertEquals([client.calls.close, server.calls.close], [1, 1]);
  }
});

const IDLE_MS = 500;

/** A relay that does not wait for ever, between two streams. */
function relayImpatiently(client: MemoryStream, server: MemoryStream) {
  const clock = new FakeClock();
  const relaying = relay(client, server, {
    ...PATIENT,
    serverGone: NEVER,
    idleTimeoutMs: IDLE_MS,
    clock,
  });
  const over = { isOver: false };
  const result = relaying.finally(() => over.isOver = true);
  return { clock, result, over };
}

Deno.test("relay() closes both sides when no byte has passed for the idle timeout", async () => {
  const client = new MemoryStream({ reads: silence });
  const server = new MemoryStream({ reads: silence });
  const { clock, result } = relayImpatiently(client, server);
  await clock.pass(IDLE_MS);
  assertEquals(await result, { bytesIn: 0, bytesOut: 0, endedBy: "idle" });
  assertEquals([client.calls.close, server.calls.close], [1, 1]);
  assertEquals(clock.sleeping, 0);
});

Deno.test("relay() closes two real connections that are idle", async () => {
  using client = await TcpPair.open();
  using server = await TcpPair.open();
  const clock = new FakeClock();
  const options = { ...PATIENT, serverGone: NEVER, idleTimeoutMs: IDLE_MS, clock };
  const relaying = relay(client.server, server.client, options);
  await clock.pass(IDLE_MS);
  assertEquals(await readAll(client.client), "");
  assertEquals(await readAll(server.server), "");
  assertEquals((await relaying).endedBy, "idle");
});

Deno.test("relay() ends for idleness also after one side's end of file", async () => {
  const client = new MemoryStream({ reads: () => [bytesOf("question")] });
  const server = new MemoryStream({ reads: silence });
  const { clock, result } = relayImpatiently(client, server);
  await server.writeEnded;
  await clock.pass(IDLE_MS);
  assertEquals(await result, { bytesIn: 8, bytesOut: 0, endedBy: "idle" });
});

for (const side of ["client", "server"] as const) {
  Deno.test(`relay() lets the idle timeout begin again with what the ${side} sends`, async () => {
    const turn = Promise.withResolvers<void>();
    const passed = Promise.withResolvers<void>();
    const speaker = new MemoryStream({
      async *reads() {
        await turn.promise;
        yield bytesOf("hello");
        // Read on, so the last piece has been written and noted.
        passed.resolve();
        await NEVER;
      },
    });
    const listener = new MemoryStream({ reads: silence });
    const [client, server] = side === "client" ? [speaker, listener] : [listener, speaker];
    const { clock, result, over } = relayImpatiently(client, server);
    clock.advance(300);
    turn.resolve();
    await passed.promise;
    clock.advance(200);
    await clock.sleeps(300);
    assertEquals(over.isOver, false);
    clock.advance(300);
    assertEquals((await result).endedBy, "idle");
  });
}

Deno.test("relay() counts each short write of a slow reader as activity", async () => {
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const taken = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  let write = 0;
  const client = new MemoryStream({
    reads: silence,
    takes() {
      asked[write]?.resolve();
      return taken[write++]?.promise ?? 0;
    },
  });
  async function* answer() {
    yield bytesOf("answer");
    await NEVER;
  }
  const { clock, result, over } = relayImpatiently(client, new MemoryStream({ reads: answer }));
  await asked[0]?.promise;
  clock.advance(400);
  taken[0]?.resolve(3);
  // Asked for the rest, so the first write has been noted.
  await asked[1]?.promise;
  clock.advance(100);
  await clock.sleeps(400);
  assertEquals(over.isOver, false);
  clock.advance(400);
  // The write that is under way fails when the stream is closed.
  await client.closed;
  taken[1]?.reject(NOBODY_READS);
  assertEquals((await result).endedBy, "idle");
});

Deno.test("relay() leaves no idle timeout behind at its end", async () => {
  const client = new MemoryStream({ reads: () => [bytesOf("question")] });
  const server = new MemoryStream({ reads: () => [bytesOf("answer")] });
  const { clock, result } = relayImpatiently(client, server);
  assertEquals((await result).endedBy, "both");
  assertEquals(clock.asked, [IDLE_MS]);
  assertEquals(clock.sleeping, 0);
});

Deno.test("relay() asks for no time without an idle timeout", async () => {
  const clock = new FakeClock();
  await relay(new MemoryStream(), new MemoryStream(), {
    ...PATIENT,
    serverGone: NEVER,
    idleTimeoutMs: 0,
    clock,
  });
  assertEquals(clock.asked, []);
});

/** A client that sends nothing and reads nothing: every operation waits until it is closed. */
class StuckClient implements ByteStream {
  /** Resolves when a write is under way. */
  readonly writing = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<never>();

  read(): Promise<never> {
    return this.#closed.promise;
  }

  write(): Promise<never> {
    this.writing.resolve();
    return this.#closed.promise;
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#closed.reject(new Deno.errors.BadResource("closed"));
  }
}

Deno.test("relay() ends both directions when its signal aborts, also while a write waits for a reader", async () => {
  const stopping = new AbortController();
  const client = new StuckClient();
  const server = new MemoryStream({ reads: () => [bytesOf("answer")] });
  const { signal } = stopping;
  const relaying = relay(client, server, { ...PATIENT, serverGone: NEVER, signal });
  await client.writing.promise;
  stopping.abort();
  assertEquals(await relaying, { bytesIn: 0, bytesOut: 0, endedBy: "stop" });
  assertEquals(getEventListeners(signal, "abort").length, 0);
});

Deno.test("relay() ends both directions when its time is over, also before it begins", async () => {
  for (const isLate of [false, true]) {
    const lifespan = new AbortController();
    const client = new StuckClient();
    const server = new MemoryStream({ reads: () => [bytesOf("answer")] });
    const { signal: timeOver } = lifespan;
    if (isLate) lifespan.abort();
    const relaying = relay(client, server, { ...PATIENT, serverGone: NEVER, timeOver });
    if (!isLate) await client.writing.promise;
    lifespan.abort();
    assertEquals((await relaying).endedBy, "time");
    assertEquals(getEventListeners(timeOver, "abort").length, 0);
  }
});
