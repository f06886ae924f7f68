/**
 * The documents of the project as tests look at them: headings, blocks of code, tables and links.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/** A heading. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  /** The name by which a link leads there, as GitHub makes it. */
  readonly anchor: string;
}

/** A block of code. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** The number of its first line in the file, which is the fence's. */
  readonly line: number;
  /** The heading of the second level that it stands under. */
  readonly section: string;
  /** The comment right above it, without its marks; null if there is none. */
  readonly mark: string | null;
}

/** A link, also one to a picture. */
export interface Link {
  readonly text: string;
  readonly target: string;
}

/** A document. */
export interface Document {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
  readonly headings: readonly Heading[];
  readonly blocks: readonly Block[];
  /** The rows of each table, the head and the line below it too. */
  readonly tables: readonly (readonly string[])[];
  readonly links: readonly Link[];
}

/** Reads a document of the project. */
export async function readDocument(path: string): Promise<Document> {
  return parseDocument(path, await Deno.readTextFile(new URL(path, ROOT)));
}

/** The paths of all documents: at the top, in docs/ and in examples/. */
export async function documentPaths(): Promise<readonly string[]> {
  const paths: string[] = [];
  const collect = async (folder: string, isDeep: boolean) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (isDirectory && isDeep) await collect(`${folder}${name}/`, true);
      else if (name.endsWith(".md")) paths.push(folder + name);
    }
  };
  await collect("", false);
  for (const folder of ["docs/", "examples/"]) await collect(folder, true);
  return paths.sort();
}

/** Takes a document apart. */
export function parseDocument(path: string, text: string): Document {
  const headings: Heading[] = [];
  const blocks: Block[] = [];
  const tables: string[][] = [];
  const prose: string[] = [];
  const lines = text.split("\n");
  let section = "";
  let isTable = false;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const fence = /^( *)```(\w*)$/.exec(line);
    if (fence !== null) {
      const [, indent = "", language = ""] = fence;
      const end = lines.indexOf(`${indent}\`\`\``, at + 1);
      if (end === -1) throw new Error(`${path}:${at + 1}: a block that does not end`);
      const inner = lines.slice(at + 1, end).map((inner) => inner.slice(indent.length));
      blocks.push({ language, lines: inner, line: at + 1, section, mark: markAbove(lines, at) });
      at = end;
      isTable = false;
      continue;
    }
    const [, marks = "", title = ""] = /^(#{1,6}) (.*)$/.exec(line) ?? [];
    if (marks !== "") {
      headings.push({ level: marks.length, text: title, anchor: anchorOf(title, headings) });
      if (marks.length <= 2) section = title;
    }
    if (line.startsWith("|")) {
      if (!isTable) tables.push([]);
      tables.at(-1)?.push(line);
    }
    isTable = line.startsWith("|");
    prose.push(line);
  }
  return { path, text, headings, blocks, tables, links: linksOf(prose.join("\n")) };
}

/** The comment that stands above a line, with nothing but empty lines between. */
function markAbove(lines: readonly string[], at: number): string | null {
  let above = at - 1;
  while (above >= 0 && lines[above]?.trim() === "") above -= 1;
  return /^<!-- (.*) -->$/.exec(lines[above] ?? "")?.[1] ?? null;
}

/** As GitHub does it: small letters, no marks, a dash for each space, and a number for a name that is taken. */
function anchorOf(title: string, before: readonly Heading[]): string {
  const plain = title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
  const taken = before.filter(({ anchor }) => anchor.replace(/-\d+$/, "") === plain).length;
  return taken === 0 ? plain : `${plain}-${taken}`;
}

/** The links of a text without its blocks; what stands in backquotes is none. */
function linksOf(prose: string): readonly Link[] {
  const text = prose.replace(/<!--.*?-->/gs, "").replace(
    /`[^`\n]*`/g,
    (code) => code.replace(/[[\]]/g, "-"),
  );
  return [...text.matchAll(/\[([^\]]*)\]\(([^()\s]+)\)/g)]
    .map(([, text = "", target = ""]) => ({ text: text.replace(/\s+/g, " "), target }));
}

/** What a row of a table has in its cells. */
export function cellsOf(row: string): readonly string[] {
  return row.replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
}
