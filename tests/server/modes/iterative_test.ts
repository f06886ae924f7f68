import { writeAll } from "../../../ipc/relay/copy.ts";
import type { StreamSocket } from "../../../server/accept/client_socket.ts";
import { AcceptedConnection } from "../../../server/accept/connection.ts";
import { echo } from "../../../server/child/echo.ts";
import type { StreamHandler } from "../../../server/child/stream_connection.ts";
import { IterativeMode } from "../../../server/modes/iterative.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { bytesOf, readAll, receive, send } from "../../support/bytes.ts";
import { ResettablePair, TcpPair } from "../../support/sockets.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryStream } from "../../support/memory_stream.ts";
import { RecordedEvents } from "../recorded_events.ts";

/** More than the buffers of two sockets hold. */
const ANSWER = new Uint8Array(8_000_000);

/** Serves one connection with an iterative mode. */
function serve(
  stream: StreamSocket,
  handler: StreamHandler,
  options: { readonly idleTimeoutMs: number; readonly maxDurationMs?: number } = {
    idleTimeoutMs: 0,
  },
) {
  const events = new RecordedEvents();
  const clock = new FakeClock();
  const context = { events: events.bus, clock, ...options };
  const mode = new IterativeMode(context, handler);
  const connection = new AcceptedConnection(stream, { id: 1, hostConnections: 0, ...context });
  connection.unsentBytes = () => Promise.resolve(0);
  const served = mode.serve(connection);
  return {
    mode,
    events,
    clock,
    served,
    connection: connection.info,
    /** How it ended, and how often the handler's failure was told. */
    async outcome() {
      await served;
      const { bytesIn, bytesOut, reason } = await events.first("connection_closed");
      return { bytesIn, bytesOut, reason, failures: events.of("handler_failed").length };
    },
  };
}

Deno.test("IterativeMode serves a connection in this process, and tells its events", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, echo);
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  await send(pair.client, "안녕");
  await pair.client.closeWrite();
  assertEquals(await readAll(pair.client), "안녕");
  await serving.served;

  const connection = serving.connection;
  assertEquals(serving.events.all, [
    { event: "connection_accepted", connection, workerPid: null },
    { event: "message_received", connection, data: bytesOf("hello") },
    { event: "message_received", connection, data: bytesOf("안녕") },
    {
      event: "connection_closed",
      connection,
      bytesIn: 11,
      bytesOut: 11,
      durationMs: 0,
      reason: "finished",
    },
  ]);
});

Deno.test("IterativeMode tells the handler who is connected", async () => {
  let seen: unknown = null;
  using pair = await TcpPair.open();
  const serving = serve(pair.server, ({ id, remoteAddr, localAddr }) => {
    seen = { id, remoteAddr, localAddr };
    return Promise.resolve();
  });
  await pair.client.closeWrite();
  await serving.served;
  assertEquals(seen, serving.connection);
});

Deno.test("IterativeMode counts each direction by itself, and closes the connection at the handler's end", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, async (connection) => {
    await connection.read(new Uint8Array(3));
    await connection.write(bytesOf("no more"));
  });
  await send(pair.client, "abc");
  assertEquals(await readAll(pair.client), "no more");
  await pair.client.closeWrite();
  assertEquals(await serving.outcome(), {
    bytesIn: 3,
    bytesOut: 7,
    reason: "finished",
    failures: 0,
  });
});

Deno.test("IterativeMode says the answer's end where a close does not, and once, when the client has ended first", async () => {
  const end = { hostname: "127.0.0.1", port: 1 };
  const silent: StreamHandler = async (connection) => void await connection.read(new Uint8Array(1));
  const cases = [
    { handler: silent, ofTls: { endsByWord: true }, expected: 1 },
    { handler: echo, ofTls: { endsByWord: true }, expected: 1 },
    // Where another process has the socket still, a close ends nothing: that is its lesson.
    { handler: silent, ofTls: {}, expected: 0 },
  ] as const;
  for (const { handler, ofTls, expected } of cases) {
    const stream = new MemoryStream();
    const ends = { remoteAddr: end, localAddr: end };
    const serving = serve(Object.assign(stream, ends, ofTls), handler);
    assertEquals((await serving.outcome()).reason, "finished");
    const { closeWrite, close } = stream.calls;
    assertEquals({ closeWrite, close }, { closeWrite: expected, close: 1 });
  }
});

Deno.test("IterativeMode drops what a handler has not read, and gives the client the whole answer", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, (connection) => writeAll(connection, ANSWER));
  const sending = send(pair.client, new Uint8Array(1_000_000)).then(() => pair.client.closeWrite());
  assertEquals((await readAll(pair.client)).length, ANSWER.length);
  await sending;
  assertEquals(await serving.outcome(), {
    bytesIn: 0,
    bytesOut: ANSWER.length,
    reason: "finished",
    failures: 0,
  });
});

Deno.test("IterativeMode waits half a second for the end of a silent client that has its answer", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, () => Promise.resolve());
  assertEquals(await readAll(pair.client), "");
  await serving.clock.pass(500);
  assertEquals((await serving.outcome()).reason, "finished");
});

Deno.test("IterativeMode tells of a client that is lost while its answer's end is on its way", async () => {
  using pair = await ResettablePair.open();
  const serving = serve(pair.conn, () => Promise.resolve());
  await serving.clock.sleeps(500);
  await pair.reset();
  assertEquals((await serving.outcome()).reason, "client_lost");
});

