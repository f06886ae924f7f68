/** An event as the feed has it. */

import { flatEvent } from "../../../server/status/feed.ts";
import { assertEquals } from "../../assert.ts";

const connection = {
  id: 3,
  remoteAddr: { hostname: "192.0.2.1", port: 4 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

Deno.test("an event of a connection has that one's facts beside its own", () => {
  const event = { event: "connection_accepted", connection, workerPid: 7 } as const;
  assertEquals(flatEvent(event), {
    ...{ event: "connection_accepted", workerPid: 7 },
    ...{ connectionId: 3, remoteHost: "192.0.2.1", remotePort: 4 },
  });
});

Deno.test("an event of a connection has the balancer that stands between", () => {
  const proxied = { ...connection, proxyAddr: { hostname: "10.0.0.1", port: 5 } };
  const event = { event: "connection_accepted", connection: proxied, workerPid: 7 } as const;
  assertEquals(flatEvent(event), {
    ...{ event: "connection_accepted", workerPid: 7, connectionId: 3 },
    ...{ remoteHost: "192.0.2.1", remotePort: 4, proxyHost: "10.0.0.1", proxyPort: 5 },
  });
});

Deno.test("an event without a connection is told as it is", () => {
  const event = { event: "worker_idle", workerPid: 7 } as const;
  assertEquals(flatEvent(event), event);
});
