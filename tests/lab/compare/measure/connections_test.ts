import { measureConnections } from "../../../../lab/compare/measure/connections.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { closedPort } from "../../../support/sockets.ts";

const NEVER = new AbortController().signal;

/** An echo that answers one connection after the other, each after so long. */
function startEcho(delayMs: number): AsyncDisposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const conn of listener) {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const buffer = new Uint8Array(64);
      for (let count; (count = await conn.read(buffer)) !== null;) {
        await conn.write(buffer.subarray(0, count));
      }
      conn.close();
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("connections are opened until the time is over, and all go on to their end", async () => {
  await using server = startEcho(0);
  const { tally, connectionsPerSecond } = await measureConnections(server.port, {
    clients: 3,
    ms: 100,
    signal: NEVER,
  });
  assert(tally.done >= 3);
  assertEquals([tally.failed, tally.interrupted], [0, 0]);
  assertEquals(tally.latencies.firstEcho.count, tally.done);
  assert(connectionsPerSecond > 0);
});

Deno.test("of a slow server, as many as clients are waited for, and those count", async () => {
  await using server = startEcho(40);
  const { tally, connectionsPerSecond } = await measureConnections(server.port, {
    clients: 4,
    ms: 1,
    signal: NEVER,
  });
  assertEquals([tally.done, tally.failed], [4, 0]);
  // Four took 160 ms at least.
  assert(connectionsPerSecond <= 25, `${connectionsPerSecond} connections per second`);
});

Deno.test("a server that is gone is not asked again and again", async () => {
  const { tally } = await measureConnections(closedPort(), {
    clients: 2,
    ms: 600_000,
    signal: NEVER,
  });
  assertEquals(tally.done, 0);
  assert(tally.failed >= 100 && tally.failed <= 102, `${tally.failed}`);
});

Deno.test("connections that are open end when that is asked for", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = new AbortController();
  const measuring = measureConnections(listener.addr.port, {
    clients: 2,
    ms: 600_000,
    signal: asked.signal,
  });
  const conns = [await listener.accept(), await listener.accept()];
  asked.abort();
  assertEquals((await measuring).tally.interrupted, 2);
  for (const conn of conns) conn.close();
  listener.close();
});