Deno.test("IterativeMode tells of a client that is lost also where the handler takes it for an end", async () => {
  using pair = await ResettablePair.open();
  const serving = serve(pair.conn, (connection) => echo(connection).catch(() => {}));
  await pair.reset();
  assertEquals((await serving.outcome()).reason, "client_lost");
});

Deno.test("IterativeMode ends an idle connection also under a handler that takes no notice", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, () => new Promise(() => {}), { idleTimeoutMs: 500 });
  for (let quarter = 0; quarter < 4; quarter++) await serving.clock.pass(125);
  assertEquals((await serving.outcome()).reason, "idle_timeout");
});

Deno.test("IterativeMode ends a connection that has lasted for long enough, whatever passes", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, echo, { idleTimeoutMs: 0, maxDurationMs: 500 });
  for (let byte = 0; byte < 4; byte++) {
    await send(pair.client, "x");
    assertEquals(await receive(pair.client, 1), "x");
    serving.clock.advance(125);
  }
  const { reason, bytesIn, bytesOut } = await serving.outcome();
  assertEquals([reason, bytesIn, bytesOut], ["max_duration", 4, 4]);
  assertEquals(serving.clock.sleeping, 0);
});

Deno.test("IterativeMode.endAll() ends also the wait for a client's end", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, () => Promise.resolve());
  await serving.clock.sleeps(500);
  await serving.mode.endAll();
  assertEquals((await serving.outcome()).reason, "server_stopped");
});

Deno.test("IterativeMode tells of a client that resets the connection", async () => {
  using pair = await ResettablePair.open();
  const serving = serve(pair.conn, echo);
  await pair.reset();
  assertEquals(await serving.outcome(), {
    bytesIn: 0,
    bytesOut: 0,
    reason: "client_lost",
    failures: 0,
  });
});

/** What a handler may throw that is no end of its client. */
const BUGS: readonly (readonly [string, unknown, string])[] = [
  ["an error, with its stack", new RangeError("out of range"), "RangeError: out of range\n    at "],
  ["what is no error", "a word", "a word"],
  [
    "the operating system's error for something else than the connection",
    Object.assign(new Deno.errors.NotFound("no such file: notes.txt"), { code: "ENOENT" }),
    "NotFound: no such file: notes.txt",
  ],
];

for (const [what, thrown, text] of BUGS) {
  Deno.test(`IterativeMode tells of a handler that throws ${what}`, async () => {
    using pair = await TcpPair.open();
    const serving = serve(pair.server, () => Promise.reject(thrown));
    assertEquals(await readAll(pair.client), "");
    await pair.client.closeWrite();
    assertEquals(await serving.outcome(), {
      bytesIn: 0,
      bytesOut: 0,
      reason: "handler_failed",
      failures: 1,
    });
    const [failed] = serving.events.of("handler_failed");
    assertEquals(failed?.connection, serving.connection);
    assertStringIncludes(failed?.error ?? "", text);
  });
}

Deno.test("IterativeMode closes a connection on which nothing passes for the idle timeout", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, echo, { idleTimeoutMs: 500 });
  for (let quarter = 0; quarter < 4; quarter++) await serving.clock.pass(125);
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), {
    bytesIn: 0,
    bytesOut: 0,
    reason: "idle_timeout",
    failures: 0,
  });
});

Deno.test("IterativeMode lets the idle timeout begin again with each byte that passes", async () => {
  using pair = await TcpPair.open();
  const heard = Promise.withResolvers<void>();
  const hears: StreamHandler = async (connection) => {
    await connection.read(new Uint8Array(5));
    heard.resolve();
    await connection.read(new Uint8Array(5));
  };
  const serving = serve(pair.server, hears, { idleTimeoutMs: 500 });
  serving.clock.advance(300);
  await send(pair.client, "hello");
  await heard.promise;
  serving.clock.advance(200);
  await serving.clock.pass(125);
  await serving.clock.pass(125);
  await serving.clock.sleeps(50);
  assertEquals(serving.events.of("connection_closed"), []);
  serving.clock.advance(50);
  assertEquals((await serving.outcome()).reason, "idle_timeout");
});

Deno.test("IterativeMode stops the idle timeout at the end of the connection", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, echo, { idleTimeoutMs: 500 });
  await pair.client.closeWrite();
  assertEquals((await serving.outcome()).reason, "finished");
  assertEquals(serving.clock.sleeping, 0);
});

Deno.test("IterativeMode.endAll() closes the connection under its handler", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, echo);
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  await serving.mode.endAll();
  assertEquals(await serving.outcome(), {
    bytesIn: 5,
    bytesOut: 5,
    reason: "server_stopped",
    failures: 0,
  });
  assertEquals(await readAll(pair.client), "");
});

Deno.test("IterativeMode closes the connection when it is disposed", async () => {
  using pair = await TcpPair.open();
  const serving = serve(pair.server, echo);
  await serving.mode[Symbol.asyncDispose]();
  assertEquals((await serving.outcome()).reason, "server_stopped");
});

Deno.test("IterativeMode.endAll() between two connections does nothing, and the next is served", async () => {
  using first = await TcpPair.open();
  const { events, mode, served } = serve(first.server, () => Promise.resolve());
  await first.client.closeWrite();
  await served;
  await mode.endAll();

  using second = await TcpPair.open();
  const context = { events: events.bus, clock: new FakeClock() };
  await second.client.closeWrite();
  await mode.serve(
    new AcceptedConnection(second.server, { id: 2, hostConnections: 0, ...context }),
  );
  const closed = events.of("connection_closed");
  assertEquals(closed.map(({ connection, reason }) => [connection.id, reason]), [
    [1, "finished"],
    [2, "finished"],
  ]);
});
