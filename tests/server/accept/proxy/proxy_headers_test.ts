import { type ClientSocket, DescriptorSocket } from "../../../../server/accept/client_socket.ts";
import { parseNetwork } from "../../../../server/accept/network.ts";
import { HEADER_MS, ProxyHeaders } from "../../../../server/accept/proxy/proxy_headers.ts";
import type { Clock } from "../../../../ipc/clock.ts";
import type { ByteStream } from "../../../../ipc/transport.ts";
import { SocketWaits } from "../../../../ipc/posix/sockets/socket_waits.ts";
import { receive } from "../../../../ipc/posix/sockets/transfer.ts";
import { assertEquals, assertGreaterOrEqual } from "../../../assert.ts";
import { hasLibc } from "../../../ipc/posix/opened.ts";
import { MixedPair } from "../../../ipc/posix/sockets.ts";
import {
  bytesOf,
  oneByOne,
  readAll,
  receive as receiveFrom,
  send,
} from "../../../support/bytes.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { MemoryStream } from "../../../support/memory_stream.ts";
import { ResettablePair, TcpPair } from "../../../support/sockets.ts";
import { RecordedEvents } from "../../recorded_events.ts";

const HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n";

const ENDS = {
  remoteAddr: { hostname: "192.0.2.7", port: 51_234 },
  localAddr: { hostname: "198.51.100.1", port: 443 },
};

/** A connection that a balancer has made, and both its ends. */
interface Balanced extends Disposable {
  readonly client: Deno.TcpConn;
  readonly socket: ClientSocket;
  /** What comes behind the header. */
  receive(length: number): Promise<string>;
}

async function openDenos(): Promise<Balanced> {
  const pair = await TcpPair.open();
  return {
    client: pair.client,
    socket: pair.server,
    receive: (length) => receiveFrom(pair.server, length),
    [Symbol.dispose]: () => pair[Symbol.dispose](),
  };
}

async function openLibcs(): Promise<Balanced> {
  const pair = await MixedPair.open();
  const { localAddr: remoteAddr, remoteAddr: localAddr } = pair.client;
  return {
    client: pair.client,
    socket: new DescriptorSocket(pair.server, {
      remoteAddr: remoteAddr as Deno.NetAddr,
      localAddr: localAddr as Deno.NetAddr,
    }),
    receive(length) {
      const buffer = new Uint8Array(length);
      return Promise.resolve(
        new TextDecoder().decode(buffer.subarray(0, Number(receive(pair.server, buffer)))),
      );
    },
    [Symbol.dispose]: () => pair[Symbol.dispose](),
  };
}

/** Headers from this machine, and a clock that the test moves. */
function openHeaders(other?: Clock) {
  const clock = new FakeClock();
  const events = new RecordedEvents(["proxy_header_read"]);
  const networks = ["127.0.0.0/8", "2001:db8::/32"].map(parseNetwork);
  return {
    headers: new ProxyHeaders(networks, {
      clock: other ?? clock,
      events: events.bus,
      waits: hasLibc ? new SocketWaits() : null,
    }),
    clock,
    events,
  };
}

const never = new AbortController().signal;

Deno.test("ProxyHeaders expects a header of who is in its networks, and of nobody else", () => {
  const { headers } = openHeaders();
  const expects = (hostname: string) => {
    const end = { hostname, port: 1 };
    return headers.expects({ remoteAddr: end, localAddr: end } as ClientSocket);
  };
  const from = ["127.0.0.1", "::ffff:127.9.9.9", "2001:db8::7"];
  assertEquals(from.map(expects), [true, true, true]);
  assertEquals(["128.0.0.1", "::1", "::ffff:10.0.0.1"].map(expects), [false, false, false]);
});

const SOCKETS = [["Deno's", openDenos], ["libc's", openLibcs]] as const;

