/** Each block of commands in README and docs is run by a test, or says in the line above why it is not. */

import { assert, assertEquals, assertThrows } from "./assert.ts";
import { documentsWithCommands, runnerOf } from "./support/command_blocks.ts";
import { documentPaths, readDocument } from "./support/markdown.ts";

const ROOT = new URL("../", import.meta.url);

/** The languages of blocks: with another name for a shell, commands would not be looked at. */
const LANGUAGES = ["console", "json", "mermaid", "sh", "text", "ts"];

const DOCUMENTS = await documentsWithCommands();

for (const { document: { path }, blocks } of DOCUMENTS) {
  Deno.test(`each block of commands in ${path} is run by a test, or says why not`, async () => {
    for (const block of blocks) {
      const runner = runnerOf(block);
      if (runner.kind !== "elsewhere") continue;
      const source = await Deno.readTextFile(new URL(runner.file, ROOT));
      assert(
        source.includes(runner.words),
        `${path}:${block.line}: ${runner.file} has no "${runner.words}"`,
      );
    }
  });
}

Deno.test("a block without a mark is run by the test of all documents, or by the lab's", () => {
  assertEquals(runnerOf({ mark: null }), { kind: "here" });
  assertEquals(runnerOf({ mark: "a note of its own" }), { kind: "here" });
  assertThrows(() => runnerOf({ mark: "not run: because" }), Error, "not run: why");
  assertThrows(() => runnerOf({ mark: "run by: somebody" }), Error, "run by: FILE");
});

Deno.test("what documents show of commands stands in blocks that are looked at", async () => {
  const wrong: string[] = [];
  for (const path of await documentPaths()) {
    for (const { language, lines, line } of (await readDocument(path)).blocks) {
      const hasCommand = lines.some((line) => /^\$ /.test(line));
      const isRight = LANGUAGES.includes(language) && (language === "console") === hasCommand;
      if (!isRight) wrong.push(`${path}:${line}`);
    }
  }
  assertEquals(wrong, []);
});
