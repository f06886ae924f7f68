import { unixEndpoint } from "../../../ipc/address.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { PosixError } from "../../../ipc/posix/posix_error.ts";
import type { Acceptor } from "../../../server/accept/acceptor.ts";
import { Admission } from "../../../server/accept/admission.ts";
import type { ClientSocket, DescriptorSocket } from "../../../server/accept/client_socket.ts";
import { joinLibc, listenWithLibc } from "../../../server/accept/libc_acceptor.ts";
import { Listener } from "../../../server/accept/listener.ts";
import { StreamedAcceptor } from "../../../server/accept/streamed_acceptor.ts";
import { assert, assertEquals, assertRejects, assertThrows, fail } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { ResettableClient } from "../../support/sockets.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { posixTest } from "../../ipc/posix/opened.ts";
import { RecordedEvents } from "../recorded_events.ts";
import { listenAt } from "./listening.ts";

const ANY_PORT = { hostname: "127.0.0.1", port: 0, backlog: 16 };

async function acceptFrom(acceptor: Acceptor): Promise<DescriptorSocket> {
  const socket = await acceptor.accept();
  assert("descriptor" in socket);
  return socket;
}

posixTest(
  "listenWithLibc() accepts who connects, before and while it waits, with both ends",
  async () => {
    const acceptor = listenWithLibc(ANY_PORT);
    const { port } = acceptor.addr;
    for (const isEarly of [true, false]) {
      const accepting = isEarly ? null : acceptFrom(acceptor);
      using client = await Deno.connect({ hostname: "127.0.0.1", port });
      const socket = await (accepting ?? acceptFrom(acceptor));
      const { remoteAddr, localAddr, descriptor } = socket;
      const { port: clientPort } = client.localAddr as Deno.NetAddr;
      assertEquals(remoteAddr, { hostname: "127.0.0.1", port: clientPort });
      assertEquals(localAddr, { hostname: "127.0.0.1", port });
      socket.close();
      socket.close();
      assertEquals(descriptor.isOpen, false);
    }
    acceptor.close();
  },
);

posixTest("listenWithLibc() takes a name of this machine, and IPv6", () => {
  for (const hostname of ["localhost", "::1", "0.0.0.0"]) {
    const acceptor = listenWithLibc({ ...ANY_PORT, hostname });
    assert(acceptor.addr.port > 0);
    if (hostname !== "localhost") assertEquals(acceptor.addr.hostname, hostname);
    acceptor.close();
  }
});

posixTest("an accept under way ends when the socket is closed", async () => {
  const acceptor = listenWithLibc(ANY_PORT);
  const accepting = acceptor.accept();
  acceptor.close();
  await assertRejects(() => accepting, Deno.errors.BadResource);
});

posixTest(
  "a connection that was reset in the queue is told as such, as by Deno's accept",
  async () => {
    const acceptor = listenWithLibc(ANY_PORT);
    using rude = await ResettableClient.connect(acceptor.addr.port);
    await rude.reset();
    const error = await assertRejects(() => acceptor.accept(), PosixError);
    assertEquals(error.code, "ENOTCONN");
    acceptor.close();
  },
);

posixTest(
  "finish() takes all that waited, also behind connections that were reset in the queue",
  async () => {
    const acceptor = listenWithLibc(ANY_PORT);
    const { port } = acceptor.addr;
    using first = await Deno.connect({ hostname: "127.0.0.1", port });
    for (let count = 0; count < 2; count++) {
      using rude = await ResettableClient.connect(port);
      await rude.reset();
    }
    using last = await Deno.connect({ hostname: "127.0.0.1", port });
    const waiting = await acceptor.finish();
    assertEquals(
      waiting.map(({ remoteAddr }) => remoteAddr.port),
      [first, last].map(({ localAddr }) => localAddr.port),
    );
    for (const socket of waiting) socket.close();
  },
);

/** A port that others may share. */
const SHARED = { ...ANY_PORT, reusesPort: true };

posixTest("a port that is shared is bound, and listened on when that is told", async () => {
  using first = listenAt(SHARED, listenWithLibc);
  const { port } = first.addr;
  assert(port > 0);
  await assertRejects(() => Deno.connect({ port }), Deno.errors.ConnectionRefused);
  using second = listenAt({ ...SHARED, port }, listenWithLibc);
  second.listen();
  first.listen();
  (await Deno.connect({ port })).close();
});

posixTest("of several places those listen when told that share their port", async () => {
  await using folder = new TempFolder();
  const shared = listenWithLibc(SHARED);
  const file = listenWithLibc({ ...unixEndpoint(folder.join("echo")), backlog: 16 });
  const joined = new StreamedAcceptor(await joinLibc([shared, file]));
  (await Deno.connect({ transport: "unix", path: folder.join("echo") })).close();
  const { port } = shared.addr;
  await assertRejects(() => Deno.connect({ port }), Deno.errors.ConnectionRefused);
  joined.listen();
  (await Deno.connect({ port })).close();
  joined.close();
});

posixTest("Listener.listen() names the address where another has begun to listen there", () => {
  using listener = listenAt(SHARED, listenWithLibc);
  const { port } = listener.addr;
  using _other = listenAt({ ...ANY_PORT, port }, listenWithLibc);
  const error = assertThrows(() => listener.listen(), OperationalError);
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${port}: address already in use (choose another port, or 0 for a free one)`,
  );
});

posixTest("a server that is stopped before its first accept still serves who waits", async () => {
  const acceptor = listenWithLibc(SHARED);
  using listener = new Listener(acceptor, { finishes: true });
  listener.listen();
  using client = await Deno.connect({ port: listener.addr.port });
  const admission = new Admission({ limit: 1 });
  const context = { admission, events: new RecordedEvents().bus, clock: new FakeClock() };
  await listener.acceptLoop({ ...context, signal: AbortSignal.abort() }, () => fail());
  assertEquals(listener.waiting, 1);
  const served: ClientSocket[] = [];
  const { signal } = new AbortController();
  await listener.serveWaiting({ admission, signal }, (socket) => served.push(socket));
  assertEquals(served.map(({ remoteAddr }) => remoteAddr.port), [client.localAddr.port]);
  for (const socket of served) socket.close();
});

posixTest("bindAt() with libc names the address and the reason as it does with Deno", () => {
  using taken = listenAt(ANY_PORT, listenWithLibc);
  const { port } = taken.addr;
  const error = assertThrows(
    () => listenAt({ ...ANY_PORT, port }, listenWithLibc),
    OperationalError,
  );
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${port}: address already in use (choose another port, or 0 for a free one)`,
  );
  assert(error.cause instanceof PosixError);
});
