import { type Machine, ProcessTree } from "../../../../lab/compare/measure/process_tree.ts";
import type { ProcessStat } from "../../../../ipc/posix/proc/processes.ts";
import { assertEquals } from "../../../assert.ts";
import { FakeClock } from "../../../support/fake_clock.ts";

/** A machine with these processes: each with its parent, CPU time, that of children it waited for, and state. */
class PlayedMachine implements Machine {
  readonly stats = new Map<number, ProcessStat>();

  add(pid: number, stat: Partial<ProcessStat>): void {
    this.stats.set(pid, {
      ...{ name: "deno", state: "S", parentPid: 1, groupId: 1, sessionId: 1, threads: 1 },
      ...{ cpuMs: 0, reapedCpuMs: 0, startedAtMs: 0 },
      ...stat,
    });
  }

  processes(): readonly number[] {
    // One more that has ended since.
    return [...this.stats.keys(), 99];
  }

  processStat(pid: number): ProcessStat | null {
    return this.stats.get(pid) ?? null;
  }

  memoryOf(pid: number): number | null {
    return pid === 99 ? null : pid * 1000;
  }
}

function playedServer(): PlayedMachine {
  const machine = new PlayedMachine();
  machine.add(10, { cpuMs: 100, reapedCpuMs: 1000 });
  machine.add(30, { parentPid: 20, cpuMs: 3 });
  machine.add(20, { parentPid: 10, cpuMs: 20 });
  machine.add(21, { parentPid: 10, cpuMs: 7, state: "Z" });
  machine.add(50, { parentPid: 1, cpuMs: 5000 });
  return machine;
}

Deno.test("the tree has the server first and all below it, and not what waits to be reaped", () => {
  assertEquals(new ProcessTree(10, playedServer()).look(), { pids: [10, 20, 30], cpuMs: 1130 });
});

Deno.test("the tree of a server that is gone is empty", () => {
  assertEquals(new ProcessTree(99, playedServer()).look(), { pids: [], cpuMs: 0 });
});

Deno.test("the memory of a process that is gone is 0", () => {
  const tree = new ProcessTree(10, playedServer());
  assertEquals([tree.bytesOf(20), tree.bytesOf(99)], [20_000, 0]);
});

Deno.test("a server is quiet when three looks in a row show the same", async () => {
  const machine = playedServer();
  const clock = new FakeClock();
  const quiet = new ProcessTree(10, machine).untilQuiet(new AbortController().signal, clock);
  for (let look = 0; look < 2; look++) {
    await clock.pass(20);
  }
  await clock.sleeps(20);
  // It worked, so that it is looked at three times more.
  machine.add(20, { parentPid: 10, cpuMs: 30 });
  for (let look = 0; look < 4; look++) {
    await clock.pass(20);
  }
  assertEquals(await quiet, { pids: [10, 20, 30], cpuMs: 1140 });
  assertEquals(clock.asked.length, 6);
});

Deno.test("a server that never rests is not waited for without end, nor after a stop", async () => {
  const machine = playedServer();
  const clock = new FakeClock();
  let cpuMs = 0;
  const busy = { ...machine, processes: () => [10], memoryOf: () => null };
  const stat = machine.stats.get(10);
  const tree = new ProcessTree(10, {
    ...busy,
    processStat: () => stat === undefined ? null : { ...stat, cpuMs: cpuMs++ },
  });
  const quiet = tree.untilQuiet(new AbortController().signal, clock);
  await clock.sleeps(20);
  clock.advance(4000);
  assertEquals((await quiet).pids, [10]);
  await tree.untilQuiet(AbortSignal.abort(), clock);
  assertEquals(clock.asked.length, 1);
});
