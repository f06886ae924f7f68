import { dropHandshakes } from "../../../../ipc/posix/sockets/handshakes.ts";
import { assertEquals, assertRejects } from "../../../assert.ts";
import { posixTest } from "../opened.ts";
import { acceptOne, listenOnFreePort, portOf } from "../sockets.ts";

posixTest(
  "a socket that drops handshakes gets no more connections, and its queue stays",
  async () => {
    const listener = listenOnFreePort();
    const to = { hostname: "127.0.0.1", port: portOf(listener) };
    using client = await Deno.connect(to);
    dropHandshakes(listener);
    using _server = acceptOne(listener);
    const late = Deno.connect(to);
    listener.close();
    // It asks again a second later, when nobody listens there any more.
    await assertRejects(() => late, Deno.errors.ConnectionRefused);
    assertEquals(client.remoteAddr.port, to.port);
  },
);
