import type { ConnectionEnds } from "../../../ipc/transport.ts";
import type { AcceptedConnection } from "../../../server/accept/connection.ts";
import { Gate } from "../../../server/accept/gate.ts";
import { HostLimit } from "../../../server/accept/host_limit.ts";
import { type Introductions, Reception } from "../../../server/accept/reception.ts";
import type { Rejection } from "../../../server/events.ts";
import { assertEquals } from "../../assert.ts";
import { readAll } from "../../support/bytes.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TcpPair } from "../../support/sockets.ts";
import { RecordedEvents } from "../recorded_events.ts";

const ENDS: ConnectionEnds = {
  remoteAddr: { hostname: "2001:db8::7", port: 51_234 },
  localAddr: { hostname: "2001:db8::1", port: 443 },
};

/** Whatever a balancer tells. */
class PlayedIntroductions implements Introductions {
  readonly #told: ConnectionEnds | Rejection | null | "nothing";

  constructor(told: ConnectionEnds | Rejection | null | "nothing") {
    this.#told = told;
  }

  expects(): boolean {
    return this.#told !== "nothing";
  }

  async read(
    socket: { close(): void },
    signal: AbortSignal,
  ): Promise<ConnectionEnds | Rejection | null> {
    if (this.#told === "nothing") throw new TypeError("Nobody has told anything");
    if (this.#told === null || !("reason" in this.#told)) return this.#told;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    socket.close();
    return this.#told;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A reception whose connections are kept, and the addresses that its gate was asked for. */
function open(told: ConnectionEnds | Rejection | null | "nothing", { denied = "" } = {}) {
  const events = new RecordedEvents(["socket_accepted", "connection_rejected"]);
  const asked: string[] = [];
  const served: AcceptedConnection[] = [];
  const admits = (address: string) => {
    asked.push(address);
    return address !== denied;
  };
  const gate = new Gate({
    rules: { admits },
    rate: null,
    hosts: { limit: new HostLimit(1), maxPerHost: 1 },
  });
  const reception = new Reception({
    introductions: new PlayedIntroductions(told),
    security: null,
    ...{ gate, events: events.bus, clock: new FakeClock() },
    ...{ maxDurationMs: 0, isKeepAliveOff: false },
    serve: (connection) => Promise.resolve(void served.push(connection)),
  });
  let slots = 0;
  const slot = { [Symbol.dispose]: () => void (slots += 1) };
  return { reception, events, asked, served, slot, slotsGivenBack: () => slots };
}

Deno.test("Reception goes by the client that a balancer tells, and keeps the socket's own end", async () => {
  using pair = await TcpPair.open();
  const { reception, events, asked, served, slot } = open(ENDS);
  reception.receive(pair.server, slot);
  await reception.allServed();
  assertEquals(asked, ["2001:db8::7"]);
  const { remoteAddr: proxyAddr } = pair.server;
  assertEquals(served.map(({ info }) => info), [{ id: 1, ...ENDS, proxyAddr }]);
  assertEquals(events.of("socket_accepted").map(({ remoteAddr }) => remoteAddr), [proxyAddr]);
  assertEquals(await served[0]?.unsentBytes(), 0);
});

for (const told of [null, "nothing"] as const) {
  const what = told === null ? "tells no client" : "is none";
  Deno.test(`Reception goes by the socket's own ends where a balancer ${what}`, async () => {
    using pair = await TcpPair.open();
    const { reception, asked, served, slot } = open(told);
    reception.receive(pair.server, slot);
    await reception.allServed();
    const { remoteAddr, localAddr } = pair.server;
    assertEquals(asked, [remoteAddr.hostname]);
    assertEquals(served.map(({ info }) => info), [{ id: 1, remoteAddr, localAddr }]);
  });
}

Deno.test("Reception turns a client away whom a balancer tells, by that address", async () => {
  using pair = await TcpPair.open();
  const { reception, events, served, slot, slotsGivenBack } = open(ENDS, {
    denied: "2001:db8::7",
  });
  reception.receive(pair.server, slot);
  await reception.allServed();
  assertEquals([served, reception.accepted, slotsGivenBack()], [[], 0, 1]);
  assertEquals(events.of("connection_rejected"), [{
    event: "connection_rejected",
    ...{ remoteHost: "2001:db8::7", remotePort: 51_234, reason: "denied", rejected: 1 },
  }]);
  assertEquals(await readAll(pair.client), "");
});

Deno.test("Reception holds a slot while a header is waited for, and its end ends that", async () => {
  using pair = await TcpPair.open();
  const rejection = { reason: "proxy_header", problem: "server_stopped" } as const;
  const { reception, events, asked, served, slot, slotsGivenBack } = open(rejection);
  reception.receive(pair.server, slot);
  assertEquals([reception.size, slotsGivenBack()], [1, 0]);
  reception.end();
  await reception.allServed();
  assertEquals([asked, served, reception.size, slotsGivenBack()], [[], [], 0, 1]);
  const { hostname: remoteHost, port: remotePort } = pair.server.remoteAddr;
  assertEquals(events.of("connection_rejected"), [{
    event: "connection_rejected",
    ...{ remoteHost, remotePort, ...rejection, rejected: 1 },
  }]);
});
