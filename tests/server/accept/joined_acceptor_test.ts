import type { Acceptor } from "../../../server/accept/acceptor.ts";
import type { StreamSocket } from "../../../server/accept/client_socket.ts";
import { JoinedAcceptor } from "../../../server/accept/joined_acceptor.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { listenOnLoopback } from "../../support/sockets.ts";
import { systemError } from "../../support/system_error.ts";

/** Two sockets, and one that accepts from both. */
class Joined implements Disposable {
  readonly one = listenOnLoopback();
  readonly other = listenOnLoopback();
  readonly acceptor = new JoinedAcceptor([this.one, this.other]);

  [Symbol.dispose](): void {
    this.acceptor.close();
  }
}

async function acceptFrom(acceptor: Acceptor): Promise<StreamSocket> {
  const socket = await acceptor.accept();
  assert(!("descriptor" in socket));
  return socket;
}

Deno.test("JoinedAcceptor accepts from each of its sockets, before and while it waits", async () => {
  using joined = new Joined();
  const { one, other, acceptor } = joined;
  assertEquals(acceptor.addr.port, one.addr.port);
  assertEquals(acceptor.addresses.map(({ port }) => port), [one.addr.port, other.addr.port]);
  for (const { addr: { port } } of [one, other, other, one]) {
    const accepting = acceptFrom(acceptor);
    using _client = await Deno.connect({ port });
    const socket = await accepting;
    assertEquals(socket.localAddr.port, port);
    socket.close();
  }
});

Deno.test("JoinedAcceptor gives what came to two sockets at once one after the other", async () => {
  using joined = new Joined();
  const { one, other, acceptor } = joined;
  using _first = await Deno.connect({ port: one.addr.port });
  using _second = await Deno.connect({ port: other.addr.port });
  const ports = new Set<number>();
  for (let count = 0; count < 2; count++) {
    const socket = await acceptFrom(acceptor);
    ports.add(socket.localAddr.port);
    socket.close();
  }
  assertEquals(ports, new Set([one.addr.port, other.addr.port]));
});

Deno.test("JoinedAcceptor closes what came and nobody has asked for", async () => {
  using joined = new Joined();
  const { one, other, acceptor } = joined;
  using _first = await Deno.connect({ port: one.addr.port });
  using second = await Deno.connect({ port: other.addr.port });
  const socket = await acceptFrom(acceptor);
  acceptor.close();
  socket.close();
  // An end of file where it was accepted already, a reset where it still waited.
  const end = await second.read(new Uint8Array(1)).catch((error) => error);
  assert(end === null || end instanceof Deno.errors.ConnectionReset);
});

Deno.test("an accept of a JoinedAcceptor ends when that is closed", async () => {
  using joined = new Joined();
  const accepting = joined.acceptor.accept();
  joined.acceptor.close();
  await assertRejects(() => accepting, Deno.errors.BadResource);
});

Deno.test("JoinedAcceptor passes a failure on, and goes on", async () => {
  const failing: Acceptor = {
    addr: { hostname: "127.0.0.1", port: 1 },
    accept: () => Promise.reject(systemError("EMFILE")),
    close() {},
  };
  const acceptor = new JoinedAcceptor([failing]);
  for (let count = 0; count < 2; count++) {
    const error = await assertRejects(() => acceptor.accept(), Error);
    assertEquals(error.message, "the operating system says EMFILE");
  }
  acceptor.close();
});
