import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import {
  setKeepAlive,
  setLinger,
  setNoDelay,
  setSendBuffer,
  setTimeouts,
} from "../../../../ipc/posix/sockets/socket_options.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { hasLibc, posixTest } from "../opened.ts";
import { MixedPair, Pair } from "../sockets.ts";
import type { Descriptor } from "../../../../ipc/posix/descriptor.ts";

const raw = hasLibc
  ? Deno.dlopen("libc.so.6", {
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  }).symbols
  : null;

/** What the kernel has for an option, as words of 32 bits. */
function optionOf({ number }: Descriptor, [level, name]: readonly [number, number]): number[] {
  const words = new Int32Array(new ArrayBuffer(16));
  const length = new Int32Array(new ArrayBuffer(4)).fill(16);
  assertEquals(raw?.getsockopt(number, level, name, words, length), 0);
  return [...words.subarray(0, (length[0] ?? 0) / 4)];
}

posixTest("setNoDelay() sets TCP_NODELAY", async () => {
  using pair = await MixedPair.open();
  for (const isOn of [true, false]) {
    setNoDelay(pair.server, isOn);
    assertEquals(optionOf(pair.server, [6, 1]), [isOn ? 1 : 0]);
  }
});

posixTest(
  "setSendBuffer() limits what waits to be sent: twice as much, as the kernel says it",
  async () => {
    using pair = await MixedPair.open();
    setSendBuffer(pair.server, 8192);
    assertEquals(optionOf(pair.server, [1, 7]), [16_384]);
  },
);

posixTest("setKeepAlive() sets when, how often and how many times", async () => {
  using pair = await MixedPair.open();
  setKeepAlive(pair.server, { idleS: 60, intervalS: 10, count: 6 });
  const options: [number, number][] = [[1, 9], [6, 4], [6, 5], [6, 6]];
  assertEquals(options.map((option) => optionOf(pair.server, option)), [[1], [60], [10], [6]]);
});

posixTest("setLinger() sets SO_LINGER, and takes it back", () => {
  using pair = new Pair();
  for (const seconds of [5, 0]) {
    setLinger(pair.one, seconds);
    assertEquals(optionOf(pair.one, [1, 13]), [1, seconds]);
  }
  setLinger(pair.one, null);
  assertEquals(optionOf(pair.one, [1, 13]), [0, 0]);
});

posixTest("setTimeouts() sets those that it is told, in milliseconds", () => {
  using pair = new Pair();
  setTimeouts(pair.one, { receiveMs: 2000, sendMs: 40 });
  setTimeouts(pair.one, { receiveMs: 1000 });
  assertEquals(optionOf(pair.one, [1, 20]), [1, 0, 0, 0]);
  assertEquals(optionOf(pair.one, [1, 21]), [0, 0, 40_000, 0]);
  setTimeouts(pair.one, { receiveMs: 0, sendMs: 0 });
  assertEquals(optionOf(pair.one, [1, 20]), [0, 0, 0, 0]);
});

posixTest("an option that the socket does not have is an error that names it", () => {
  using pair = new Pair();
  const error = assertThrows(() => setNoDelay(pair.one, true), PosixError);
  assertEquals(error.message, "Cannot set TCP_NODELAY: Operation not supported (os error 95)");
  pair.one.close();
  assertThrows(() => setLinger(pair.one, 0), Deno.errors.BadResource);
});

posixTest("a value that the kernel does not take is an error", async () => {
  using pair = await MixedPair.open();
  const options = { idleS: 0, intervalS: 1, count: 1 };
  assertEquals(assertThrows(() => setKeepAlive(pair.server, options), PosixError).code, "EINVAL");
});
