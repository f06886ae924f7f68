/** docs/architecture.md says what is true: its folders exist, no others do, and imports point one way. */

import { assertEquals } from "./assert.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

/** The top folders that the page is about, and those that each may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli", "client", "ipc", "lab", "server"],
  server: ["cli", "ipc"],
  client: ["cli", "ipc"],
  // Of the client only `client/load`, as a test below says.
  lab: ["cli", "client", "ipc"],
  cli: ["ipc"],
  ipc: [],
  // One source of numbers that a seed repeats serves both.
  tools: ["cli", "ipc", "tests"],
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

Deno.test("of the client the lab imports the load program alone", async () => {
  const sources = (await allSources()).filter((source) => source.startsWith("lab/"));
  assertEquals(sources.length > 20, true, `${sources.length} sources`);
  for (const source of sources) {
    const ofClient = (await importsOf(source)).filter((path) => path.startsWith("client/"));
    assertEquals(ofClient.filter((path) => !path.startsWith("client/load/")), [], source);
  }
});

/** What each node of the picture imports. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Which node imports which, each source being in that of its name. */
async function graphOf(nodeOf: (source: string) => string): Promise<Graph> {
  const graph = new Map<string, Set<string>>();
  for (const source of await allSources()) {
    const from = nodeOf(source);
    const imports = graph.get(from) ?? new Set();
    graph.set(from, imports);
    for (const to of (await importsOf(source)).map(nodeOf)) if (to !== from) imports.add(to);
  }
  return graph;
}

function folderOf(source: string): string {
  return source.includes("/") ? source.slice(0, source.lastIndexOf("/")) : source;
}

/** All that a node imports, also by what it imports. */
function reachFrom(node: string, graph: Graph): Set<string> {
  const reached = new Set<string>();
  const left = [node];
  for (let next; (next = left.pop()) !== undefined;) {
    for (const to of graph.get(next) ?? []) {
      if (!reached.has(to)) left.push(to);
      reached.add(to);
    }
  }
  return reached;
}

Deno.test("folders do not import each other in a circle", async () => {
  const folders = new Set((await allSources()).map(folderOf));
  const hasRooms = (folder: string) => [...folders].some((other) => other.startsWith(`${folder}/`));
  // Where a folder has folders, its own files are its front door and what all rooms share: each stands for itself.
  const graph = await graphOf((source) => hasRooms(folderOf(source)) ? source : folderOf(source));
  const circular = [...graph.keys()].filter((node) => reachFrom(node, graph).has(node));
  assertEquals(circular, []);
});

Deno.test("docs/architecture.md draws what the server's folders import of each other", async () => {
  const graph = await graphOf(folderOf);
  const isDrawn = (folder: string) => folder.startsWith("server/");
  const nameOf = (folder: string) => folder.replace("server/", "");
  const expected = [...graph].filter(([folder]) => isDrawn(folder)).flatMap(([folder, imports]) => {
    const drawn = [...imports].filter(isDrawn).map(nameOf).toSorted();
    return drawn.length === 0 ? [] : [`  ${nameOf(folder)} --> ${drawn.join(" & ")}`];
  }).toSorted();
  const [, picture = ""] =
    /Within the server:\n\n```mermaid\nflowchart TB\n([^`]*)```/.exec(PAGE) ?? [];
  assertEquals(picture.trimEnd().split("\n"), expected);
});

Deno.test("a child's entry is named by its hidden command, and the parent's handle like it", async () => {
  const main = await Deno.readTextFile(new URL("main.ts", ROOT));
  const entries = [...main.matchAll(/\["_(\w+)".*?import\("\.\/([^"]+)"\)/gs)];
  const sources = await allSources();
  for (const [, noun = "", entry = ""] of entries) {
    assertEquals(entry.replace(/^.*\//, ""), `${noun}.ts`);
    const handles = sources.filter((path) => path.endsWith(`/${noun}_process.ts`));
    assertEquals(handles.length, 1, `the handles of ${noun}: ${handles}`);
  }
  assertEquals(entries.length, 6);
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
