/** docs/architecture.md says what is true: its folders exist, no others do, and imports point one way. */

import { assertEquals } from "./assert.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

/** The top folders that the page is about, and those that each may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli", "client", "ipc", "server"],
  server: ["cli", "ipc"],
  client: ["cli", "ipc"],
  cli: ["ipc"],
  ipc: [],
  // One source of numbers that a seed repeats serves both.
  tools: ["cli", "ipc", "tests"],
};

/** Folders of the server that one of its own may not import. */
const MAY_NOT_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "server/child": ["server/parent", "server/modes", "server/accept"],
  "server/parent": ["server/mod.ts", "server/log"],
  "server/accept": ["server/child", "server/log"],
  "server/log": ["server/accept", "server/child", "server/modes", "server/parent"],
};

/** The project's own sources, by their paths from its folder. */
async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* sourcesIn(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}

async function allSources(): Promise<string[]> {
  const sources = ["main.ts"];
  for (const folder of Object.keys(MAY_IMPORT).filter((name) => name !== "main.ts")) {
    sources.push(...await Array.fromAsync(sourcesIn(`${folder}/`)));
  }
  return sources;
}

/** What a source imports of the project, types included, by paths from its folder. */
async function importsOf(source: string): Promise<string[]> {
  const url = new URL(source, ROOT);
  const text = await Deno.readTextFile(url);
  const specifiers = text.matchAll(
    /^(?:import|export)\b[^;]*?from "(\.[^"]+)";|\bimport\("(\.[^"]+)"\)/gms,
  );
  return [...specifiers].map(([, fixed, dynamic]) =>
    new URL(fixed ?? dynamic ?? "", url).href.slice(ROOT.href.length)
  );
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

Deno.test("docs/architecture.md names the folders that there are", async () => {
  const told = [...PAGE.matchAll(/^\| `([\w./]+)` +\|/gm)].map(([, name = ""]) => name);
  const folders = (await allSources()).map((path) => path.replace(/\/[^/]+$/, ""));
  assertEquals(told.toSorted(), [...new Set(folders)].toSorted());
});

Deno.test("imports between the top folders point one way", async () => {
  const wrong: string[] = [];
  for (const source of await allSources()) {
    const [own = ""] = source.split("/");
    for (const imported of await importsOf(source)) {
      const [other = ""] = imported.split("/");
      const isAllowed = other === own || other === "types" || MAY_IMPORT[own]?.includes(other);
      if (!isAllowed) wrong.push(`${source} imports ${imported}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("the child's code knows nothing of the parent's, and each part of the server only what it may", async () => {
  const wrong: string[] = [];
  for (const source of await allSources()) {
    for (const [folder, forbidden] of Object.entries(MAY_NOT_IMPORT)) {
      if (!isIn(source, folder)) continue;
      const imports = await importsOf(source);
      for (const imported of imports.filter((path) => forbidden.some((name) => isIn(path, name)))) {
        wrong.push(`${source} imports ${imported}`);
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("every file that CONTRIBUTING.md names is there", async () => {
  const page = await Deno.readTextFile(new URL("CONTRIBUTING.md", ROOT));
  const paths = [...page.matchAll(/`((?:cli|client|ipc|server|tests|docs)\/[\w/.]+)`/g)];
  for (const [, path = ""] of paths) await Deno.stat(new URL(path, ROOT));
  assertEquals(paths.length > 30, true, `${paths.length} paths`);
});

Deno.test("no comment is wider than 120 columns", async () => {
  const wide: string[] = [];
  for (const source of await allSources()) {
    const lines = (await Deno.readTextFile(new URL(source, ROOT))).split("\n");
    const isWide = (line: string) => line.length > 120 && /^\s*(\/\*|\*|\/\/)/.test(line);
    wide.push(...lines.filter(isWide).map((line) => `${source}: ${line.trim()}`));
  }
  assertEquals(wide, []);
});
