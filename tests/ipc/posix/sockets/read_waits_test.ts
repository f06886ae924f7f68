import { ReadWaits } from "../../../../ipc/posix/sockets/read_waits.ts";
import { receive, send } from "../../../../ipc/posix/sockets/transfer.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { Pair } from "../sockets.ts";

posixTest("ReadWaits tells each of many when it can be read, and none before", async () => {
  await using waits = new ReadWaits();
  using stack = new DisposableStack();
  // More than the pool has threads.
  const pairs = Array.from({ length: 40 }, () => stack.use(new Pair()));
  const ready: number[] = [];
  const waiting = pairs.map(async ({ one }, name) => {
    await waits.readable(one);
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

posixTest("ReadWaits waits again, and for one that comes while it waits", async () => {
  await using waits = new ReadWaits();
  using early = new Pair();
  using late = new Pair();
  for (let time = 0; time < 3; time++) {
    const first = waits.readable(early.one);
    await Promise.resolve();
    const second = waits.readable(late.one);
    send(late.other, bytesOf("x"));
    await second;
    receive(late.one, new Uint8Array(8));
    send(early.other, bytesOf("x"));
    await first;
    receive(early.one, new Uint8Array(8));
  }
});

posixTest("ReadWaits ends the wait for a descriptor that is closed, and no other", async () => {
  await using waits = new ReadWaits();
  using pair = new Pair();
  using other = new Pair();
  const waiting = waits.readable(pair.one);
  const others = waits.readable(other.one);
  pair.one.close();
  await waiting;
  assertEquals(waits.size, 1);
  await waits.readable(pair.one);
  send(other.other, bytesOf("x"));
  await others;
});

posixTest("ReadWaits ends every wait when it is disposed, and takes none after that", async () => {
  const waits = new ReadWaits();
  using pair = new Pair();
  const waiting = assertRejects(() => waits.readable(pair.one), Deno.errors.BadResource);
  await waits[Symbol.asyncDispose]();
  await waiting;
  await assertRejects(() => waits.readable(pair.one), Deno.errors.BadResource);
});
