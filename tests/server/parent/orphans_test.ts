import { OrphanReaper } from "../../../server/parent/orphans.ts";
import { assertEquals } from "../../assert.ts";

/** Children of process 1 by their states. */
class PlayedTable {
  readonly states = new Map<number, string>();
  readonly reaped: number[] = [];

  childrenOf(pid: number): number[] {
    assertEquals(pid, 1);
    return [...this.states.keys()];
  }

  processStat(pid: number): { state: string } | null {
    const state = this.states.get(pid);
    return state === undefined ? null : { state };
  }

  waitFor(pid: number): void {
    this.states.delete(pid);
    this.reaped.push(pid);
  }
}

Deno.test("OrphanReaper waits for a zombie that it has seen before, and for no other", () => {
  const table = new PlayedTable();
  const reaper = new OrphanReaper(1, table);
  table.states.set(7, "Z").set(8, "S");
  reaper.look();
  assertEquals(table.reaped, []);
  // One that ended in between may be Deno's own.
  table.states.set(8, "Z");
  reaper.look();
  assertEquals(table.reaped, [7]);
  reaper.look();
  assertEquals(table.reaped, [7, 8]);
  reaper.look();
  assertEquals(table.reaped, [7, 8]);
});

Deno.test("OrphanReaper leaves a zombie alone that Deno has waited for", () => {
  const table = new PlayedTable();
  const reaper = new OrphanReaper(1, table);
  table.states.set(7, "Z");
  reaper.look();
  table.states.delete(7);
  reaper.look();
  // The pid is another's now.
  table.states.set(7, "Z");
  reaper.look();
  assertEquals(table.reaped, []);
});
