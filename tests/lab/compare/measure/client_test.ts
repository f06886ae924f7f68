import { Client } from "../../../../lab/compare/measure/client.ts";
import { OperationalError } from "../../../../ipc/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { closedPort } from "../../../support/sockets.ts";

const NEVER = new AbortController().signal;

/** A server of one connection. */
async function withServer(
  serve: (conn: Deno.Conn) => Promise<void>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await serve(conn);
  })();
  await use(listener.addr.port);
  await serving;
}

async function echo(conn: Deno.Conn, change = (bytes: Uint8Array) => bytes): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    const bytes = change(buffer.subarray(0, count));
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  }
}

Deno.test("a client gets its messages back, and a stream", async () => {
  await withServer(echo, async (port) => {
    using client = await Client.connect(port, NEVER);
    await client.echo();
    await client.echo();
    const { bytes, ms } = await client.stream(20);
    assert(bytes >= 64 * 1024 && ms > 0, `${bytes} bytes in ${ms} ms`);
  });
});

Deno.test("a client tells a message that came back as another one", async () => {
  const wrong = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1);
  await withServer((conn) => echo(conn, wrong), async (port) => {
    using client = await Client.connect(port, NEVER);
    await assertRejects(() => client.echo(), OperationalError, "came back as another one");
  });
});

Deno.test("a client tells a stream of which not all came back", async () => {
  await withServer((conn) => echo(conn, (bytes) => bytes.subarray(1)), async (port) => {
    using client = await Client.connect(port, NEVER);
    await assertRejects(() => client.stream(5), OperationalError, "bytes of a stream came back");
  });
});

Deno.test("a client tells that the server closed the connection", async () => {
  const once = async (conn: Deno.Conn) => {
    await conn.read(new Uint8Array(64));
  };
  await withServer(once, async (port) => {
    using client = await Client.connect(port, NEVER);
    await assertRejects(() => client.echo(), OperationalError, "closed a connection early");
  });
});

Deno.test("a client that waits ends when that is asked for", async () => {
  const asked = new AbortController();
  const silent = async (conn: Deno.Conn) => {
    await conn.read(new Uint8Array(64));
    asked.abort();
  };
  await withServer(silent, async (port) => {
    using client = await Client.connect(port, asked.signal);
    await assertRejects(() => client.echo(), OperationalError, "took too long");
  });
});

Deno.test("a client tells that it cannot connect", async () => {
  const connecting = () => Client.connect(closedPort(), NEVER);
  await assertRejects(connecting, OperationalError, "a connection was lost");
  assertEquals(
    await connecting().catch((error) => error.cause instanceof Deno.errors.ConnectionRefused),
    true,
  );
});
