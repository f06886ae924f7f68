/** The README says what is true: its option blocks are the programs' own `--help`. */

import { CLIENT_COMMAND } from "../client/command.ts";
import type { CommandSpec } from "../cli/command_line.ts";
import { formatHelp } from "../cli/help.ts";
import type { FlagTable } from "../cli/flags.ts";
import { COMPARE_COMMAND } from "../lab/compare/command.ts";
import { GRADE_COMMAND } from "../lab/grade/command.ts";
import { SERVER_COMMAND } from "../server/command.ts";
import { assertEquals, assertStringIncludes } from "./assert.ts";
import { LOGGED_NAMES } from "./server/recorded_events.ts";

const README = await Deno.readTextFile(new URL("../README.md", import.meta.url));

/** The text blocks of the README that begin with that line. */
function blocksThatBegin(line: string): string[] {
  const blocks = README.matchAll(/^```text\n(.*?)\n```$/gms);
  return [...blocks].map(([, text = ""]) => text).filter((text) => text.startsWith(line));
}

const SPECS = [SERVER_COMMAND, CLIENT_COMMAND, GRADE_COMMAND, COMPARE_COMMAND];

for (const spec of SPECS as CommandSpec<FlagTable>[]) {
  Deno.test(`the README shows what brood ${spec.name} --help prints`, () => {
    assertEquals(blocksThatBegin(spec.summary), [formatHelp(spec)]);
  });
}

Deno.test("the README's commands name the Deno that CI uses", async () => {
  const ci = await Deno.readTextFile(new URL("../.ci/run", import.meta.url));
  assertStringIncludes(ci, "npx -y deno@2.9.6");
  for (const [, version] of README.matchAll(/deno@(\S+)/g)) assertEquals(version, "2.9.6");
});

Deno.test("the README's JSON events are those that the log has", () => {
  const names = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, name = ""]) => name).sort();
  const table = README.slice(
    README.indexOf("| event "),
    README.indexOf("A connection closes with"),
  );
  const told = names(table.replace(/\|[^|]*\|$/gm, ""), /`(\w+)`/g);
  assertEquals(told, LOGGED_NAMES.toSorted());
});
