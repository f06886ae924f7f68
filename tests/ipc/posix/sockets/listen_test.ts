import { localAddrOf, remoteAddrOf } from "../../../../ipc/posix/sockets/ends.ts";
import { accept, bind, listen, startListening } from "../../../../ipc/posix/sockets/listen.ts";
import { poll } from "../../../../ipc/posix/sockets/poll.ts";
import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import { assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { posixTest } from "../opened.ts";
import {
  acceptOne,
  flagsOf,
  listenOnFreePort,
  MixedPair,
  O_CLOEXEC,
  O_NONBLOCK,
  Pair,
  portOf,
} from "../sockets.ts";

for (const hostname of ["127.0.0.1", "::1"]) {
  posixTest(
    `listen() on ${hostname} takes a free port, and accept() tells who connected`,
    async () => {
      using listener = listenOnFreePort(hostname);
      const port = portOf(listener);
      assertEquals(localAddrOf(listener), { hostname, port });
      assertEquals(accept(listener), "again");
      using client = await Deno.connect({ hostname, port });
      poll([{ descriptor: listener, want: "read" }], 10_000);
      const accepted = accept(listener);
      if (accepted === "again") throw new Error("Nobody has connected");
      using server = accepted.descriptor;
      const { hostname: from, port: fromPort } = client.localAddr;
      assertEquals(accepted.remoteAddr, { hostname: from, port: fromPort });
      assertEquals(remoteAddrOf(server), accepted.remoteAddr);
      assertEquals(localAddrOf(server), { hostname, port });
    },
  );
}

posixTest(
  "an IPv4 client of a socket of IPv6 has its own address, where Deno writes a mapped one",
  async () => {
    using listener = listenOnFreePort("::");
    using deno = Deno.listen({ hostname: "::", port: 0 });
    using one = await Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) });
    using two = await Deno.connect({ hostname: "127.0.0.1", port: deno.addr.port });
    using ours = acceptOne(listener);
    using theirs = await deno.accept();
    assertEquals(remoteAddrOf(ours)?.hostname, "127.0.0.1");
    assertEquals(theirs.remoteAddr.hostname, "::ffff:127.0.0.1");
    assertEquals(remoteAddrOf(ours)?.port, one.localAddr.port);
    assertEquals(theirs.remoteAddr.port, two.localAddr.port);
  },
);

posixTest(
  "the listening socket does not block, what it accepts does, and no program inherits either",
  async () => {
    using listener = listenOnFreePort();
    using _client = await Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) });
    using server = acceptOne(listener);
    assertEquals(
      (flagsOf(listener.number) ?? 0) & (O_NONBLOCK | O_CLOEXEC),
      O_NONBLOCK | O_CLOEXEC,
    );
    assertEquals((flagsOf(server.number) ?? 0) & (O_NONBLOCK | O_CLOEXEC), O_CLOEXEC);
  },
);

posixTest("listen() throws where the port is in use, and closes what it opened", () => {
  using listener = listenOnFreePort();
  const port = portOf(listener);
  const options = { hostname: "127.0.0.1", port, backlog: 1 };
  const error = assertThrows(() => listen(options), PosixError);
  assertEquals(error.code, "EADDRINUSE");
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${port}: Address already in use (os error 98)`,
  );
});

posixTest("bind() takes the port, and clients come from startListening() on", async () => {
  using bound = bind({ hostname: "127.0.0.1", port: 0, reusesPort: true });
  const port = portOf(bound);
  await assertRejects(() => Deno.connect({ port }), Deno.errors.ConnectionRefused);
  startListening(bound, { hostname: "127.0.0.1", port, backlog: 16 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  using server = acceptOne(bound);
  assertEquals(remoteAddrOf(server)?.port, client.localAddr.port);
});

posixTest("what is bound beside a socket that listens gets none of its clients", async () => {
  const shared = { hostname: "127.0.0.1", backlog: 64, reusesPort: true };
  using listener = listen({ ...shared, port: 0 });
  const port = portOf(listener);
  using beside = bind({ ...shared, port });
  using clients = new DisposableStack();
  // So many that both would have some, were the second one to listen too.
  for (let count = 0; count < 30; count++) {
    clients.use(await Deno.connect({ hostname: "127.0.0.1", port }));
    acceptOne(listener).close();
  }
  startListening(beside, { ...shared, port });
  assertEquals(accept(beside), "again");
});

posixTest("startListening() throws where somebody has begun to listen there alone", () => {
  using bound = bind({ hostname: "127.0.0.1", port: 0, reusesPort: true });
  const options = { hostname: "127.0.0.1", port: portOf(bound), backlog: 1 };
  using _other = listen(options);
  const error = assertThrows(() => startListening(bound, options), PosixError);
  assertEquals(error.code, "EADDRINUSE");
});

posixTest("listen() throws for an address that this machine does not have", () => {
  const options = { hostname: "192.0.2.1", port: 0, backlog: 1 };
  assertEquals(assertThrows(() => listen(options), PosixError).code, "EADDRNOTAVAIL");
});

posixTest("listen() takes a port again whose connections linger", async () => {
  const listener = listenOnFreePort();
  const port = portOf(listener);
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  // Who closes first is left in TIME_WAIT, tcp(7).
  acceptOne(listener).close();
  listener.close();
  client.close();
  listen({ hostname: "127.0.0.1", port, backlog: 1 }).close();
});

posixTest("listen() takes numbers alone", () => {
  const on = (hostname: string, port = 0) => () => listen({ hostname, port, backlog: 1 });
  assertThrows(on("localhost"), TypeError, "not an IP address");
  assertThrows(on("fe80::1%eth0"), TypeError, "its zone is a name");
  for (const port of [-1, 65_536, 1.5, NaN]) assertThrows(on("127.0.0.1", port), RangeError);
});

posixTest("accept() throws for what does not listen", () => {
  using pair = new Pair();
  const error = assertThrows(() => accept(pair.one), PosixError);
  assertEquals(error.message, "Cannot accept: Invalid argument (os error 22)");
});

posixTest(
  "an end of a socket without a name has an empty path, and one that is not there is an error",
  async () => {
    using pair = new Pair();
    assertEquals([localAddrOf(pair.one)?.path, remoteAddrOf(pair.one)?.path], ["", ""]);
    using listener = listenOnFreePort();
    assertEquals(assertThrows(() => remoteAddrOf(listener), PosixError).code, "ENOTCONN");
    using mixed = await MixedPair.open();
    mixed.server.close();
    assertThrows(() => localAddrOf(mixed.server), Deno.errors.BadResource);
    assertThrows(() => remoteAddrOf(mixed.server), Deno.errors.BadResource);
  },
);
