import { poll, pollOne, PollSet, pollSocketInPool } from "../../../../ipc/posix/sockets/poll.ts";
import { send, shutdown } from "../../../../ipc/posix/sockets/transfer.ts";
import { assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { Pair } from "../sockets.ts";

const NOTHING = { canRead: false, canWrite: false, isHungUp: false, hasFailed: false };

posixTest("poll() tells what came of each descriptor, in their order", () => {
  using one = new Pair();
  using two = new Pair();
  using three = new Pair();
  send(two.other, bytesOf("x"));
  three.other.close();
  const results = poll([
    { descriptor: one.one, want: "read" },
    { descriptor: two.one, want: "both" },
    { descriptor: three.one, want: "nothing" },
    { descriptor: one.one, want: "write" },
  ], 0);
  assertEquals(results, [
    NOTHING,
    { ...NOTHING, canRead: true, canWrite: true },
    { ...NOTHING, canRead: true, isHungUp: true },
    { ...NOTHING, canWrite: true },
  ]);
});

posixTest("poll() waits no longer than it is told", () => {
  using pair = new Pair();
  const begun = performance.now();
  assertEquals(poll([{ descriptor: pair.one, want: "read" }], 20), [NOTHING]);
  assertEquals(performance.now() - begun >= 19, true);
  assertEquals(poll([], 0), []);
});

posixTest("pollOne() tells whether anything came", () => {
  using pair = new Pair();
  assertEquals(pollOne({ descriptor: pair.one, want: "read" }, 0), false);
  send(pair.other, bytesOf("x"));
  assertEquals(pollOne({ descriptor: pair.one, want: "read" }, 1000), true);
});

posixTest("poll() throws for what is closed, and for more than a process may have", () => {
  using pair = new Pair();
  const { one } = pair;
  assertThrows(
    () => poll(new Array(2_000_000).fill({ descriptor: one, want: "read" }), 0),
    Error,
    "Cannot poll: Invalid argument (os error 22)",
  );
  pair.one.close();
  assertThrows(() => poll([{ descriptor: one, want: "read" }], 0), Deno.errors.BadResource);
  assertThrows(() => pollOne({ descriptor: one, want: "read" }, 0), Deno.errors.BadResource);
});

posixTest("PollSet.waitInPool() rejects with the error that only its thread knew", async () => {
  using pair = new Pair();
  const set = new PollSet(new Array(2_000_000).fill({ descriptor: pair.one, want: "read" }));
  await assertRejects(() => set.waitInPool(0), Error, "Invalid argument");
});

posixTest(
  "pollSocketInPool() resolves when the socket is ready, and when its time is up",
  async () => {
    using pair = new Pair();
    await pollSocketInPool({ descriptor: pair.one, want: "write" });
    await pollSocketInPool({ descriptor: pair.one, want: "read" }, 1);
    const waiting = pollSocketInPool({ descriptor: pair.one, want: "read" });
    send(pair.other, bytesOf("x"));
    await waiting;
  },
);

posixTest(
  "pollSocketInPool() ends when the socket is closed, and when either side shuts it down",
  async () => {
    using pair = new Pair();
    const waiting = pollSocketInPool({ descriptor: pair.one, want: "read" });
    shutdown(pair.other, "write");
    await waiting;
    using second = new Pair();
    const both = [
      pollSocketInPool({ descriptor: second.one, want: "read" }),
      pollSocketInPool({ descriptor: second.one, want: "read" }),
    ];
    second.one.close();
    await Promise.all(both);
  },
);
