import { Poller } from "../../../../ipc/posix/sockets/poller.ts";
import { receive, send } from "../../../../ipc/posix/sockets/transfer.ts";
import { assertEquals, assertRejects } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { Pair } from "../sockets.ts";

posixTest("Poller waits for many at once, and tells which is ready", async () => {
  await using poller = new Poller();
  using one = new Pair();
  using two = new Pair();
  const interests = [one, two].map((pair) => ({ descriptor: pair.one, want: "read" as const }));
  for (const [index, pair] of [one, two, one].entries()) {
    const waiting = poller.wait(interests);
    send(pair.other, bytesOf("x"));
    const results = await waiting;
    assertEquals(results.map(({ canRead }) => canRead), [pair === one, pair === two]);
    assertEquals(receive(pair.one, new Uint8Array(8)), 1, `round ${index}`);
  }
});

posixTest("Poller.wait() resolves at once for what is ready already", async () => {
  await using poller = new Poller();
  using pair = new Pair();
  send(pair.other, bytesOf("x"));
  for (let time = 0; time < 3; time++) {
    const [result] = await poller.wait([{ descriptor: pair.one, want: "read" }]);
    assertEquals(result?.canRead, true);
  }
});

posixTest("Poller gives the event loop its turns where something is always ready", async () => {
  await using poller = new Poller();
  using pair = new Pair();
  send(pair.other, bytesOf("x"));
  let isOver = false;
  const timer = setTimeout(() => isOver = true, 20);
  while (!isOver) await poller.wait([{ descriptor: pair.one, want: "read" }]);
  clearTimeout(timer);
});

posixTest("Poller.wake() ends the wait under way, or else the next one, and no more", async () => {
  await using poller = new Poller();
  using pair = new Pair();
  const interests = [{ descriptor: pair.one, want: "read" as const }];
  const waiting = poller.wait(interests);
  poller.wake();
  assertEquals((await waiting).map(({ canRead }) => canRead), [false]);
  poller.wake();
  poller.wake();
  assertEquals((await poller.wait(interests)).map(({ canRead }) => canRead), [false]);
  const third = poller.wait(interests);
  send(pair.other, bytesOf("x"));
  assertEquals((await third).map(({ canRead }) => canRead), [true]);
});

posixTest("Poller ends its wait where a descriptor is closed", async () => {
  await using poller = new Poller();
  using one = new Pair();
  using two = new Pair();
  const interests = [one, two].map((pair) => ({ descriptor: pair.one, want: "read" as const }));
  const waiting = poller.wait(interests);
  one.one.close();
  assertEquals((await waiting).length, 2);
  await assertRejects(() => poller.wait(interests), Deno.errors.BadResource);
});

posixTest("Poller waits once at a time", async () => {
  await using poller = new Poller();
  using pair = new Pair();
  const interests = [{ descriptor: pair.one, want: "read" as const }];
  const waiting = poller.wait(interests);
  await assertRejects(() => poller.wait(interests), TypeError, "waits already");
  poller.wake();
  await waiting;
});

posixTest("Poller ends its wait also where that began with a turn of the event loop", async () => {
  const poller = new Poller();
  using pair = new Pair();
  const interests = [{ descriptor: pair.one, want: "read" as const }];
  // Long enough without a turn that one is due.
  const dueAt = performance.now() + 30;
  while (performance.now() < dueAt);
  const waiting = poller.wait(interests);
  await assertRejects(() => poller.wait(interests), TypeError, "waits already");
  await poller[Symbol.asyncDispose]();
  assertEquals((await waiting).map(({ canRead }) => canRead), [false]);
});

posixTest(
  "Poller is disposed also where a descriptor was closed when it began to wait",
  async () => {
    const poller = new Poller();
    using pair = new Pair();
    pair.one.close();
    const waiting = assertRejects(
      () => poller.wait([{ descriptor: pair.one, want: "read" }]),
      Deno.errors.BadResource,
    );
    await poller[Symbol.asyncDispose]();
    await waiting;
  },
);

posixTest("Poller ends its wait when it is disposed, and bears that twice", async () => {
  const poller = new Poller();
  using pair = new Pair();
  const waiting = poller.wait([{ descriptor: pair.one, want: "read" }]);
  await poller[Symbol.asyncDispose]();
  assertEquals((await waiting).length, 1);
  await poller[Symbol.asyncDispose]();
  poller.wake();
  await assertRejects(() => poller.wait([]), Deno.errors.BadResource);
});
