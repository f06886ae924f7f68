/**
 * The documents say what is true: a block of commands runs as it stands, in the order of its section, and prints what
 * the document shows. Numbers may differ, and there may be more lines. docs/lab.md has a test of its own.
 */

import { assert } from "../assert.ts";
import { documentsWithCommands, runnerOf } from "../support/command_blocks.ts";
import { PageShell, stepsOf, toolsOf } from "./page_commands.ts";
import { testProgram } from "./program.ts";

/** The sections whose commands are run here. */
const SECTIONS = (await documentsWithCommands())
  .filter(({ document }) => document.path !== "docs/lab.md")
  .flatMap(({ document, blocks }) => {
    const run = blocks.filter((block) => runnerOf(block).kind === "here");
    return [...Map.groupBy(run, ({ section }) => section)]
      .map(([section, blocks]) => ({
        name: `${document.path}, ${section}`,
        steps: stepsOf(blocks),
      }));
  });

Deno.test("README and docs have commands that can be run", () => {
  assert(SECTIONS.flatMap(({ steps }) => steps).length > 15);
  for (const { name, steps } of SECTIONS) assert(steps.length > 0, `${name}: no command`);
});

for (const { name, steps } of SECTIONS) {
  testProgram(`${name}: each command prints what the page shows`, async (program) => {
    await using shell = new PageShell(program);
    for (const step of steps) await shell.run(step);
    // The commands are the lab's, which runs in both forms.
  }, { needs: toolsOf(steps), forms: ["source"] });
}
