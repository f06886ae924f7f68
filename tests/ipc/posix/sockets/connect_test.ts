import { startConnecting } from "../../../../ipc/posix/sockets/connect.ts";
import { localAddrOf, remoteAddrOf } from "../../../../ipc/posix/sockets/ends.ts";
import { poll } from "../../../../ipc/posix/sockets/poll.ts";
import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import { setLinger } from "../../../../ipc/posix/sockets/socket_options.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { closedPort, listenOnLoopback } from "../../../support/sockets.ts";
import { posixTest } from "../opened.ts";
import { flagsOf, O_CLOEXEC, O_NONBLOCK } from "../sockets.ts";

const hostname = "127.0.0.1";
const FLAGS = O_NONBLOCK | O_CLOEXEC;

posixTest("startConnecting() connects, and is told by poll() when it has", async () => {
  using listener = listenOnLoopback();
  const { port } = listener.addr;
  using descriptor = startConnecting({ hostname, port });
  const [{ canWrite, hasFailed } = {}] = poll([{ descriptor, want: "write" }], 10_000);
  assertEquals([canWrite, hasFailed], [true, false]);
  assertEquals(remoteAddrOf(descriptor), { hostname, port });
  using conn = await listener.accept();
  assertEquals(localAddrOf(descriptor)?.port, conn.remoteAddr.port);
  assertEquals((flagsOf(descriptor.number) ?? 0) & FLAGS, FLAGS);
});

posixTest("what startConnecting() made can reset its connection", async () => {
  using listener = listenOnLoopback();
  const descriptor = startConnecting({ hostname, port: listener.addr.port });
  using conn = await listener.accept();
  setLinger(descriptor, 0);
  descriptor.close();
  await assertRejects(() => conn.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
});

posixTest("startConnecting() tells that nobody listens, at once or by poll()", () => {
  const endpoint = { hostname, port: closedPort() };
  try {
    using descriptor = startConnecting(endpoint);
    const [{ hasFailed } = {}] = poll([{ descriptor, want: "write" }], 10_000);
    assertEquals(hasFailed, true);
  } catch (error) {
    assert(error instanceof PosixError);
    assertEquals(error.code, "ECONNREFUSED");
  }
});

posixTest("startConnecting() takes no host name", () => {
  assertThrows(() => startConnecting({ hostname: "localhost", port: 9 }), TypeError);
});
