/**
 * What is to be tried: sources, their mutants, and the tests that should notice them.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OperationalError, reasonOf } from "../../ipc/errors.ts";
import { randomFrom } from "../../tests/support/random.ts";
import { ROOT } from "../compile_options.ts";
import { describeMutant, type Mutant, mutantsOf } from "./mutants.ts";
import { type ModuleGraph, startedModules, Users } from "./test_graph.ts";

/** A source that mistakes are made in. */
export interface Subject {
  /** Its path from the project's folder. */
  readonly path: string;
  /** Its text. */
  readonly source: string;
  /** The mistakes. */
  readonly mutants: readonly Mutant[];
  /** The tests that run it, by their paths: those that are about it, and the others. */
  readonly tests: { readonly near: readonly string[]; readonly far: readonly string[] };
}

/** A mutant that is no mistake: the program does the same, or nothing that anybody could notice. */
export interface AcceptedMutant {
  /** The path of the source. */
  readonly path: string;
  /** The lines as they are, as {@linkcode describeMutant} shows them. */
  readonly original: string;
  /** The same lines with the mistake. */
  readonly mutated: string;
  /** Why it is none. */
  readonly reason: string;
}

/** The e2e tests start the program; they import nothing of it. */
const E2E = join("tests", "e2e");

/** The tests that need the binary, which a copy of the project has not. */
const OF_BINARY = join("tests", "tools", "compile_test.ts");

/** How many tests run before the others: a mistake is mostly noticed by those that are about the source. */
const NEAR = 4;

/** Reads the sources and finds their mutants, but for the accepted ones. Throws {@linkcode OperationalError}. */
export async function findSubjects(
  paths: readonly string[],
  accepted: readonly AcceptedMutant[],
): Promise<Subject[]> {
  const users = await findUsers();
  const subjects: Subject[] = [];
  for (const path of (await Promise.all(paths.map(sourcesAt))).flat().sort()) {
    const source = await Deno.readTextFile(join(ROOT, path));
    const isAccepted = (mutant: Mutant) => {
      const { original, mutated } = describeMutant(source, mutant);
      return accepted.some((each) =>
        each.path === path && each.original === original && each.mutated === mutated
      );
    };
    const mutants = mutantsOf(source).filter((mutant) => !isAccepted(mutant));
    subjects.push({ path, source, mutants, tests: testsOf(path, users) });
  }
  return subjects;
}

/** Takes so many of all mutants, by chance; 0 takes all. Leaves out the subjects of which none was taken. */
export function sampleOf(
  subjects: readonly Subject[],
  options: { readonly sample: number; readonly seed: number },
): Subject[] {
  const random = randomFrom(options.seed);
  const all = subjects.flatMap(({ mutants }) => mutants);
  const count = options.sample === 0 ? all.length : Math.min(options.sample, all.length);
  // The first steps of a Fisher-Yates shuffle.
  for (let i = 0; i < count; i++) {
    const j = random(i, all.length - 1);
    [all[i], all[j]] = [all[j], all[i]] as [Mutant, Mutant];
  }
  const taken = new Set(all.slice(0, count));
  return subjects
    .map((subject) => ({ ...subject, mutants: subject.mutants.filter((each) => taken.has(each)) }))
    .filter(({ mutants }) => mutants.length > 0);
}

/** The sources at a path: itself, or those in the folder and below. */
async function sourcesAt(path: string): Promise<string[]> {
  const sources: string[] = [];
  try {
    if ((await Deno.stat(join(ROOT, path))).isFile) return [join(path)];
    for await (const { name, isDirectory } of Deno.readDir(join(ROOT, path))) {
      if (isDirectory) sources.push(...await sourcesAt(join(path, name)));
      else if (name.endsWith(".ts")) sources.push(join(path, name));
    }
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new OperationalError(`Cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
  return sources;
}

/** The tests of a source, those first that are about it. */
function testsOf(path: string, users: Users): Subject["tests"] {
  const own = join("tests", path.replace(/\.ts$/, "_test.ts"));
  const tests = users.of(pathToFileURL(join(ROOT, path)).href)
    .map((url) => fileURLToPath(url).slice(ROOT.length))
    .filter((user) => user.endsWith("_test.ts"))
    .sort((a, b) => Number(b === own) - Number(a === own));
  return { near: tests.slice(0, NEAR), far: tests.slice(NEAR) };
}

/** Who uses each module that a unit test does. */
async function findUsers(): Promise<Users> {
  const tests = (await sourcesAt("tests"))
    .filter((path) => path.endsWith("_test.ts") && !path.startsWith(E2E) && path !== OF_BINARY);
  const roots = new Set(tests.map((path) => pathToFileURL(join(ROOT, path)).href));
  while (true) {
    const graph = await readGraph(roots);
    const users = new Users(graph);
    const before = roots.size;
    for (const { specifier, error } of graph.modules) {
      if (error !== undefined || !specifier.startsWith(pathToFileURL(ROOT).href)) continue;
      for (
        const started of startedModules(specifier, await Deno.readTextFile(new URL(specifier)))
      ) {
        users.add(specifier, started);
        // What it imports is in the next graph.
        if (graph.modules.every((module) => module.specifier !== started)) roots.add(started);
      }
    }
    if (roots.size === before) return users;
  }
}

/** What these modules import, and so on. */
async function readGraph(roots: Iterable<string>): Promise<ModuleGraph> {
  const folder = await Deno.makeTempDir({ prefix: "brood_graph_" });
  try {
    const all = join(folder, "all.ts");
    await Deno.writeTextFile(
      all,
      Array.from(roots, (url) => `import ${JSON.stringify(url)};\n`).join(""),
    );
    const command = new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", join(ROOT, "deno.json"), all],
      stdout: "piped",
      stderr: "inherit",
    });
    const { stdout } = await command.output();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
