import { connect } from "../../client/connect.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { bytesOf, readAll } from "../support/bytes.ts";
import { closedPort, listenOnLoopback } from "../support/sockets.ts";

const LOOPBACK = "127.0.0.1";
const LONG_MS = 60_000;

Deno.test("connect() resolves to the connection", async () => {
  using listener = listenOnLoopback();
  const { port } = listener.addr;
  const accepting = listener.accept();
  using conn = await connect({ hostname: LOOPBACK, port, connectTimeoutMs: LONG_MS, tls: null });
  using accepted = await accepting;

  await conn.write(bytesOf("hello"));
  await conn.closeWrite();

  assertEquals(await readAll(accepted), "hello");
});

Deno.test("connect() names the server, the reason and what to look at where nobody listens", async () => {
  const port = closedPort();
  const error = await assertRejects(
    () => connect({ hostname: LOOPBACK, port, connectTimeoutMs: LONG_MS, tls: null }),
    OperationalError,
  );
  assertEquals(
    error.message,
    `Cannot connect to 127.0.0.1:${port}: connection refused (is a server listening there?)`,
  );
  assertEquals(error.cause instanceof Deno.errors.ConnectionRefused, true);
});

Deno.test("connect() says so when the host name cannot be resolved", async () => {
  const error = await assertRejects(
    () => connect({ hostname: "nosuch.invalid", port: 9, connectTimeoutMs: LONG_MS, tls: null }),
    OperationalError,
  );
  assertEquals(
    error.message,
    "Cannot connect to nosuch.invalid:9: the host name could not be resolved",
  );
});

Deno.test({
  name: "connect() gives up after the timeout, and says how long it has waited",
  // Linux drops what comes when the queue of a listener is full; others may refuse it.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = listenOnLoopback({ backlog: 1 });
    const { port } = listener.addr;
    // The kernel holds one connection more than the backlog says (listen(2)).
    using _first = await Deno.connect({ hostname: LOOPBACK, port });
    using _second = await Deno.connect({ hostname: LOOPBACK, port });

    const error = await assertRejects(
      () => connect({ hostname: LOOPBACK, port, connectTimeoutMs: 50, tls: null }),
      OperationalError,
    );
    assertEquals(error.message, `Cannot connect to 127.0.0.1:${port}: no answer within 0.05 s`);
  },
});
