import { cpuUsage } from "node:process";
import { childrenOf, processes, processStat } from "../../../../ipc/posix/proc/processes.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { posixTest } from "../opened.ts";
import { LivingChild, NO_NUMBERS, NO_PID, waitUntil, waitUntilAsleep } from "./children.ts";

posixTest("processStat() tells what a child is, and when it started", async () => {
  const before = Date.now();
  await using child = LivingChild.sleeping();
  const after = Date.now();
  waitUntilAsleep(child.pid);
  const stat = processStat(child.pid);
  const { pid } = child;
  const { name, parentPid, groupId, sessionId, threads } = stat ?? {};
  assertEquals([name, parentPid, groupId, sessionId, threads], ["sleep", Deno.pid, pid, pid, 1]);
  // The kernel counts ticks of 10 ms, and its clock and the system's are not read at once.
  const { startedAtMs = 0, cpuMs } = stat ?? {};
  assertEquals(startedAtMs > before - 100 && startedAtMs < after + 100, true, `${startedAtMs}`);
  assertEquals((cpuMs ?? -1) >= 0 && (cpuMs ?? -1) <= after - before + 100, true, `${cpuMs}`);
  assertEquals(processStat(pid)?.startedAtMs, startedAtMs);
});

posixTest("processStat() counts the CPU time of all threads", () => {
  const cpuMs = () => processStat(Deno.pid)?.cpuMs ?? 0;
  const { user, system } = cpuUsage();
  const told = cpuMs();
  assertEquals(Math.abs(told - (user + system) / 1000) < 500, true, `${told}`);
  waitUntil(() => cpuMs() >= told + 50);
  assertEquals((processStat(Deno.pid)?.threads ?? 0) > 1, true);
});

posixTest(
  "processStat() counts the CPU time of children apart, when they were waited for",
  async () => {
    const reapedMs = () => processStat(Deno.pid)?.reapedCpuMs ?? 0;
    const before = reapedMs();
    const script = "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done";
    await new Deno.Command("/bin/sh", { args: ["-c", script] }).output();
    assertEquals(reapedMs() > before, true, `${before}, then ${reapedMs()}`);
  },
);

posixTest("processStat() takes a name for a name, whatever is in it", async () => {
  await using folder = new TempFolder();
  for (const name of ["a) R (b", ") Z 1 1", "a\nb", "예"]) {
    Deno.symlinkSync("/bin/sleep", folder.join(name));
    await using child = LivingChild.sleeping(folder.join(name));
    const stat = processStat(child.pid);
    assertEquals([stat?.name, stat?.parentPid], [name, Deno.pid]);
  }
});

posixTest(
  "processStat() tells that a process waits to be reaped, and null when it was",
  async () => {
    await using child = LivingChild.sleeping();
    child.endUnreaped();
    assertEquals([processStat(child.pid)?.state, processStat(child.pid)?.name], ["Z", "sleep"]);
    assertEquals(childrenOf(Deno.pid).includes(child.pid), true);
    await child.end();
    assertEquals(processStat(child.pid), null);
    assertEquals(childrenOf(Deno.pid).includes(child.pid), false);
  },
);

posixTest("processes() has each process once, in ascending order", async () => {
  await using child = LivingChild.sleeping();
  const pids = processes();
  for (const pid of [1, Deno.pid, child.pid]) assertEquals(pids.includes(pid), true, `${pid}`);
  assertEquals(pids.includes(NO_PID), false);
  assertEquals(pids, [...new Set(pids)].toSorted((a, b) => a - b));
});

posixTest("childrenOf() has the children of a process and not theirs", async () => {
  await using child = new LivingChild("/bin/sh", { args: ["-c", "sleep 600 & wait"] });
  waitUntil(() => childrenOf(child.pid).length === 1);
  const [grandchild = 0] = childrenOf(child.pid);
  try {
    const own = childrenOf(Deno.pid);
    assertEquals([own.includes(child.pid), own.includes(grandchild)], [true, false]);
    assertEquals([childrenOf(grandchild), childrenOf(NO_PID)], [[], []]);
  } finally {
    Deno.kill(grandchild, "SIGKILL");
  }
});

posixTest(
  "processStat() is null where there is no such process, and throws for what is no pid",
  () => {
    assertEquals([processStat(NO_PID), processStat(2 ** 31 - 1)], [null, null]);
    for (const pid of NO_NUMBERS) assertThrows(() => processStat(pid), RangeError);
  },
);
