import { SocketWaits } from "../../../../ipc/posix/sockets/socket_waits.ts";
import { receive, send } from "../../../../ipc/posix/sockets/transfer.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { Pair } from "../sockets.ts";

posixTest("SocketWaits tells each of many when it can be read, and none before", async () => {
  await using waits = new SocketWaits();
  using stack = new DisposableStack();
  // More than the pool has threads.
  const pairs = Array.from({ length: 40 }, () => stack.use(new Pair()));
  const ready: number[] = [];
  const waiting = pairs.map(async ({ one }, name) => {
    await waits.until({ descriptor: one, want: "read" });
    ready.push(name);
    assertEquals(receive(one, new Uint8Array(8)), 1);
  });
  assertEquals([waits.size, ready], [40, []]);
  for (const name of [7, 39, 0]) {
    const pair = pairs[name];
    assert(pair !== undefined);
    send(pair.other, bytesOf("x"));
    await waiting[name];
  }
  assertEquals([waits.size, ready], [37, [7, 39, 0]]);
  for (const [name, pair] of pairs.entries()) if (![7, 39, 0].includes(name)) pair.other.close();
  await Promise.allSettled(waiting);
  assertEquals([waits.size, ready.length], [0, 40]);
});

posixTest("SocketWaits waits again, and for one that comes while it waits", async () => {
  await using waits = new SocketWaits();
  using early = new Pair();
  using late = new Pair();
  for (let time = 0; time < 3; time++) {
    const first = waits.until({ descriptor: early.one, want: "read" });
    await Promise.resolve();
    const second = waits.until({ descriptor: late.one, want: "read" });
    send(late.other, bytesOf("x"));
    await second;
    receive(late.one, new Uint8Array(8));
    send(early.other, bytesOf("x"));
    await first;
    receive(early.one, new Uint8Array(8));
  }
});

posixTest("SocketWaits ends the wait for a descriptor that is closed, and no other", async () => {
  await using waits = new SocketWaits();
  using pair = new Pair();
  using other = new Pair();
  const waiting = waits.until({ descriptor: pair.one, want: "read" });
  const others = waits.until({ descriptor: other.one, want: "read" });
  pair.one.close();
  await waiting;
  assertEquals(waits.size, 1);
  await waits.until({ descriptor: pair.one, want: "read" });
  send(other.other, bytesOf("x"));
  await others;
});

posixTest(
  "SocketWaits ends every wait when it is disposed, and takes none after that",
  async () => {
    const waits = new SocketWaits();
    using pair = new Pair();
    const waiting = assertRejects(
      () => waits.until({ descriptor: pair.one, want: "read" }),
      Deno.errors.BadResource,
    );
    await waits[Symbol.asyncDispose]();
    await waiting;
    await assertRejects(
      () => waits.until({ descriptor: pair.one, want: "read" }),
      Deno.errors.BadResource,
    );
  },
);

posixTest("SocketWaits waits for one as soon as the wait for another is over", async () => {
  await using waits = new SocketWaits();
  using pair = new Pair();
  const interest = { descriptor: pair.one, want: "read" } as const;
  send(pair.other, bytesOf("x"));
  for (let time = 0; time < 100; time++) {
    const again = waits.until(interest).then(() => waits.until(interest));
    await Promise.all([again, waits.until({ descriptor: pair.one, want: "write" })]);
  }
});
