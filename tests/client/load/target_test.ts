import { UnresolvedError } from "../../../client/load/failure.ts";
import { Target } from "../../../client/load/target.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { replaceDeno } from "../../server/replaced_deno.ts";
import { closedPort, listenOnLoopback } from "../../support/sockets.ts";
import { systemError } from "../../support/system_error.ts";

const SIGNAL = new AbortController().signal;

/** Connects to that host so many times. Resolves to the names that the system was asked for, in order. */
async function askedFor(hostname: string, address: string, times = 3): Promise<string[]> {
  const asked: string[] = [];
  using _connect = replaceDeno("connect", ({ hostname }: Deno.ConnectOptions) => {
    asked.push(hostname ?? "");
    return Promise.resolve({ setNoDelay() {}, remoteAddr: { hostname: address } });
  });
  const target = new Target({ hostname, port: 9000 });
  for (let i = 0; i < times; i++) await target.connect(SIGNAL);
  return asked;
}

Deno.test("a host name is resolved once, and an address stays as it was typed", async () => {
  assertEquals(await askedFor("localhost", "127.0.0.1"), ["localhost", "127.0.0.1", "127.0.0.1"]);
  for (const typed of ["fe80::1%eth0", "127.1"]) {
    assertEquals(await askedFor(typed, "0.0.0.0", 2), [typed, typed]);
  }
});

Deno.test("a host name that stands for no address yet is asked for again", async () => {
  const asked: string[] = [];
  using _connect = replaceDeno("connect", ({ hostname }: Deno.ConnectOptions) => {
    asked.push(hostname ?? "");
    return Promise.reject(systemError("ECONNREFUSED"));
  });
  const target = new Target({ hostname: "localhost", port: 9000 });
  for (let i = 0; i < 2; i++) await assertRejects(() => target.connect(SIGNAL), Error, "REFUSED");
  assertEquals(asked, ["localhost", "localhost"]);
});

Deno.test("a connection sends each message at once, and its making can be given up", async () => {
  const calls: unknown[] = [];
  using _connect = replaceDeno("connect", (options: Deno.ConnectOptions) => {
    calls.push(options);
    const setNoDelay = (noDelay: boolean) => calls.push(noDelay);
    return Promise.resolve({ setNoDelay, remoteAddr: { hostname: "127.0.0.1" } });
  });
  await new Target({ hostname: "127.0.0.1", port: 9000 }).connect(SIGNAL);
  assertEquals(calls, [{ hostname: "127.0.0.1", port: 9000, signal: SIGNAL }, true]);
});

Deno.test("a connection is one to the server that was named", async () => {
  using listener = listenOnLoopback();
  const { port } = listener.addr;
  const target = new Target({ hostname: "localhost", port });
  using conn = await target.connect(SIGNAL);
  using accepted = await listener.accept();
  assertEquals(conn.localAddr.port, accepted.remoteAddr.port);
});

Deno.test("a name that stands for no address is told as that, and anything else as the system does", async () => {
  for (const hostname of ["nosuch.invalid", "a b"]) {
    const target = new Target({ hostname, port: 9000 });
    const error = await assertRejects(() => target.connect(SIGNAL), UnresolvedError);
    assert(error.cause instanceof Error);
  }
  const target = new Target({ hostname: "127.0.0.1", port: closedPort() });
  await assertRejects(() => target.connect(SIGNAL), Deno.errors.ConnectionRefused);
});
