import type { ByteStream, ConnectionInfo } from "../../../ipc/transport.ts";
import { StreamConnection } from "../../../server/child/stream_connection.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { readAll, receive, send } from "../../support/bytes.ts";
import { throwNobodyReads } from "../../support/failures.ts";
import { MemoryStream } from "../../support/memory_stream.ts";
import { ResettablePair, TcpPair } from "../../support/sockets.ts";

const INFO: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "127.0.0.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

Deno.test("StreamConnection tells who is connected", async () => {
  using pair = await TcpPair.open();
  using connection = new StreamConnection(pair.server, INFO);
  const { id, remoteAddr, localAddr } = connection;
  assertEquals({ id, remoteAddr, localAddr }, INFO);
});

Deno.test("StreamConnection counts what is read and written, and tells each message", async () => {
  using pair = await TcpPair.open();
  const messages: string[] = [];
  const onMessage = (data: Uint8Array) => void messages.push(new TextDecoder().decode(data));
  using connection = new StreamConnection(pair.server, { ...INFO, onMessage });
  for (const message of ["hello", "you"]) {
    await send(pair.client, message);
    assertEquals(await receive(connection, message.length), message);
  }
  await send(connection, "good bye");
  assertEquals(await receive(pair.client, 8), "good bye");
  await pair.client.closeWrite();
  assertEquals(await connection.read(new Uint8Array(8)), null);
  await connection.closeWrite();
  assertEquals(await readAll(pair.client), "");

  const { bytesIn, bytesOut, hasFailed, isClosed } = connection;
  assertEquals({ bytesIn, bytesOut, hasFailed, isClosed }, {
    bytesIn: 8,
    bytesOut: 8,
    hasFailed: false,
    isClosed: false,
  });
  assertEquals(messages, ["hello", "you"]);
});

/** A stream that does without promises what it is told to. */
function streamThat(does: Pick<ByteStream, "readNow" | "writeNow">): ByteStream {
  return Object.assign(new MemoryStream(), does);
}

Deno.test("StreamConnection counts what passes without a promise, and remembers the end and a failure", () => {
  let activities = 0;
  const reads: (number | "again" | null)[] = [5, "again", 2, null];
  const writes: (number | "again")[] = [4, "again"];
  using connection = new StreamConnection(
    streamThat({
      readNow: () => reads.shift() ?? null,
      writeNow: () => writes.shift() ?? throwNobodyReads(),
    }),
    { ...INFO, onActivity: () => void activities++ },
  );
  const buffer = new Uint8Array(9);
  assertEquals([0, 1, 2].map(() => connection.readNow(buffer)), [5, "again", 2]);
  assertEquals([0, 1].map(() => connection.writeNow(buffer)), [4, "again"]);
  const { bytesIn, bytesOut, hasEnded } = connection;
  assertEquals({ bytesIn, bytesOut, hasEnded, activities }, {
    bytesIn: 7,
    bytesOut: 4,
    hasEnded: false,
    activities: 3,
  });
  assertEquals([connection.readNow(buffer), connection.hasEnded], [null, true]);
  assertThrows(() => connection.writeNow(buffer), Error);
  assertEquals([connection.hasFailed, connection.signal.aborted], [true, true]);
});

Deno.test("StreamConnection remembers that a read without a promise has failed", () => {
  using connection = new StreamConnection(streamThat({ readNow: throwNobodyReads }), INFO);
  assertThrows(() => connection.readNow(new Uint8Array(1)), Error);
  assertEquals(connection.hasFailed, true);
});

Deno.test("StreamConnection reads with a promise where somebody is told of messages, or the stream knows no other way", () => {
  const buffer = new Uint8Array(1);
  const onMessage = () => {};
  using told = new StreamConnection(streamThat({ readNow: () => 1 }), { ...INFO, onMessage });
  assertEquals([told.readNow(buffer), told.bytesIn], ["again", 0]);
  using plain = new StreamConnection(new MemoryStream(), INFO);
  assertEquals([plain.readNow(buffer), plain.writeNow(buffer)], ["again", "again"]);
});

Deno.test("StreamConnection counts only what a short write took", async () => {
  using pair = await TcpPair.open();
  pair.server.write = () => Promise.resolve(3);
  using connection = new StreamConnection(pair.server, INFO);
  assertEquals(await connection.write(new Uint8Array(10)), 3);
  assertEquals(connection.bytesOut, 3);
});

Deno.test("StreamConnection tells of activity for bytes read and written, and for no end of file", async () => {
  using pair = await TcpPair.open();
  let activities = 0;
  const onActivity = () => void activities++;
  using connection = new StreamConnection(pair.server, { ...INFO, onActivity });
  await send(pair.client, "hello");
  await pair.client.closeWrite();
  assertEquals(await receive(connection, 5), "hello");
  const read = activities;
  assert(read > 0);
  assertEquals(await connection.read(new Uint8Array(8)), null);
  assertEquals(activities, read);
  await connection.write(new Uint8Array(1));
  assertEquals(activities, read + 1);
});

Deno.test("StreamConnection remembers that a read has failed", async () => {
  using pair = await ResettablePair.open();
  using connection = new StreamConnection(pair.conn, INFO);
  await pair.reset();
  await assertRejects(() => connection.read(new Uint8Array(8)), Deno.errors.ConnectionReset);
  assertEquals(connection.hasFailed, true);
  assertEquals(connection.isClosed, false);
});

/** What fails on a connection that was closed here. */
const OPERATIONS: Readonly<Record<string, (connection: StreamConnection) => Promise<unknown>>> = {
  read: (connection) => connection.read(new Uint8Array(8)),
  write: (connection) => connection.write(new Uint8Array(8)),
  closeWrite: (connection) => connection.closeWrite(),
};

for (const [name, operate] of Object.entries(OPERATIONS)) {
  Deno.test(`StreamConnection.${name}() fails after its disposal, of which twice does no harm`, async () => {
    using pair = await TcpPair.open();
    const connection = new StreamConnection(pair.server, INFO);
    connection[Symbol.dispose]();
    connection[Symbol.dispose]();
    assertEquals([connection.isClosed, connection.hasFailed], [true, false]);
    await assertRejects(() => operate(connection), Deno.errors.BadResource);
    assertEquals(connection.hasFailed, true);
    assertEquals(await readAll(pair.client), "");
  });
}
