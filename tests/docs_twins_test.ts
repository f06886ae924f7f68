/** What there is in two languages is changed in both: each Korean document is of the English text that is there now. */

import { assert, assertEquals } from "./assert.ts";
import {
  differences,
  readTwins,
  staleness,
  sumLineOf,
  type Twins,
} from "./support/document_twins.ts";
import { cellsOf, parseDocument, readDocument } from "./support/markdown.ts";

const TWINS = await readTwins();

for (const twins of TWINS) {
  const { english, korean } = twins;
  Deno.test(`${korean.path} was translated from ${english.path} as it is`, async () => {
    assertEquals(await staleness(twins), null);
  });

  Deno.test(`${korean.path} is built as ${english.path} is`, async () => {
    assertEquals(await differences(twins), []);
  });
}

Deno.test("what a student reads first is there in Korean", () => {
  const pages = ["glossary", "ipc", "lab", "status"].map((name) => `docs/${name}.md`);
  assertEquals(TWINS.map(({ english }) => english.path).toSorted(), ["README.md", ...pages]);
});

Deno.test("both glossaries have the same words, in the same order", async () => {
  const rowsOf = async (path: string) =>
    (await readDocument(path)).tables.flatMap((rows) => rows.slice(2).map(cellsOf));
  const english = await rowsOf("docs/glossary.md");
  const korean = await rowsOf("docs/ko/glossary.md");
  assert(english.length > 40);
  assertEquals(
    korean.map(([word, other]) => [other, word]),
    english.map((cells) => cells.slice(0, 2)),
  );
});

const ENGLISH = `# Title

[한국어](ko/some.md)

See [the lab](lab.md) and [the end](#the-end).

\`\`\`console
$ brood server 9000     # first terminal
Server start...
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

## The end
`;

const KOREAN = `# 제목

[English](../some.md)

[끝](#끝)과 [실습](lab.md)을 보십시오.

\`\`\`console
$ brood server 9000     # 첫째 터미널
Server start...
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

## 끝
`;

function twinsOf(korean: string, english = ENGLISH): Twins {
  return {
    english: parseDocument("docs/some.md", english),
    korean: parseDocument("docs/ko/some.md", korean),
  };
}

/** What is made of the Korean document, and what is said of it. */
const CHANGES:
  readonly (readonly [what: string, change: [from: string, to: string], told: string])[] = [
    [
      "a heading of another level",
      ["## 끝", "### 끝"],
      "levels of headings, number 2: ###, in English ##",
    ],
    ["a heading less", ["\n## 끝\n", ""], "levels of headings, number 2: none, in English ##"],
    ["another command", ["server 9000", "server 9001"], "blocks of code, number 1: console"],
    ["another output", ["Server start...", "서버"], "blocks of code, number 1: console"],
    ["another language of a block", ["```console", "```sh"], "blocks of code, number 1: sh"],
    ["a row less", ["| 1 | 2 |\n", ""], "rows of tables, number 1: 2 rows, in English 3 rows"],
    ["another link", ["](lab.md)", "](ipc.md)"], "targets of links, number 1: docs/ipc.md"],
    ["a link to another heading", ["](#끝)", "](#제목)"], "targets of links, number 3"],
    ["a link to the English page", ["](lab.md)", "](../lab.md)"], "a link to ../lab.md, which"],
    [
      "no link to its twin",
      ["[English](../some.md)", "[Eng](../some.md)"],
      "docs/ko/some.md has no line 3",
    ],
  ];

Deno.test("documents whose texts alone differ are built in the same way", async () => {
  assertEquals(await differences(twinsOf(KOREAN)), []);
});

for (const [what, [from, to], told] of CHANGES) {
  Deno.test(`${what} in one of two documents is told`, async () => {
    const changed = KOREAN.replace(from, to);
    assert(changed !== KOREAN);
    const found = await differences(twinsOf(changed));
    assert(found.some((line) => line.startsWith(`docs/ko/some.md: ${told}`)), found.join("\n"));
  });
}

Deno.test("a change in English is told, with what to write when it is translated", async () => {
  const before = twinsOf(KOREAN);
  const translated = `${KOREAN}\n${await sumLineOf(before.english)}\n`;
  assertEquals(await staleness(twinsOf(translated)), null);
  const after = twinsOf(translated, ENGLISH.replace("See", "Look at"));
  const told = await staleness(after);
  assertEquals(
    told,
    "docs/some.md has changed: translate what changed in docs/ko/some.md, and end that file with " +
      await sumLineOf(after.english),
  );
  assert(await staleness(before) !== null, "a document without a sum");
});
