/** Each link in the documents leads to something: a file or folder that is there, and a heading that it has. */

import { assert, assertEquals } from "./assert.ts";
import { type Document, documentPaths, parseDocument, readDocument } from "./support/markdown.ts";

const ROOT = new URL("../", import.meta.url);
const PATHS = await documentPaths();

/** Where GitHub has what is no file of the project: README's way to the downloads, from any copy of it. */
const OF_GITHUB = ["../../releases"];

/** What is wrong with the links of a document. */
async function brokenLinks({ path, links }: Document): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { target } of links) {
    if (/^https:\/\//.test(target) || OF_GITHUB.includes(target)) continue;
    const problem = await problemOf(new URL(target, new URL(path, ROOT)));
    if (problem !== null) broken.push(`${path}: ${target}: ${problem}`);
  }
  return broken;
}

async function problemOf(url: URL): Promise<string | null> {
  const anchor = decodeURIComponent(url.hash.slice(1));
  url.hash = "";
  if (!url.href.startsWith(ROOT.href)) return "not in the project";
  const info = await Deno.stat(url).catch(() => null);
  if (info === null) return "no such file";
  if (anchor === "") return null;
  const { headings } = await readDocument(decodeURIComponent(url.href.slice(ROOT.href.length)));
  return headings.some((heading) => heading.anchor === anchor) ? null : "no such heading";
}

for (const path of PATHS) {
  Deno.test(`each link in ${path} leads to something`, async () => {
    assertEquals(await brokenLinks(await readDocument(path)), []);
  });
}

Deno.test("a link to a file or a heading that is not there is found", async () => {
  const text =
    "[a](lab.md) [b](nowhere.md) [c](lab.md#answers) [d](lab.md#no) [e](../../x) `[f](g)`";
  assertEquals(await brokenLinks(parseDocument("docs/some.md", text)), [
    "docs/some.md: nowhere.md: no such file",
    "docs/some.md: lab.md#no: no such heading",
    "docs/some.md: ../../x: not in the project",
  ]);
});

Deno.test("the documents are found, and have links", async () => {
  for (const path of ["README.md", "CONTRIBUTING.md", "docs/lab.md", "examples/c/README.md"]) {
    assert(PATHS.includes(path), path);
  }
  const documents = await Promise.all(PATHS.map(readDocument));
  assert(documents.flatMap(({ links }) => links).length > 60);
});
