import { textOf } from "../../../../lab/grade/observe/talks.ts";
import { Visitor } from "../../../../lab/grade/observe/visitor.ts";
import { assertEquals, assertGreaterOrEqual } from "../../../assert.ts";
import { closedPort, listenOnLoopback } from "../../../support/sockets.ts";

const hostname = "127.0.0.1";
const BYTES = new TextEncoder().encode("hello\n");

/** A server for one client, and that client. Disposing closes both. */
class Served implements Disposable {
  readonly conn: Promise<Deno.TcpConn>;
  readonly #listener = listenOnLoopback();

  constructor(serve: (conn: Deno.TcpConn) => Promise<void>) {
    this.conn = this.#listener.accept().then(async (conn) => {
      await serve(conn);
      return conn;
    });
  }

  connect(patience = 1): Promise<Visitor> {
    return Visitor.connect({ hostname, port: this.#listener.addr.port }, { ms: 5000, patience });
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function echo(conn: Deno.TcpConn, change = (bytes: Uint8Array) => bytes): Promise<void> {
  const buffer = new Uint8Array(100);
  const count = await conn.read(buffer);
  if (count !== null) await conn.write(change(buffer.slice(0, count)));
}

Deno.test("a visitor tells that all came back, and stays connected", async () => {
  using served = new Served(echo);
  using visitor = await served.connect();
  const { received, sent, wrongAt, ending } = await visitor.echo(BYTES, { ms: 5000 });
  assertEquals({ received, sent, wrongAt, ending }, {
    received: 6,
    sent: 6,
    wrongAt: null,
    ending: "open",
  });
  const conn = await served.conn;
  assertEquals((conn.remoteAddr as Deno.NetAddr).port, visitor.localPort);
  conn.close();
  assertEquals(await visitor.sawEnd(5000), true);
});

Deno.test("a visitor tells the first byte that came back as another", async () => {
  using served = new Served((conn) => echo(conn, (bytes) => bytes.with(4, 0)));
  using visitor = await served.connect();
  assertEquals((await visitor.echo(BYTES, { ms: 5000 })).wrongAt, 4);
  (await served.conn).close();
});

Deno.test("a visitor tells that the server has ended the connection before all came back", async () => {
  using served = new Served(async (conn) => {
    await echo(conn, (bytes) => bytes.subarray(0, 2));
    conn.close();
  });
  using visitor = await served.connect();
  const { received, ending } = await visitor.echo(BYTES, { ms: 5000 });
  assertEquals([received, ending], [2, "end of file"]);
  await served.conn;
});

Deno.test("a visitor waits no longer than it was told to, and has closed its connection then", async () => {
  using served = new Served(() => Promise.resolve());
  using visitor = await served.connect();
  const { received, ending } = await visitor.echo(BYTES, { ms: 20 });
  assertEquals([received, ending], [0, "late"]);
  const conn = await served.conn;
  await conn.read(new Uint8Array(10));
  assertEquals(await conn.read(new Uint8Array(10)), null);
  conn.close();
});

Deno.test("a visitor with more patience waits as many times as long", async () => {
  using served = new Served(() => Promise.resolve());
  for (const ask of ["echo", "sawEnd"] as const) {
    using visitor = await served.connect(3);
    const begunMs = performance.now();
    if (ask === "sawEnd") assertEquals(await visitor.sawEnd(20), false);
    else assertEquals((await visitor.echo(BYTES, { ms: 20 })).waitedMs, 60);
    // Timers are rounded to a millisecond.
    assertGreaterOrEqual(performance.now() - begunMs, 58);
    if (ask === "echo") (await served.conn).close();
  }
});

Deno.test("a visitor sees no end where there was none", async () => {
  using served = new Served(() => Promise.resolve());
  using visitor = await served.connect();
  assertEquals(await visitor.sawEnd(20), false);
  (await served.conn).close();
});

Deno.test("a visitor that nobody listens to is refused", async () => {
  using visitor = await Visitor.connect({ hostname, port: closedPort() }, { ms: 5000 });
  assertEquals([visitor.isConnected, visitor.localPort], [false, 0]);
  assertEquals((await visitor.echo(BYTES, { ms: 5000 })).ending, "refused");
});

Deno.test("textOf() is lines of letters, no two neighbours the same", () => {
  const text = new TextDecoder().decode(textOf(130));
  assertEquals(text.split("\n").map((line) => line.length), [63, 63, 1, 0]);
  assertEquals(text.slice(0, 5), "abcde");
  assertEquals(text.slice(64, 66), "no");
});
