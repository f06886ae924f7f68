import { isStreamError } from "../../../../ipc/errors.ts";
import type { Descriptor } from "../../../../ipc/posix/descriptor.ts";
import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import { SocketStream } from "../../../../ipc/posix/sockets/socket_stream.ts";
import { takeTurn } from "../../../../ipc/posix/sockets/event_loop_turn.ts";
import { send as sendBytes } from "../../../../ipc/posix/sockets/transfer.ts";
import { writeAll } from "../../../../ipc/relay/copy.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { bytesOf, readAll, receive, send } from "../../../support/bytes.ts";
import { randomBytes, randomFrom } from "../../../support/random.ts";
import { ResettableClient } from "../../../support/sockets.ts";
import { posixTest } from "../opened.ts";
import { acceptOne, listenOnFreePort, MixedPair, Pair, portOf, targetOf } from "../sockets.ts";

/** Both ways to wait: here first, and in the pool at once. */
const WAITS = [1, 0];

for (const waitMs of WAITS) {
  posixTest(
    `SocketStream carries bytes both ways, and each direction ends by itself (${waitMs} ms)`,
    async () => {
      using pair = await MixedPair.open();
      using stream = new SocketStream(pair.server, { waitMs });
      await send(stream, "question");
      assertEquals(await receive(pair.client, 8), "question");
      await stream.closeWrite();
      assertEquals(await readAll(pair.client), "");
      const reading = receive(stream, 6);
      await send(pair.client, "answer");
      assertEquals(await reading, "answer");
      await pair.client.closeWrite();
      assertEquals(await stream.read(new Uint8Array(1)), null);
      assertEquals(await stream.read(new Uint8Array(1)), null);
    },
  );

  posixTest(`SocketStream carries megabytes both ways at once (${waitMs} ms)`, async () => {
    using pair = new Pair();
    using one = new SocketStream(pair.one, { waitMs });
    using other = new SocketStream(pair.other, { waitMs });
    const sent = randomBytes(5_000_001, randomFrom(7));
    const reading = async (stream: SocketStream) => {
      const received = new Uint8Array(sent.length + 1);
      let filled = 0;
      for (let count; (count = await stream.read(received.subarray(filled))) !== null;) {
        filled += count;
      }
      assertEquals(filled, sent.length);
      assert(received.subarray(0, filled).every((byte, at) => byte === sent[at]), "other bytes");
    };
    const writing = async (stream: SocketStream) => {
      await writeAll(stream, sent);
      await stream.closeWrite();
    };
    await Promise.all([reading(one), writing(other), reading(other), writing(one)]);
  });

  posixTest(
    `SocketStream.close() ends what is under way, and closes the socket (${waitMs} ms)`,
    async () => {
      using pair = await MixedPair.open();
      const { number } = pair.server;
      const target = targetOf(number);
      const stream = new SocketStream(pair.server, { waitMs });
      const filling = async () => {
        while (true) await stream.write(new Uint8Array(1 << 20));
      };
      const ends = [
        assertRejects(() => stream.read(new Uint8Array(8)), Deno.errors.BadResource),
        assertRejects(filling, Deno.errors.BadResource),
      ];
      // Both wait in the pool when this timer has its turn.
      await new Promise((resolve) => setTimeout(resolve, 20));
      stream.close();
      for (const error of await Promise.all(ends)) assert(isStreamError(error));
      assertEquals(targetOf(number) === target, false);
      stream.close();
    },
  );
}

for (const waitMs of WAITS) {
  posixTest(
    `SocketStream.readNow() and writeNow() do what needs no wait, and say where one is needed (${waitMs} ms)`,
    async () => {
      using pair = new Pair();
      using stream = new SocketStream(pair.one, { waitMs });
      using peer = new SocketStream(pair.other, { waitMs });
      const buffer = new Uint8Array(9);
      await takeTurn();
      assertEquals(stream.readNow(buffer), "again");
      assertEquals(peer.writeNow(bytesOf("hello")), 5);
      assertEquals(stream.readNow(buffer), 5);
      assertEquals(buffer.subarray(0, 5), bytesOf("hello"));
      let taken: number | "again" = 0;
      while (taken !== "again") taken = stream.writeNow(new Uint8Array(1 << 20));
      // What waits goes on from where the other has left off.
      const writing = stream.write(bytesOf("x"));
      const reading = peer.read(new Uint8Array(1 << 22));
      assertEquals(await writing, 1);
      assert((await reading ?? 0) > 0);
      await peer.closeWrite();
      await takeTurn();
      assertEquals(stream.readNow(buffer), null);
    },
  );
}

