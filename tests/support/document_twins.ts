/**
 * A document in Korean beside the English one that it says the same as: which pairs there are, the sum that tells of a
 * change in one of them, and what differs in how they are built.
 *
 * @module
 */

import { type Block, type Document, documentPaths, readDocument } from "./markdown.ts";

/** The two documents of a pair. */
export interface Twins {
  readonly english: Document;
  readonly korean: Document;
}

/** Where the English document of a Korean one is, or null if it is English itself. */
export function englishPathOf(path: string): string | null {
  if (path.startsWith("docs/ko/")) return path.replace("docs/ko/", "docs/");
  return path.endsWith(".ko.md") ? path.replace(/\.ko\.md$/, ".md") : null;
}

/** Every pair. */
export async function readTwins(): Promise<readonly Twins[]> {
  const twins: Twins[] = [];
  for (const path of await documentPaths()) {
    const english = englishPathOf(path);
    if (english === null) continue;
    twins.push({ english: await readDocument(english), korean: await readDocument(path) });
  }
  return twins;
}

/** The last line of a Korean document: of which English text it is the translation. */
export async function sumLineOf({ path, text }: Pick<Document, "path" | "text">): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `<!-- translated from ${path}, SHA-256 ${new Uint8Array(digest).toHex()} -->`;
}

/** What to do where the English text is not the one that the Korean document was translated from; null if it is. */
export async function staleness({ english, korean }: Twins): Promise<string | null> {
  const line = await sumLineOf(english);
  if (korean.text.trimEnd().endsWith(line)) return null;
  return `${english.path} has changed: translate what changed in ${korean.path}, and end that file with ${line}`;
}

/** What differs in how the two are built, a line for each. */
export async function differences(twins: Twins): Promise<readonly string[]> {
  const { english, korean } = twins;
  const parts: readonly (readonly [what: string, of: (document: Document) => readonly string[]])[] =
    [
      ["levels of headings", ({ headings }) => headings.map(({ level }) => "#".repeat(level))],
      ["blocks of code", ({ blocks }) => blocks.map(withoutWords)],
      ["rows of tables", ({ tables }) => tables.map((rows) => `${rows.length} rows`)],
    ];
  const found = parts.flatMap(([what, of]) => difference(what, of(english), of(korean)));
  // A sentence may name its links in another order.
  const [inEnglish, inKorean] = await Promise.all([placesOf(english), placesOf(korean)]);
  found.push(...difference("targets of links", inEnglish.toSorted(), inKorean.toSorted()));
  found.push(...await leadsToEnglish(korean), ...namesTwin(twins));
  return found.map((line) => `${korean.path}: ${line}`);
}

/** The first place at which two lists differ, in a line; none if they do not. */
function difference(
  what: string,
  english: readonly string[],
  korean: readonly string[],
): readonly string[] {
  for (let at = 0; at < Math.max(english.length, korean.length); at += 1) {
    const [left = "none", right = "none"] = [english[at], korean[at]];
    if (left !== right) return [`${what}, number ${at + 1}: ${right}, in English ${left}`];
  }
  return [];
}

/** A block without its comments, and a picture without its texts: these may be translated. */
function withoutWords({ language, lines }: Block): string {
  const strip = (line: string) => {
    if (language === "mermaid") return line.replace(/"[^"]*"/g, '""');
    if (language === "ts") return line.replace(/\s*\/\/ .*$/, "");
    return language === "json" ? line : line.replace(/(^|\s+)# .*$/, "");
  };
  return [language, ...lines.map(strip)].join("\n");
}

/** Where the links of a document lead, a heading by its number and a Korean document by the name of the English one. */
async function placesOf(document: Document): Promise<readonly string[]> {
  return await Promise.all(document.links.map(async ({ target }) => {
    const { path, anchor } = resolve(target, document);
    if (path === null) return target;
    const name = englishPathOf(path) ?? path;
    if (anchor === "") return name;
    const { headings } = path === document.path ? document : await readDocument(path);
    return `${name}, heading ${1 + headings.findIndex((heading) => heading.anchor === anchor)}`;
  }));
}

/** The path from the project's folder to which a link leads, or null for one out of the project. */
function resolve(
  target: string,
  document: Pick<Document, "path">,
): { readonly path: string | null; readonly anchor: string } {
  const { protocol, pathname, hash } = new URL(target, `file:///a/b/${document.path}`);
  const isInside = protocol === "file:" && pathname.startsWith("/a/b/");
  return {
    path: isInside ? decodeURIComponent(pathname.slice("/a/b/".length)) : null,
    anchor: decodeURIComponent(hash.slice(1)),
  };
}

/** Links of a Korean document to an English one that there is in Korean, but for the one to its own twin. */
async function leadsToEnglish(korean: Document): Promise<readonly string[]> {
  const own = englishPathOf(korean.path);
  const translated = (await documentPaths()).map(englishPathOf)
    .filter((path) => path !== null && path !== own);
  return korean.links.filter(({ target }) => translated.includes(resolve(target, korean).path))
    .map(({ target }) => `a link to ${target}, which there is in Korean`);
}

/** Whether each names the other below its title. */
function namesTwin({ english, korean }: Twins): readonly string[] {
  const names = (from: Document, to: Document, text: string) => {
    const [link] = from.links;
    const isThere = from.text.split("\n")[2]?.startsWith(`[${text}](`) ?? false;
    return isThere && link !== undefined && resolve(link.target, from).path === to.path
      ? []
      : [`${from.path} has no line 3 with [${text}](...) that leads to ${to.path}`];
  };
  return [...names(english, korean, "한국어"), ...names(korean, english, "English")];
}
