import { keepListenerAlive } from "../../../../ipc/posix/sockets/listener_options.ts";
import { ownSockets } from "../../../../ipc/posix/sockets/own_sockets.ts";
import { assertEquals } from "../../../assert.ts";
import { hasLibc, posixTest } from "../opened.ts";

const raw = hasLibc
  ? Deno.dlopen("libc.so.6", {
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  }).symbols
  : null;

/** SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT of the socket with that number. */
function keepAliveAt(number: number): readonly (number | undefined)[] {
  return ([[1, 9], [6, 4], [6, 5], [6, 6]] as const).map(([level, name]) => {
    const value = new Int32Array(new ArrayBuffer(4));
    const length = new Int32Array(new ArrayBuffer(4)).fill(4);
    assertEquals(raw?.getsockopt(number, level, name, value, length), 0);
    return value[0];
  });
}

/** The number of the socket that Deno has accepted from that port. */
function acceptedFrom(port: number): number {
  const accepted = ownSockets().find(({ isListening, local }) =>
    !isListening && local?.port === port
  );
  return accepted?.number ?? -1;
}

posixTest("keepListenerAlive() sets what connections to Deno's listening socket have", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  keepListenerAlive(listener.addr.port, { idleS: 77, intervalS: 13, count: 5 });
  for (
    const [{ port }, options] of [[listener.addr, [1, 77, 13, 5]], [other.addr, null]] as const
  ) {
    using _client = await Deno.connect({ hostname: "127.0.0.1", port });
    using _server = await (port === listener.addr.port ? listener : other).accept();
    const seen = keepAliveAt(acceptedFrom(port));
    if (options === null) assertEquals(seen[0], 0);
    else assertEquals(seen, options);
  }
});
