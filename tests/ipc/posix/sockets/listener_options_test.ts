import { keepListenerAlive } from "../../../../ipc/posix/sockets/listener_options.ts";
import { assertEquals } from "../../../assert.ts";
import { posixTest } from "../opened.ts";
import { acceptedFrom, keepAliveAt } from "./keep_alive.ts";

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