for (const [whose, open] of SOCKETS) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({
      name: `of a socket of ${whose}: ${name}`,
      ignore: whose !== "Deno's" && !hasLibc,
      fn,
    });

  test("the ends come out of the header, and nothing that follows is taken", async () => {
    const { headers, events } = openHeaders();
    await using _ = headers;
    using balanced = await open();
    const { client, socket } = balanced;
    await send(client, bytesOf(`${HEADER}hello`));
    assertEquals(await headers.read(socket, never), ENDS);
    assertEquals(await balanced.receive(5), "hello");
    const [event] = events.of("proxy_header_read");
    assertEquals([event?.remoteAddr, event?.client], [socket.remoteAddr, ENDS.remoteAddr]);
    assertEquals([event?.bytes, event?.reads], [HEADER.length, 6]);
  });

  test("a header that tells no client leaves its own ends", async () => {
    const { headers, events } = openHeaders();
    await using _ = headers;
    using balanced = await open();
    await send(balanced.client, bytesOf("PROXY UNKNOWN\r\nhello"));
    assertEquals(await headers.read(balanced.socket, never), null);
    assertEquals(events.of("proxy_header_read").map(({ client }) => client), [null]);
    assertEquals(await balanced.receive(5), "hello");
  });

  test("a header may come one byte at a time", async () => {
    const { headers, clock } = openHeaders();
    await using _ = headers;
    using balanced = await open();
    const reading = headers.read(balanced.socket, never);
    await clock.sleeps(HEADER_MS);
    for (const byte of oneByOne(bytesOf(HEADER))) await send(balanced.client, byte);
    assertEquals(await reading, ENDS);
    assertEquals(clock.sleeping, 0);
  });

  test("a header that is not there in three seconds closes the connection", async () => {
    assertEquals(HEADER_MS, 3000);
    for (const sent of ["", HEADER.slice(0, -1)]) {
      const { headers, clock, events } = openHeaders();
      await using _ = headers;
      using balanced = await open();
      const reading = headers.read(balanced.socket, never);
      await send(balanced.client, bytesOf(sent));
      await clock.pass(HEADER_MS);
      assertEquals(await reading, { reason: "proxy_header", problem: "late" });
      await untilClosed(balanced.client);
      assertEquals(events.all, []);
    }
  });

  test("a stop closes the connection at once, however long its header would take", async () => {
    const { headers, clock } = openHeaders();
    await using _ = headers;
    using balanced = await open();
    const ending = new AbortController();
    const reading = headers.read(balanced.socket, ending.signal);
    await clock.sleeps(HEADER_MS);
    ending.abort();
    assertEquals(await reading, { reason: "proxy_header", problem: "server_stopped" });
    await untilClosed(balanced.client);
  });

  test("what is no header closes the connection at once", async () => {
    const { headers, clock } = openHeaders();
    await using _ = headers;
    using balanced = await open();
    await send(balanced.client, bytesOf("GET / HTTP/1.1\r\n"));
    const told = await headers.read(balanced.socket, never);
    assertEquals(told, { reason: "proxy_header", problem: "absent" });
    await untilClosed(balanced.client);
    assertEquals(clock.sleeping, 0);
  });

  test("a balancer that only looks whether somebody listens has sent none", async () => {
    const { headers } = openHeaders();
    await using _ = headers;
    using balanced = await open();
    await balanced.client.closeWrite();
    const told = await headers.read(balanced.socket, never);
    assertEquals(told, { reason: "proxy_header", problem: "cut_off" });
  });

  test("more connections may wait for headers than the pool has threads", async () => {
    const { headers } = openHeaders();
    await using _ = headers;
    using stack = new DisposableStack();
    const all = [];
    for (let count = 0; count < 40; count++) all.push(stack.use(await open()));
    const ending = new AbortController();
    const reading = all.map(({ socket }) => headers.read(socket, ending.signal));
    const last = all.at(-1);
    if (last !== undefined) await send(last.client, bytesOf(HEADER));
    assertEquals(await reading.at(-1), ENDS);
    ending.abort();
    const told = await Promise.all(reading.slice(0, -1));
    assertGreaterOrEqual(told.length, 32);
    assertEquals(new Set(told.map((told) => JSON.stringify(told))).size, 1);
  });
}

Deno.test("a header that is there in the moment of the stop is not served any more", async () => {
  const ending = new AbortController();
  const stream = new MemoryStream({
    *reads() {
      yield bytesOf(HEADER.slice(0, -1));
      ending.abort();
      yield bytesOf("\n");
    },
  });
  const { headers, events } = openHeaders({ now: () => 0, sleep: () => new Promise(() => {}) });
  const told = await headers.read(stream as ByteStream as ClientSocket, ending.signal);
  assertEquals(told, { reason: "proxy_header", problem: "server_stopped" });
  assertEquals([stream.calls.close, events.all], [1, []]);
});

Deno.test("a balancer that resets its connection has sent no header", async () => {
  const { headers } = openHeaders();
  using pair = await ResettablePair.open();
  const reading = headers.read(pair.conn, never);
  await pair.reset();
  assertEquals(await reading, { reason: "proxy_header", problem: "cut_off" });
  await headers[Symbol.asyncDispose]();
});

/** Waits for the end of what the server sends, which is nothing; with bytes of this side unread it is a reset. */
async function untilClosed(client: Deno.TcpConn): Promise<void> {
  try {
    assertEquals(await readAll(client), "");
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}
