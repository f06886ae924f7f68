import { AcceptedConnection } from "../../../server/connection.ts";
import { echo } from "../../../server/handlers/echo.ts";
import type { Handler } from "../../../server/handlers/handler.ts";
import { IterativeMode } from "../../../server/modes/iterative.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { FakeClock } from "../fake_clock.ts";
import { RecordedEvents } from "../recorded_events.ts";
import { openResettablePair, openSocketPair, receive, receiveAll, send } from "../socket_pair.ts";

/** Serves one connection with an iterative mode. */
function serve(stream: Deno.TcpConn, handler: Handler) {
  const events = new RecordedEvents();
  const context = { events: events.bus, clock: new FakeClock() };
  const mode = new IterativeMode(context, handler);
  const connection = new AcceptedConnection(stream, { id: 1, ...context });
  const served = mode.serve(connection);
  return {
    mode,
    events,
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
  using pair = await openSocketPair();
  const serving = serve(pair.server, echo);
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  await send(pair.client, "안녕");
  await pair.client.closeWrite();
  assertEquals(await receiveAll(pair.client), "안녕");
  await serving.served;

  const connection = serving.connection;
  const data = (text: string) => new TextEncoder().encode(text);
  assertEquals(serving.events.all, [
    { event: "connection_accepted", connection, workerPid: null },
    { event: "message_received", connection, data: data("hello") },
    { event: "message_received", connection, data: data("안녕") },
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
  using pair = await openSocketPair();
  const serving = serve(pair.server, ({ id, remoteAddr, localAddr }) => {
    seen = { id, remoteAddr, localAddr };
    return Promise.resolve();
  });
  await serving.served;
  assertEquals(seen, serving.connection);
});

Deno.test("IterativeMode counts each direction by itself, and closes the connection at the handler's end", async () => {
  using pair = await openSocketPair();
  const serving = serve(pair.server, async (connection) => {
    await connection.read(new Uint8Array(3));
    await connection.write(new TextEncoder().encode("no more"));
  });
  await send(pair.client, "abc");
  assertEquals(await receiveAll(pair.client), "no more");
  assertEquals(await serving.outcome(), {
    bytesIn: 3,
    bytesOut: 7,
    reason: "finished",
    failures: 0,
  });
});

Deno.test("IterativeMode tells of a client that resets the connection", async () => {
  using pair = await openResettablePair();
  const serving = serve(pair.server, echo);
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
    using pair = await openSocketPair();
    const serving = serve(pair.server, () => Promise.reject(thrown));
    assertEquals(await receiveAll(pair.client), "");
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

Deno.test("IterativeMode.endAll() closes the connection under its handler", async () => {
  using pair = await openSocketPair();
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
  assertEquals(await receiveAll(pair.client), "");
});

Deno.test("IterativeMode closes the connection when it is disposed", async () => {
  using pair = await openSocketPair();
  const serving = serve(pair.server, echo);
  await serving.mode[Symbol.asyncDispose]();
  assertEquals((await serving.outcome()).reason, "server_stopped");
});

Deno.test("IterativeMode.endAll() between two connections does nothing, and the next is served", async () => {
  using first = await openSocketPair();
  const { events, mode, served } = serve(first.server, () => Promise.resolve());
  await served;
  await mode.endAll();

  using second = await openSocketPair();
  const context = { events: events.bus, clock: new FakeClock() };
  await mode.serve(new AcceptedConnection(second.server, { id: 2, ...context }));
  const closed = events.of("connection_closed");
  assertEquals(closed.map(({ connection, reason }) => [connection.id, reason]), [
    [1, "finished"],
    [2, "finished"],
  ]);
});
