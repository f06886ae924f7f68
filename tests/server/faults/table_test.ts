/** The table of the faults is what the help and docs/faults.md tell. */

import { formatHelp } from "../../../cli/help.ts";
import { SERVER_COMMAND } from "../../../server/command.ts";
import { FAULT_NAMES, faultOf } from "../../../server/faults/table.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/faults.md", import.meta.url));

Deno.test("docs/faults.md has every fault in its table, and a section of each", () => {
  const named = (pattern: RegExp) => [...PAGE.matchAll(pattern)].map(([, name = ""]) => name);
  assertEquals(named(/^\| `([\w-]+)` +\|/gm), [...FAULT_NAMES]);
  assertEquals(named(/^## ([\w-]+)$/gm), [...FAULT_NAMES]);
});

Deno.test("docs/faults.md shows each fault by the command that the table has", () => {
  const page = PAGE.replaceAll("9000", "PORT").replaceAll(/\b1\d{4}\b/g, "PID");
  for (const name of FAULT_NAMES) {
    const [, section = ""] = page.split(`\n## ${name}\n`);
    assertStringIncludes(section.split("\n## ")[0] ?? "", faultOf(name).seenBy);
  }
});

Deno.test("the server's help says what each fault does", () => {
  const lines = formatHelp(SERVER_COMMAND).split("\n");
  for (const name of FAULT_NAMES) {
    const { does } = faultOf(name);
    assertEquals(lines.filter((line) => line.trim() === `${name.padEnd(22)}${does}`).length, 1);
    assertEquals(/^[a-z].*[^.]$/.test(does), true, does);
  }
});
