/** README and docs say what is true: their option blocks are the programs' own `--help`. */

import { CLIENT_COMMAND } from "../client/command.ts";
import type { CommandSpec } from "../cli/command_line.ts";
import { formatHelp } from "../cli/help.ts";
import type { FlagTable } from "../cli/flags.ts";
import { COMPARE_COMMAND } from "../lab/compare/command.ts";
import { GRADE_COMMAND } from "../lab/grade/command.ts";
import { GUIDE_COMMAND } from "../lab/guide/command.ts";
import { SERVER_COMMAND } from "../server/command.ts";
import { assertEquals, assertStringIncludes } from "./assert.ts";
import { LOGGED_NAMES } from "./server/recorded_events.ts";
import { documentPaths, readDocument } from "./support/markdown.ts";

const DOCUMENTS = await Promise.all((await documentPaths()).map(readDocument));

/** The page that has the flags of each command. */
const HELP: readonly (readonly [path: string, spec: unknown])[] = [
  ["docs/server.md", SERVER_COMMAND],
  ["docs/client.md", CLIENT_COMMAND],
  ["docs/grade.md", GRADE_COMMAND],
  ["docs/models.md", COMPARE_COMMAND],
  ["docs/compile.md", GUIDE_COMMAND],
];

for (const [path, spec] of HELP as readonly [string, CommandSpec<FlagTable>][]) {
  Deno.test(`${path} shows what brood ${spec.name} --help prints`, () => {
    const [page] = DOCUMENTS.filter((document) => document.path === path);
    const blocks = page?.blocks.filter(({ lines }) => lines[0] === spec.summary) ?? [];
    assertEquals(blocks.map(({ lines }) => lines.join("\n")), [formatHelp(spec)]);
  });
}

Deno.test("the documents' commands name the Deno that CI uses", async () => {
  const ci = await Deno.readTextFile(new URL("../.ci/run", import.meta.url));
  assertStringIncludes(ci, "npx -y deno@2.9.6");
  for (const { path, text } of DOCUMENTS) {
    for (const [, version] of text.matchAll(/deno@([\d.]+\d)/g)) {
      assertEquals(version, "2.9.6", path);
    }
  }
});

for (const path of ["README.md", "README.ko.md"]) {
  Deno.test(`${path} begins with the two commands of set-up`, async () => {
    const [first] = (await readDocument(path)).blocks;
    const commands = ["npx -y deno@2.9.6 task server 9000", "npx -y deno@2.9.6 task test"];
    assertEquals(first?.lines, commands);
  });
}

Deno.test("docs/server.md has the JSON events that the log has", async () => {
  const names = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, name = ""]) => name).sort();
  const { tables } = await readDocument("docs/server.md");
  const events = tables.filter(([head = ""]) => head.startsWith("| event "));
  assertEquals(events.length, 1);
  const rows = (events[0] ?? []).slice(2).map((row) => row.replace(/\|[^|]*\|$/, ""));
  assertEquals(names(rows.join("\n"), /`(\w+)`/g), LOGGED_NAMES.toSorted());
});
