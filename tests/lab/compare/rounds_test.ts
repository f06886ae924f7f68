import { orderOf, ROUNDS, runRounds } from "../../../lab/compare/rounds.ts";
import { assertEquals } from "../../assert.ts";
import type { Clock } from "../../../ipc/clock.ts";

/** A clock that a visit moves on. */
class VisitClock implements Clock {
  #ms = 0;

  now(): number {
    return this.#ms;
  }

  sleep(): Promise<void> {
    throw new Error("Nobody waits between visits");
  }

  pass(ms: number): void {
    this.#ms += ms;
  }
}

/** Runs rounds whose visits take as long as `visitMs` says. Resolves to who was visited, and the budgets. */
async function run(
  subjects: readonly string[],
  { totalMs, visitMs, stopAfter = Infinity, lost = [] }: {
    readonly totalMs: number;
    readonly visitMs: (budgetMs: number) => number;
    readonly stopAfter?: number;
    readonly lost?: readonly string[];
  },
): Promise<{ visits: string; budgets: number[] }> {
  const clock = new VisitClock();
  const stopping = new AbortController();
  const visits: string[] = [];
  const budgets: number[] = [];
  const visit = (subject: string, budgetMs: number) => {
    visits.push(subject);
    budgets.push(Math.round(budgetMs));
    clock.pass(visitMs(budgetMs));
    if (visits.length === stopAfter) stopping.abort();
    return Promise.resolve(!lost.includes(subject));
  };
  await runRounds(subjects, { totalMs, visit, clock, stopping: stopping.signal });
  return { visits: visits.join(""), budgets };
}

const asAsked = (ms: number) => ms;

Deno.test("each round has every model once, in another order", () => {
  assertEquals([0, 1, 2, 3].map((round) => orderOf(["a", "b", "c"], round).join("")), [
    "abc",
    "acb",
    "cab",
    "cba",
  ]);
  assertEquals(orderOf([], 1), []);
});

Deno.test("the visits of all rounds share the time", async () => {
  const { visits, budgets } = await run(["a", "b"], { totalMs: 10_000, visitMs: asAsked });
  assertEquals(visits, "abababab" + "ab");
  assertEquals(budgets, Array(10).fill(1000));
});

Deno.test("a visit that takes longer leaves less for those behind it", async () => {
  let visited = 0;
  const { budgets } = await run(["a"], {
    totalMs: 5000,
    visitMs: (ms) => visited++ === 0 ? 3000 : ms,
  });
  assertEquals(budgets, [1000, 500, 500, 500, 500]);
});

Deno.test("three rounds are made however long they take, and no more when the time is over", async () => {
  const { visits, budgets } = await run(["a", "b"], { totalMs: 1000, visitMs: () => 2000 });
  assertEquals(visits.length, 2 * ROUNDS.least);
  assertEquals(budgets, Array(6).fill(400));
});

Deno.test("a model that is lost is visited no more", async () => {
  const { visits } = await run(["a", "b"], { totalMs: 10_000, visitMs: asAsked, lost: ["b"] });
  assertEquals(visits, "abaaaa");
});

Deno.test("no visit begins after a stop", async () => {
  const { visits } = await run(["a", "b"], { totalMs: 10_000, visitMs: asAsked, stopAfter: 3 });
  assertEquals(visits.length, 3);
});
