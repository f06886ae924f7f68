import { CutOffError } from "../../../ipc/errors.ts";
import { linger } from "../../../ipc/relay/linger.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { bytesOf } from "../../support/bytes.ts";
import { throwBug, throwNobodyReads } from "../../support/failures.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryStream, type MemoryStreamOptions } from "../../support/memory_stream.ts";

/** Lingers for a client of that kind, who has still so many bytes to take. */
async function lingerFor(options: (clock: FakeClock) => MemoryStreamOptions, unsent = 1) {
  const clock = new FakeClock(7000);
  const client = new MemoryStream(options(clock));
  const unsentBytes = () => Promise.resolve(unsent);
  const isWhole = await clock.run(linger(client, { clock, unsentBytes }));
  const { closeWrite, close } = client.calls;
  return { isWhole, ms: clock.now() - 7000, closeWrite, close, sleeping: clock.sleeping };
}

/** What every client is given: an end of file; the close is somebody else's, and no timer stays. */
const ENDED = { closeWrite: 1, close: 0, sleeping: 0 };

/** Sends a piece every so often, and never ends. */
function drip(everyMs: number) {
  return (clock: FakeClock): MemoryStreamOptions => ({
    async *reads() {
      while (true) {
        yield bytesOf("unread");
        await clock.sleep(everyMs);
      }
    },
  });
}

Deno.test("linger() drops what a client sends until its end of file", async () => {
  const client = await lingerFor(() => ({ reads: () => [bytesOf("unread"), bytesOf("unread")] }));
  assertEquals(client, { isWhole: true, ms: 0, ...ENDED });
});

Deno.test("linger() waits half a second for a client that is silent, of whom nothing is unread", async () => {
  const client = await lingerFor((clock) => ({
    async *reads() {
      yield bytesOf("unread");
      await clock.sleep(1_000_000);
    },
  }), 0);
  assertEquals([client.isWhole, client.ms], [true, 500]);
});

Deno.test("linger() waits on for a client that sends a little now and then, and no longer than 5 s", async () => {
  const slow = await lingerFor(drip(499), 0);
  assertEquals([slow.isWhole, slow.ms], [true, 5000]);
});

Deno.test("linger() tells that a client which sends on is cut off from what it has still to take", async () => {
  assertEquals((await lingerFor(drip(100), 1)).isWhole, false);
});

/** A client that is silent, and takes so much of what it was sent from one look at the queue to the next. */
async function lingerForTaking(...queue: readonly (number | null)[]) {
  const clock = new FakeClock(7000);
  const client = new MemoryStream({
    async *reads() {
      await clock.sleep(1_000_000);
      yield bytesOf("late");
    },
  });
  const looks = [...queue];
  const unsentBytes = () =>
    Promise.resolve(looks.length > 1 ? looks.shift() ?? null : looks[0] ?? null);
  const isWhole = await clock.run(linger(client, { clock, unsentBytes }));
  return [isWhole, clock.now() - 7000];
}

Deno.test("linger() waits for a silent client as long as it goes on taking what was written to it", async () => {
  assertEquals(await lingerForTaking(30, 20, 10, 0), [true, 2000]);
  const slow = Array.from({ length: 50 }, (_, i) => 100 - Math.floor(i / 8));
  assertEquals(await lingerForTaking(...slow, 0), [true, 25_500]);
});

Deno.test("linger() gives up a silent client that takes nothing more of it for 5 s", async () => {
  assertEquals(await lingerForTaking(30, 20, 20), [false, 6000]);
});

Deno.test("linger() does not wait for a silent client where nobody can tell what it takes", async () => {
  assertEquals(await lingerForTaking(null), [true, 500]);
});

Deno.test("linger() waits for an end that waits for the client as long as that takes something", async () => {
  const clock = new FakeClock(7000);
  const client = new MemoryStream({ onCloseWrite: () => clock.sleep(8000) });
  let unsent = 100;
  const unsentBytes = () => Promise.resolve(unsent--);
  const isWhole = await clock.run(linger(client, { clock, unsentBytes }));
  assertEquals([isWhole, clock.now() - 7000, client.calls.read], [true, 8000, 1]);
});

Deno.test("linger() gives up a client that takes nothing, so that its direction cannot be ended", async () => {
  for (const unsent of [1, 0]) {
    const client = await lingerFor(
      (clock) => ({ onCloseWrite: () => clock.sleep(1_000_000) }),
      unsent,
    );
    assertEquals([client.isWhole, client.ms], [false, 5000]);
  }
});

Deno.test("linger() tells that a client was lost, by its read or by its end of file", async () => {
  const reset = await lingerFor(() => ({ reads: throwNobodyReads }));
  assertEquals([reset.isWhole, reset.ms], [false, 0]);
  const gone = await lingerFor(() => ({ onCloseWrite: throwNobodyReads }));
  assertEquals([gone.isWhole, gone.ms], [false, 0]);
});

Deno.test("linger() takes a client for served that is cut off when its answer has ended", async () => {
  const cutOff = () => {
    throw new CutOffError();
  };
  const { isWhole, ms } = await lingerFor(() => ({ reads: cutOff }));
  assertEquals([isWhole, ms], [true, 0]);
});

Deno.test("linger() rejects for a bug", async () => {
  const client = new MemoryStream({ reads: throwBug });
  await assertRejects(() => linger(client, { clock: new FakeClock() }), RangeError, "a bug");
});
