import { below, type Descendant } from "../../lab/descendants.ts";
import { assertEquals } from "../assert.ts";

function process(pid: number, parentPid: number): Descendant {
  const rest = { name: "a", state: "S", groupId: 1, sessionId: 1, threads: 1 };
  return { pid, parentPid, ...rest, cpuMs: 0, reapedCpuMs: 0, startedAtMs: 0 };
}

function pidsBelow(root: number, ...pairs: [pid: number, parentPid: number][]): number[] {
  return below(root, pairs.map((pair) => process(...pair))).map(({ pid }) => pid);
}

Deno.test("below() finds children and theirs, each behind its parent, and nobody else", () => {
  assertEquals(pidsBelow(10, [12, 11], [13, 12], [11, 10], [10, 1], [14, 1], [15, 10]), [
    11,
    15,
    12,
    13,
  ]);
});

Deno.test("below() finds nobody where there are no children", () => {
  assertEquals(pidsBelow(10, [10, 1], [11, 1]), []);
});

Deno.test("below() ends where numbers that were read at different times make a circle", () => {
  assertEquals(pidsBelow(10, [11, 10], [12, 11], [11, 12]), [11, 12, 11]);
});