posixTest("SocketStream.readNow() leaves the event loop its turn", async () => {
  using pair = new Pair();
  using stream = new SocketStream(pair.one);
  await takeTurn();
  const endsAt = performance.now() + 5000;
  let now: number | null | "again" = 1;
  // Each has its byte at once, and all the same one says that it has to wait.
  while (now !== "again" && performance.now() < endsAt) {
    sendBytes(pair.other, bytesOf("x"));
    now = stream.readNow(new Uint8Array(1));
  }
  assertEquals(now, "again");
  assertEquals(await stream.read(new Uint8Array(9)), 1);
});

posixTest("SocketStream does nothing when it is closed", async () => {
  using pair = new Pair();
  const stream = new SocketStream(pair.one);
  stream.close();
  await assertRejects(() => stream.read(new Uint8Array(1)), Deno.errors.BadResource);
  await assertRejects(() => stream.write(new Uint8Array(1)), Deno.errors.BadResource);
  await assertRejects(() => stream.closeWrite(), Deno.errors.BadResource);
  await takeTurn();
  assertThrows(() => stream.readNow(new Uint8Array(1)), Deno.errors.BadResource);
  assertThrows(() => stream.writeNow(new Uint8Array(1)), Deno.errors.BadResource);
});

posixTest(
  "SocketStream.read() of no room is 0 and no end of file, and closeWrite() twice does no harm",
  async () => {
    using pair = new Pair();
    using stream = new SocketStream(pair.one);
    assertEquals(await stream.read(new Uint8Array(0)), 0);
    await stream.closeWrite();
    await stream.closeWrite();
  },
);

posixTest("SocketStream rejects with the system's error where the other side is gone", async () => {
  using pair = new Pair();
  using stream = new SocketStream(pair.one);
  pair.other.close();
  const error = await assertRejects(() => stream.write(bytesOf("x")), PosixError);
  assertEquals(error.code, "EPIPE");
});

posixTest(
  "SocketStream rejects a read under way when the other side resets the connection",
  async () => {
    using pair = new Pair();
    using stream = new SocketStream(pair.one);
    await send(stream, "unread");
    const reading = assertRejects(() => stream.read(new Uint8Array(1)), PosixError);
    await new Promise((resolve) => setTimeout(resolve, 20));
    pair.other.close();
    assertEquals((await reading).code, "ECONNRESET");
  },
);

posixTest(
  "SocketStream.closeWrite() is a stream's error where the connection was reset",
  async () => {
    const reset = async (listener: Descriptor) => {
      using client = await ResettableClient.connect(portOf(listener));
      const stream = new SocketStream(acceptOne(listener));
      await client.reset();
      return stream;
    };
    using listener = listenOnFreePort();
    using stream = await reset(listener);
    assertEquals(
      (await assertRejects(() => stream.read(new Uint8Array(1)), PosixError)).code,
      "ECONNRESET",
    );
    const error = await assertRejects(() => stream.closeWrite(), PosixError);
    assertEquals(error.code, "ENOTCONN");
    assert(isStreamError(error));
  },
);

posixTest("SocketStream lets a timer have its turn where bytes are always there", async () => {
  using pair = new Pair();
  using one = new SocketStream(pair.one);
  using other = new SocketStream(pair.other);
  let isOver = false;
  setTimeout(() => isOver = true, 20);
  const buffer = new Uint8Array(64);
  for (let round = 0; !isOver; round++) {
    await send(one, "x");
    await other.read(buffer);
  }
});

posixTest("SocketStream reads into the bounds of its buffer", async () => {
  using pair = new Pair();
  using stream = new SocketStream(pair.one);
  using other = new SocketStream(pair.other);
  await send(other, "0123456789");
  const buffer = new Uint8Array(8).fill(0x2e);
  assertEquals(await stream.read(buffer.subarray(2, 5)), 3);
  assertEquals(new TextDecoder().decode(buffer), "..012...");
});
