import { planDuplicates } from "../../../../ipc/posix/processes/duplicates.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { randomFrom } from "../../../support/random.ts";

/** What a process that has `open` descriptors has after the plan. Each is known by its number before. */
function carryOut(sources: ReadonlyMap<number, number>, open: readonly number[]) {
  const table = new Map(open.map((number) => [number, `open as ${number}`]));
  const inherited = new Set<number>();
  const { duplicates, closes } = planDuplicates(sources);
  for (const { from, to } of duplicates) {
    const what = table.get(from);
    if (what === undefined) throw new Error(`${from} is not open`);
    if (from === to) continue;
    table.set(to, what);
    inherited.add(to);
  }
  for (const number of closes) {
    table.delete(number);
    inherited.delete(number);
  }
  return new Map([...table].filter(([number]) => inherited.has(number)));
}

Deno.test("planDuplicates() duplicates one after the other where none is in the way", () => {
  const plan = planDuplicates(new Map([[0, 10], [1, 10], [3, 11]]));
  assertEquals(plan, {
    duplicates: [{ from: 10, to: 0 }, { from: 10, to: 1 }, { from: 11, to: 3 }],
    closes: [],
  });
});

const CASES: Readonly<Record<string, [number, number][]>> = {
  "a swap": [[3, 4], [4, 3]],
  "a ring": [[3, 4], [4, 5], [5, 3]],
  "a chain": [[3, 4], [4, 5], [5, 6]],
  "one that is at its number already": [[4, 4]],
  "one that is wanted twice, once at its number": [[4, 4], [5, 4]],
  "one that another overwrites": [[4, 5], [3, 4]],
};

for (const [name, pairs] of Object.entries(CASES)) {
  Deno.test(`planDuplicates() gets ${name} right`, () => {
    const sources = new Map(pairs);
    const result = carryOut(sources, [...sources.values()]);
    assertEquals([...result].sort(), pairs.map(([to, from]) => [to, `open as ${from}`]).sort());
  });
}

Deno.test("planDuplicates() gets whatever there is right, and leaves nothing else open", () => {
  const random = randomFrom(11);
  for (let round = 0; round < 500; round++) {
    const number = () => random(0, 8);
    const sources = new Map(Array.from({ length: number() }, () => [number(), number()]));
    const result = carryOut(sources, [...sources.values()]);
    const wanted = [...sources].map(([to, from]) => [to, `open as ${from}`]);
    assertEquals([...result].sort(), wanted.sort());
  }
});

Deno.test("planDuplicates() throws for what is no number of a descriptor", () => {
  for (const to of [-1, 1.5, NaN]) {
    assertThrows(() => planDuplicates(new Map([[to, 3]])), RangeError);
  }
});
