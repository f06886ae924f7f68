import { AcceptedConnection } from "../../../server/accept/connection.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { readAll } from "../../support/bytes.ts";
import { throwBug } from "../../support/failures.ts";
import { TcpPair } from "../../support/sockets.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { RecordedEvents } from "../recorded_events.ts";

/** Accepts one end of a pair, as connection 12. */
function acceptOn(stream: Deno.TcpConn, events = new RecordedEvents()) {
  const clock = new FakeClock(5000);
  const connection = new AcceptedConnection(stream, {
    id: 12,
    hostConnections: 0,
    events: events.bus,
    clock,
  });
  return { connection, events, clock };
}

Deno.test("AcceptedConnection knows both ends of its socket", async () => {
  using pair = await TcpPair.open();
  const { connection } = acceptOn(pair.server);
  assertEquals(connection.stream, pair.server);
  assertEquals(connection.info, {
    id: 12,
    remoteAddr: pair.client.localAddr,
    localAddr: pair.client.remoteAddr,
  });
});

Deno.test("AcceptedConnection turns Nagle's algorithm off and keepalive on", async () => {
  using pair = await TcpPair.open();
  const calls: unknown[] = [];
  pair.server.setNoDelay = (noDelay) => void calls.push(["no delay", noDelay]);
  pair.server.setKeepAlive = (keepAlive) => void calls.push(["keepalive", keepAlive]);
  acceptOn(pair.server);
  assertEquals(calls, [["no delay", true], ["keepalive", true]]);
});

Deno.test("AcceptedConnection leaves keepalive off where it is told so", async () => {
  using pair = await TcpPair.open();
  const calls: unknown[] = [];
  pair.server.setKeepAlive = (keepAlive) => void calls.push(keepAlive);
  const { events, clock } = acceptOn(pair.server);
  calls.length = 0;
  new AcceptedConnection(pair.server, {
    ...{ id: 13, hostConnections: 0, events: events.bus, clock },
    isKeepAliveOff: true,
  });
  assertEquals(calls, []);
});

Deno.test("AcceptedConnection knows how long it may still last", async () => {
  using pair = await TcpPair.open();
  const { connection, events, clock } = acceptOn(pair.server);
  assertEquals(connection.timeLeftMs, Infinity);
  const limited = new AcceptedConnection(pair.server, {
    ...{ id: 13, hostConnections: 0, events: events.bus, clock },
    maxDurationMs: 700,
  });
  const left = [0, 300, 400, 1].map((ms) => {
    clock.advance(ms);
    return limited.timeLeftMs;
  });
  assertEquals(left, [700, 400, 0, 0]);
});

Deno.test("AcceptedConnection bears a client that is gone already", async () => {
  using pair = await TcpPair.open();
  pair.server.close();
  const { connection } = acceptOn(pair.server);
  assertEquals(connection.info.id, 12);
});

Deno.test("AcceptedConnection lets a bug through", async () => {
  using pair = await TcpPair.open();
  pair.server.setNoDelay = throwBug;
  assertThrows(() => acceptOn(pair.server), RangeError, "a bug");
});

Deno.test("AcceptedConnection.refuse() closes the socket, and tells that nothing was carried", async () => {
  using pair = await TcpPair.open();
  const { connection, events } = acceptOn(pair.server);
  connection.refuse("server_stopped");
  assertEquals(await readAll(pair.client), "");
  assertEquals(events.all, [{
    event: "connection_closed",
    connection: connection.info,
    bytesIn: 0,
    bytesOut: 0,
    reason: "server_stopped",
    durationMs: 0,
  }]);
});

for (const workerPid of [4010, null]) {
  Deno.test(`AcceptedConnection.tellAccepted() tells who serves it: ${workerPid}`, async () => {
    using pair = await TcpPair.open();
    const { connection, events } = acceptOn(pair.server);
    connection.tellAccepted(workerPid);
    const { info } = connection;
    assertEquals(events.all, [{ event: "connection_accepted", connection: info, workerPid }]);
  });
}

Deno.test("AcceptedConnection.tellClosed() tells the outcome and the time since it was accepted", async () => {
  using pair = await TcpPair.open();
  const { connection, events, clock } = acceptOn(pair.server);
  const slept = clock.sleep(1234.56789);
  await clock.pass(1234.56789);
  await slept;
  connection.tellClosed({ bytesIn: 5, bytesOut: 6, reason: "client_lost" });
  assertEquals(events.all, [{
    event: "connection_closed",
    connection: connection.info,
    bytesIn: 5,
    bytesOut: 6,
    reason: "client_lost",
    durationMs: 1234.568,
  }]);
});

Deno.test("AcceptedConnection.onMessage tells what it is called with", async () => {
  using pair = await TcpPair.open();
  const { connection, events } = acceptOn(pair.server);
  const data = Uint8Array.of(1, 2, 3);
  connection.onMessage?.(data);
  assertEquals(events.all, [{ event: "message_received", connection: connection.info, data }]);
});

Deno.test("AcceptedConnection.onMessage is undefined where nobody wants to know", async () => {
  using pair = await TcpPair.open();
  const { connection } = acceptOn(pair.server, new RecordedEvents(["stopped"]));
  assertEquals(connection.onMessage, undefined);
});
