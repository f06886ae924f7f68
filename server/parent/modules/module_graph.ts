/**
 * Makes one URL of a handler's module and the modules that it imports by their paths, for the compiled program: types
 * are stripped, and what is imported stands in the importing module as a `data:` URL.
 *
 * @module
 */

import { dirname, extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { errnoOf, reasonOf } from "../../../ipc/errors.ts";
import { dataUrl, moduleUrl } from "../../child/module/module_url.ts";
import { say } from "../../../ipc/say.ts";

const TYPESCRIPT: ReadonlySet<string> = new Set([".ts", ".mts"]);

/** Linux takes an argument of up to 128 KiB (execve(2)). */
const URL_LENGTH_MAX = 120 * 1024;

/** What is wrong with a module, in a line. */
export class ModuleError extends Error {}

/**
 * The URL of the module in the file `path`: that of the file itself where it can be loaded as it is, else a `data:`
 * URL. Throws {@linkcode ModuleError} where neither will do.
 */
export async function flattenModule(path: string): Promise<string> {
  return await new ModuleGraph(path).flatten();
}

/** The modules on the way from a handler's module to what is read now. */
class ModuleGraph {
  readonly #root: string;
  /** One URL for a module, however many import it: it is loaded once. */
  readonly #urls = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  async flatten(): Promise<string> {
    const { code, isAsWritten } = await this.#read(this.#root, []);
    const file = pathToFileURL(this.#root).href;
    if (isAsWritten) return file;
    const url = moduleUrl(code, file);
    if (url.length > URL_LENGTH_MAX) this.#refuse(say`it is too long with what it imports`);
    return url;
  }

  /** The code of a module as it can be loaded; `importers` are the modules that lead to it. */
  async #read(
    path: string,
    importers: readonly string[],
  ): Promise<{ readonly code: string; readonly isAsWritten: boolean }> {
    const source = await this.#readFile(path);
    const isTyped = TYPESCRIPT.has(extname(path));
    const code = isTyped ? await this.#strip(source, path) : source;
    const linked = await this.#link(code, { path, importers: [...importers, path] });
    return { code: linked, isAsWritten: linked === source };
  }

  async #readFile(path: string): Promise<string> {
    try {
      return await Deno.readTextFile(path);
    } catch (cause) {
      const isRefused = cause instanceof Deno.errors.NotCapable;
      if (errnoOf(cause) === null && !isRefused) throw cause;
      const reason = reasonOf(cause);
      throw new ModuleError(path === this.#root ? reason : `${path}: ${reason}`, { cause });
    }
  }

  /** The code without its types. Positions stay as they were. */
  async #strip(source: string, path: string): Promise<string> {
    const { default: amaro } = await import("amaro");
    try {
      return amaro.transformSync(source, { mode: "strip-only" }).code;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const whose = path === this.#root ? say`its types` : say`the types of ${path}`;
      this.#refuse(say`${whose} cannot be stripped (${message.split("\n")[0]})`, cause);
    }
  }

  /** The code with the URLs of modules in place of relative paths. */
  async #link(
    code: string,
    module: { readonly path: string; readonly importers: readonly string[] },
  ): Promise<string> {
    const { path, importers } = module;
    let linked = "";
    let end = 0;
    for (const { specifier, start, end: next, isQuoted } of await findImports(code)) {
      if (!/^(\.{0,2}\/|file:)/.test(specifier)) continue;
      const imported = specifier.startsWith("file:")
        ? fileURLToPath(specifier)
        : resolve(dirname(path), specifier);
      if (importers.includes(imported)) {
        this.#refuse(say`${imported} imports itself, directly or by way of others`);
      }
      const url = await this.#urlOf(imported, importers);
      linked += code.slice(end, start) + (isQuoted ? JSON.stringify(url) : url);
      end = next;
    }
    return linked + code.slice(end);
  }

  async #urlOf(path: string, importers: readonly string[]): Promise<string> {
    const url = this.#urls.get(path) ?? await this.#makeUrl(path, importers);
    this.#urls.set(path, url);
    return url;
  }

  async #makeUrl(path: string, importers: readonly string[]): Promise<string> {
    if (extname(path) === ".json") {
      return dataUrl("application/json", await this.#readFile(path));
    }
    const { code } = await this.#read(path, importers);
    return moduleUrl(code, pathToFileURL(path).href);
  }

  #refuse(reason: string, cause?: unknown): never {
    throw new ModuleError(
      say`${reason}; bundle it to JavaScript first: deno bundle -o handler.js ${this.#root}`,
      { cause },
    );
  }
}

/** A literal that names a module, by its place in the code. */
interface Import {
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
  /** Whether the place includes the quotation marks. */
  readonly isQuoted: boolean;
}

/** None in code with an error of syntax: that is told when the module is tried. */
async function findImports(code: string): Promise<readonly Import[]> {
  const { init, parse } = await import("es-module-lexer");
  await init;
  let found;
  try {
    [found] = parse(code);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [];
  }
  return found.flatMap((found) => {
    const { type, start, end } = found;
    if (type === "import-meta" || found.specifier === undefined) return [];
    if (type === "dynamic" && found.glob) return [];
    return [{ specifier: found.specifier, start, end, isQuoted: type === "dynamic" }];
  });
}
