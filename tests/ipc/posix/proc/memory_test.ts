import { memoryOf } from "../../../../ipc/posix/proc/memory.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { posixTest } from "../opened.ts";
import { LivingChild, NO_NUMBERS, NO_PID, waitUntilAsleep } from "./children.ts";

posixTest(
  "memoryOf() tells the memory of a process, those parts that it shares divided",
  async () => {
    await using child = LivingChild.sleeping();
    waitUntilAsleep(child.pid);
    const text = Deno.readTextFileSync(`/proc/${child.pid}/smaps_rollup`);
    const bytes = 1024 * Number(/^Pss: +(\d+) kB$/m.exec(text)?.[1]);
    // It shares pages with processes that come and go meanwhile.
    const ratio = (memoryOf(child.pid) ?? 0) / bytes;
    assertEquals(ratio > 0.5 && ratio < 2, true, `${ratio}`);
    const resident = 1024 * Number(/^Rss: +(\d+) kB$/m.exec(text)?.[1]);
    assertEquals((memoryOf(child.pid) ?? 0) < resident, true);
  },
);

posixTest("memoryOf() grows with the process", () => {
  const before = memoryOf(Deno.pid) ?? 0;
  const bytes = new Uint8Array(128 * 1024 * 1024).fill(1);
  const grown = (memoryOf(Deno.pid) ?? 0) - before;
  assertEquals(grown > bytes.length / 2, true, `${grown}`);
});

posixTest(
  "memoryOf() is null for a process that has ended, reaped or not, or never was",
  async () => {
    await using child = LivingChild.sleeping();
    child.endUnreaped();
    assertEquals(memoryOf(child.pid), null);
    await child.end();
    assertEquals(memoryOf(child.pid), null);
    assertEquals(memoryOf(NO_PID), null);
    for (const pid of NO_NUMBERS) assertThrows(() => memoryOf(pid), RangeError);
  },
);

Deno.test({
  name: "memoryOf() is null for another user's process",
  // Root may look at every process.
  ignore: Deno.build.os !== "linux" || Deno.uid() === 0,
  fn() {
    assertEquals(memoryOf(1), null);
  },
});
