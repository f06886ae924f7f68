/**
 * docs/lab.md says what is true: each command in it runs, in the order of the page, and prints what the page shows.
 * Numbers may differ, and there may be more lines. The Korean page has the same commands (tests/docs_twins_test.ts).
 */

import { assert, assertEquals } from "../assert.ts";
import { readDocument } from "../support/markdown.ts";
import { PageShell, stepsOf, toolsOf } from "./page_commands.ts";
import { testProgram } from "./program.ts";

const PAGE = await readDocument("docs/lab.md");

/** The parts of the page that have commands, by their headings. */
const PARTS = [...Map.groupBy(PAGE.blocks, ({ section }) => section)]
  .map(([heading, blocks]) => ({ heading, steps: stepsOf(blocks) }));

Deno.test("docs/lab.md has commands in each of its seven parts", () => {
  assertEquals(PARTS.length, 7);
  assert(PARTS.flatMap(({ steps }) => steps).length > 15);
});

for (const { heading, steps } of PARTS) {
  testProgram(`the lab, ${heading}: each command prints what the page shows`, async (program) => {
    await using shell = new PageShell(program);
    for (const step of steps) await shell.run(step);
  }, { needs: toolsOf(steps) });
}
