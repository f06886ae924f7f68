import { formatHelp, formatUsage, formatUsages } from "../../cli/help.ts";
import { translatorBy, translatorTo } from "../../cli/translation.ts";
import { assertEquals, assertStringIncludes } from "../assert.ts";
import { KNOCK, KNOCK_WITH, RING } from "./knock.ts";

Deno.test("formatUsage() shows how the command is called", () => {
  assertEquals(formatUsage(KNOCK), "brood knock [OPTIONS] DOOR [VISITOR]");
});

Deno.test("formatUsage() shows where the command is typed", () => {
  const usage = "deno task knock [OPTIONS] DOOR [VISITOR]";
  assertEquals(formatUsage({ ...KNOCK, typed: "deno task" }), usage);
});

Deno.test("formatHelp() aligns the flags, tells their defaults and ends with the notes", () => {
  assertEquals(
    formatHelp(KNOCK),
    `\
Knocks on a door.

Usage: brood knock [OPTIONS] DOOR [VISITOR]

Options:
  --host ADDR        where to knock (127.0.0.1)
  --count N          how often (3)
  --sound soft|hard  how it sounds (soft)
  --quiet            say nothing
  -h, --help         print this and exit

A note.
Another.`,
  );
});

Deno.test("formatHelp() shows the letter in front of the name", () => {
  const lines = formatHelp(RING).split("\n").filter((line) => line.startsWith("  -"));
  assertEquals(lines, [
    "  --host ADDR    where to knock (127.0.0.1)",
    "  -n, --count N  how often (3)",
    "  -q, --quiet    say nothing",
    "  -h, --help     print this and exit",
  ]);
});

Deno.test("formatHelp() tells of --version where a command has one", () => {
  const help = formatHelp({ ...KNOCK, hasVersion: true });
  assertStringIncludes(help, "\n  --version          print the version and exit\n");
});

Deno.test("formatUsage() shows how the command takes a program", () => {
  const usage = "brood knock [OPTIONS] DOOR [VISITOR] [-- PROGRAM [ARG]...]";
  assertEquals(formatUsage(KNOCK_WITH), usage);
});

Deno.test("formatHelp() wraps a long note, and ends with the glossary, its meanings one under the other", () => {
  const rows = [["ding", "once"], ["ding-dong", "twice"]] as const;
  const notes = [`${"word ".repeat(30)}end.`];
  const help = formatHelp({ ...KNOCK, notes, glossary: { heading: "Sounds:", rows } });
  assertStringIncludes(
    help,
    `
${"word ".repeat(22).trimEnd()}
${"word ".repeat(8)}end.

Sounds:
  ding       once
  ding-dong  twice`,
  );
});

Deno.test("formatHelp() speaks another language, but for what is typed", () => {
  const translate = translatorBy({
    "Knocks on a door.": "문을 두드립니다.",
    "Usage:": "사용법:",
    "Options:": "옵션:",
    "how often": "몇 번",
    "A note.": "주의.",
  });
  const lines = formatHelp(KNOCK, translate).split("\n");
  assertEquals(lines.slice(0, 5), [
    "문을 두드립니다.",
    "",
    "사용법: brood knock [OPTIONS] DOOR [VISITOR]",
    "",
    "옵션:",
  ]);
  assertEquals(lines[6], "  --count N          몇 번 (3)");
  assertEquals(lines.slice(-2), ["주의.", "Another."]);
});

Deno.test("formatUsages() stand one under the other, in columns of the terminal", async () => {
  for (const language of ["en", "ko"] as const) {
    const lines = formatUsages(await translatorTo(language)).split("\n");
    const columns = lines.filter((line) => line.includes(" brood ") && !line.includes('"'))
      .map((line) =>
        [...line.slice(0, line.indexOf("brood"))]
          .reduce((sum, character) => sum + (/[가-힣]/.test(character) ? 2 : 1), 0)
      );
    assertEquals(new Set(columns).size, 1, lines.join("\n"));
    assertEquals(columns.length > 5, true);
  }
});
