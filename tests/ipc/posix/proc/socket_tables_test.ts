import { tcpSockets, tcpSocketsAround } from "../../../../ipc/posix/proc/socket_tables.ts";
import type { TcpSocket } from "../../../../ipc/posix/proc/tcp_table.ts";
import { accept, listen } from "../../../../ipc/posix/sockets/listen.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { posixTest } from "../opened.ts";
import { listenOnFreePort, MixedPair, portOf, targetOf } from "../sockets.ts";
import { LivingChild, NO_NUMBERS, NO_PID, waitUntil } from "./children.ts";

/** The socket with this local port that is in this state. */
function find(port: number, state: TcpSocket["state"]): TcpSocket | undefined {
  return tcpSockets().find((socket) => socket.local.port === port && socket.state === state);
}

posixTest(
  "tcpSockets() tells how many wait to be accepted, and nothing of the backlog",
  async () => {
    using listener = listen({ hostname: "127.0.0.1", port: 0, backlog: 1 });
    const port = portOf(listener);
    const nobody = { hostname: "0.0.0.0", port: 0 };
    assertEquals(find(port, "LISTEN"), {
      inode: Number(/\d+/.exec(targetOf(listener.number) ?? "")),
      local: { hostname: "127.0.0.1", port },
      remote: nobody,
      state: "LISTEN",
      receiveQueue: 0,
      sendQueue: 0,
      uid: Deno.uid() ?? 0,
    });
    using _one = await Deno.connect({ port });
    using _other = await Deno.connect({ port });
    assertEquals(find(port, "LISTEN")?.receiveQueue, 2);
    // Nobody has a descriptor of these.
    assertEquals(find(port, "ESTABLISHED")?.inode, 0);
    const accepted = accept(listener);
    assertEquals(find(port, "LISTEN")?.receiveQueue, 1);
    assertEquals(accepted === "again", false);
    if (accepted !== "again") accepted.descriptor.close();
  },
);

posixTest(
  "tcpSockets() tells of a connection what was not read, and that its client has closed",
  async () => {
    using pair = await MixedPair.open();
    const { client, server } = pair;
    const { localAddr, remoteAddr } = client;
    const find = () =>
      tcpSockets().find(({ local, remote }) =>
        local.port === remoteAddr.port && remote.port === localAddr.port
      );
    assertEquals([find()?.state, find()?.receiveQueue], ["ESTABLISHED", 0]);
    assertEquals(`socket:[${find()?.inode}]`, targetOf(server.number));
    await client.write(new Uint8Array(5));
    waitUntil(() => find()?.receiveQueue === 5);
    client.close();
    waitUntil(() => find()?.state === "CLOSE_WAIT");
  },
);

posixTest(
  "tcpSockets() has the sockets of IPv6, too, and an IPv4 client by its own address",
  async () => {
    using listener = listenOnFreePort("::");
    const port = portOf(listener);
    assertEquals(find(port, "LISTEN")?.local.hostname, "::");
    using client = await Deno.connect({ hostname: "127.0.0.1", port });
    const server = find(port, "ESTABLISHED");
    assertEquals(server?.local, { hostname: "127.0.0.1", port });
    assertEquals(server?.remote, { hostname: "127.0.0.1", port: client.localAddr.port });
  },
);

posixTest("tcpSocketsAround() has those of the network that a process is in", async () => {
  using listener = listenOnFreePort();
  await using child = LivingChild.sleeping();
  const ports = tcpSocketsAround(child.pid)?.map(({ local }) => local.port);
  assertEquals(ports?.includes(portOf(listener)), true);
  child.endUnreaped();
  assertEquals(tcpSocketsAround(child.pid), null);
  assertEquals(tcpSocketsAround(NO_PID), null);
  for (const pid of NO_NUMBERS) assertThrows(() => tcpSocketsAround(pid), RangeError);
});
