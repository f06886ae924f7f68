import { Gate } from "../../../server/accept/gate.ts";
import type { AcceptedConnection } from "../../../server/accept/connection.ts";
import { HostLimit } from "../../../server/accept/host_limit.ts";
import { Reception, type Security } from "../../../server/accept/reception.ts";
import { assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TcpPair } from "../../support/sockets.ts";
import { RecordedEvents } from "../recorded_events.ts";

/** A reception whose connections are secured so, and what it has served. */
function open(secure: Security["secure"], maxDurationMs = 0) {
  const events = new RecordedEvents();
  const clock = new FakeClock(5000);
  const hosts = new HostLimit(1);
  const served: AcceptedConnection[] = [];
  const reception = new Reception({
    gate: new Gate({ rules: null, rate: null, hosts: { limit: hosts, maxPerHost: 1 } }),
    introductions: null,
    security: { secure },
    ...{ events: events.bus, clock, maxDurationMs, isKeepAliveOff: true },
    serve: (connection) => {
      served.push(connection);
      connection.closeSocket();
      return Promise.resolve();
    },
  });
  return { reception, events, clock, hosts, served };
}

/** Receives a client, and resolves when its slot was given back. */
async function receive(reception: Reception, pair: TcpPair): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  reception.receive(pair.server, { [Symbol.dispose]: resolve });
  await promise;
}

Deno.test("Reception serves the secured socket in place of its own", async () => {
  using pair = await TcpPair.open();
  const tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", clientSubject: "CN=al" };
  const { reception, served, hosts } = open((socket) => {
    assertEquals(hosts.countOf("127.0.0.1"), 1);
    return Promise.resolve(Object.assign(socket, { tls }));
  });
  await receive(reception, pair);
  assertEquals(served.map((connection) => connection.tls), [tls]);
  assertEquals([reception.accepted, hosts.countOf("127.0.0.1")], [1, 0]);
});

Deno.test("Reception counts the time of a connection from its accept, with its handshake", async () => {
  using pair = await TcpPair.open();
  const limits: number[] = [];
  const { reception, served, clock } = open((socket, { leftMs }) => {
    limits.push(leftMs);
    clock.advance(700);
    return Promise.resolve(socket);
  }, 2000);
  await receive(reception, pair);
  assertEquals([limits, served.map(({ timeLeftMs }) => timeLeftMs)], [[2000], [1300]]);
});

Deno.test("Reception tells whom it has not secured, counts them, and serves nobody", async () => {
  const { reception, events, served, hosts } = open((socket) => {
    socket.close();
    return Promise.resolve({ error: "it is shy" });
  });
  for (const rejected of [1, 2]) {
    using pair = await TcpPair.open();
    await receive(reception, pair);
    const { port: remotePort } = pair.client.localAddr;
    assertEquals(events.all.at(-1), {
      ...{ event: "connection_rejected", remoteHost: "127.0.0.1", remotePort, rejected },
      ...{ reason: "tls_failed", error: "it is shy" },
    });
  }
  assertEquals([served.length, reception.accepted, hosts.countOf("127.0.0.1")], [0, 0, 0]);
});

Deno.test("Reception ends what waits to be secured", async () => {
  using pair = await TcpPair.open();
  const { reception, events } = open((socket, { signal }) => {
    const { promise, resolve } = Promise.withResolvers<{ readonly error: string }>();
    signal.addEventListener("abort", () => {
      socket.close();
      resolve({ error: "the server stopped" });
    });
    return promise;
  });
  const received = receive(reception, pair);
  assertEquals(reception.size, 1);
  reception.end();
  await received;
  await reception.allServed();
  assertEquals(events.of("connection_rejected").map(({ reason }) => reason), ["tls_failed"]);
});
