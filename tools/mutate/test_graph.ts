/**
 * Which tests run a source: those that import it, or a module that does, or that start it as a program of its own.
 *
 * @module
 */

/** The part of what `deno info --json` prints that is used: every module by its URL, and what it imports. */
export interface ModuleGraph {
  /** The modules; those that are not files of ours have no dependencies. */
  readonly modules: readonly {
    /** Its URL. */
    readonly specifier: string;
    /** Why it cannot be read: a text may look as if it named a module. */
    readonly error?: string;
    /** What it imports; an import of types alone has no `code`. */
    readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
  }[];
}

/** A module that is started, and so not imported: `new URL("./worker.ts", import.meta.url)`. */
const STARTED = /new URL\(\s*"(\.{1,2}\/[^"]+\.ts)",\s*import\.meta\.url,?\s*\)/g;

/** The URLs of the modules that a source names as programs to start. */
export function startedModules(url: string, source: string): string[] {
  return [...source.matchAll(STARTED)].map(([, path = ""]) => new URL(path, url).href);
}

/** Who uses each module, by its URL. */
export class Users {
  readonly #users = new Map<string, Set<string>>();

  /** Takes the imports of a graph. */
  constructor(graph: ModuleGraph) {
    for (const { specifier, dependencies = [] } of graph.modules) {
      for (const { code } of dependencies) {
        if (code?.specifier !== undefined) this.add(specifier, code.specifier);
      }
    }
  }

  /** Adds that `user` uses `used`. */
  add(user: string, used: string): void {
    const users = this.#users.get(used) ?? new Set();
    this.#users.set(used, users.add(user));
  }

  /** All that use a module, themselves or by another, in order of their distance. Without the module. */
  of(used: string): string[] {
    const found = new Set([used]);
    for (const each of found) {
      for (const user of this.#users.get(each) ?? []) found.add(user);
    }
    return [...found].slice(1);
  }
}
