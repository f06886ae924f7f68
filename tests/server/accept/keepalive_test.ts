import { unixEndpoint } from "../../../ipc/address.ts";
import { keepAliveFrom, keepAliveOf } from "../../../server/accept/keepalive.ts";
import { assertEquals } from "../../assert.ts";
import { posixTest } from "../../ipc/posix/opened.ts";
import { acceptedFrom, keepAliveAt } from "../../ipc/posix/sockets/keep_alive.ts";

const TIMES = [
  [60_000, { idleS: 60, intervalS: 10, count: 6 }],
  [1, { idleS: 1, intervalS: 1, count: 6 }],
  [1500, { idleS: 2, intervalS: 1, count: 6 }],
  [7000, { idleS: 7, intervalS: 2, count: 6 }],
  [32_767_000, { idleS: 32_767, intervalS: 5462, count: 6 }],
] as const;

for (const [ms, options] of TIMES) {
  Deno.test(`keepAliveOf() asks after ${options.idleS} s where a client may be silent for ${ms} ms`, () => {
    assertEquals(keepAliveOf(ms), options);
  });
}

posixTest(
  "keepAliveFrom() sets the times also where a Unix-domain socket is the first place",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    await keepAliveFrom([unixEndpoint("/run/echo"), listener.addr], 60_000);
    using _client = await Deno.connect({ hostname: "127.0.0.1", port });
    using _server = await listener.accept();
    assertEquals(keepAliveAt(acceptedFrom(port)), [1, 60, 10, 6]);
  },
);
