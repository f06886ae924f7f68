import { SendQueues, sendQueues } from "../../../ipc/relay/send_queue.ts";
import { assert, assertEquals } from "../../assert.ts";
import { TcpPair } from "../../support/sockets.ts";

/** As the kernel prints them on a little-endian machine; see proc(5). */
const TABLES = `\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2328 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 1 1
   1: 0100007F:2328 0100007F:C822 01 003BD000:0000000A 01:00000014 00000000     0        0 2 3
   2: 0100007F:C822 0100007F:2328 01 00000000:00010000 00:00000000 00000000     0        0 4 1
  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000001000000:2328 00000000000000000000000001000000:C822 01 00000007:00000000
   1: 0000000000000000FFFF00000100007F:2328 0000000000000000FFFF00000100007F:C823 01 00000008:00000000
`;

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function ends(local: string, remote: string, port = 51_234) {
  return {
    localAddr: { hostname: local, port: 9000 },
    remoteAddr: { hostname: remote, port },
  };
}

Deno.test({
  name: "SendQueues tells the bytes in the send queue of a connection, over IPv4 and IPv6",
  ignore: !isLittleEndian,
  async fn() {
    const queues = new SendQueues(() => Promise.resolve(TABLES));
    const told = await Promise.all([
      queues.unsentBytes(ends("127.0.0.1", "127.0.0.1")),
      queues.unsentBytes(ends("::1", "::1")),
      queues.unsentBytes(ends("::ffff:127.0.0.1", "::ffff:127.0.0.1", 51_235)),
      queues.unsentBytes(ends("127.0.0.1", "127.0.0.1", 51_236)),
      queues.unsentBytes(ends("127.0.0.1", "127.0.0.2")),
    ]);
    assertEquals(told, [0x3bd000, 7, 8, null, null]);
  },
});

Deno.test("SendQueues cannot tell where the tables cannot be read", async () => {
  const queues = new SendQueues(() => Promise.resolve(null));
  assertEquals(await queues.unsentBytes(ends("127.0.0.1", "127.0.0.1")), null);
});

Deno.test("SendQueues reads the tables once for all who ask at the same time, and again for who asks later", async () => {
  let reads = 0;
  const queues = new SendQueues(() => {
    reads += 1;
    return Promise.resolve(TABLES);
  });
  const ask = () => queues.unsentBytes(ends("127.0.0.1", "127.0.0.1"));
  await Promise.all([ask(), ask(), ask()]);
  assertEquals(reads, 1);
  await ask();
  assertEquals(reads, 2);
});

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test({
    name: `sendQueues sees what a client on ${hostname} has not read`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      using listener = Deno.listen({ hostname, port: 0 });
      using client = await Deno.connect({ hostname, port: listener.addr.port });
      using server = await listener.accept();
      const info = { localAddr: server.localAddr, remoteAddr: server.remoteAddr };
      assertEquals(await sendQueues.unsentBytes(info), 0);
      // More than the client's kernel takes for it.
      const writing = server.write(new Uint8Array(64 * 1024 * 1024));
      await writing;
      const unsent = await sendQueues.unsentBytes(info);
      assert(unsent !== null && unsent > 0, `${unsent} bytes`);
      client.close();
    },
  });
}

Deno.test("sendQueues cannot tell of a connection that is closed", async () => {
  const pair = await TcpPair.open();
  const { localAddr, remoteAddr } = pair.server;
  pair[Symbol.dispose]();
  assertEquals(await sendQueues.unsentBytes({ localAddr, remoteAddr }) ?? 0, 0);
});
