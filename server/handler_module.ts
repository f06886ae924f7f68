/**
 * Finds the module behind `--handler FILE`, makes it loadable, and tries once whether it loads.
 *
 * @module
 */

import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";
import { workerCommand } from "./worker_command.ts";
import { startAnywhere } from "./working_folder.ts";

const TYPESCRIPT: ReadonlySet<string> = new Set([".ts", ".mts"]);

/** Linux takes an argument of up to 128 KiB (execve(2)). */
const URL_LENGTH_MAX = 120 * 1024;

/** Relative imports, which mean nothing in a module that was not loaded from its file. */
const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']*)["']/;

/** The URL that loads the module in `file`, which was tried. Throws {@linkcode OperationalError} if it does not load. */
export async function openHandlerModule(file: string): Promise<string> {
  const path = resolve(file);
  const refuse = (reason: string, cause?: unknown) =>
    new OperationalError(`Cannot load the handler ${JSON.stringify(file)}: ${reason}`, { cause });
  const source = await Deno.readTextFile(path).catch((cause) => {
    if (errnoOf(cause) === null) throw cause;
    throw refuse(reasonOf(cause), cause);
  });
  // The runtime in a compiled binary knows JavaScript only.
  const isStripped = Deno.build.standalone && TYPESCRIPT.has(extname(path));
  const url = isStripped ? await strip(source, { path, refuse }) : pathToFileURL(path).href;
  const failure = await tryHandler(url);
  if (failure !== null) throw refuse(failure);
  return url;
}

/** A `data:` URL of the module without its types. Positions stay as they were, and the stack names the file. */
async function strip(
  source: string,
  options: { readonly path: string; readonly refuse: (reason: string, cause?: unknown) => Error },
): Promise<string> {
  const { path, refuse } = options;
  const advice = "bundle it to JavaScript first: deno bundle -o handler.js " + path;
  // @ts-types="../types/amaro.d.ts"
  const { default: amaro } = await import("amaro");
  let code: string;
  try {
    code = amaro.transformSync(source, { mode: "strip-only" }).code;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`its types cannot be stripped (${message.split("\n")[0]}); ${advice}`, cause);
  }
  const [, imported] = RELATIVE_IMPORT.exec(code) ?? [];
  if (imported !== undefined) {
    const what = `it imports ${JSON.stringify(imported)}`;
    throw refuse(`${what}, and the compiled program takes TypeScript of one file only; ${advice}`);
  }
  const text = `${code}\n//# sourceURL=${pathToFileURL(path).href}`;
  const url = `data:text/javascript,${encodeURIComponent(text)}`;
  if (url.length > URL_LENGTH_MAX) throw refuse(`it is too long for one file; ${advice}`);
  return url;
}

/** Loads the module in a process of its own, as a worker will. Returns what is wrong with it, in a line, or null. */
async function tryHandler(url: string): Promise<string | null> {
  const { path, args } = workerCommand({ transport: "none", handlerUrl: url });
  const command = new Deno.Command(path, { args: [...args], stdin: "null", stdout: "null" });
  let output: Deno.CommandOutput;
  try {
    output = await startAnywhere(() => command.output());
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return `the process that tries it cannot be started: ${reasonOf(error)}`;
  }
  const { success, code, stderr } = output;
  if (success) return null;
  const told = new TextDecoder().decode(stderr).trim().split("\n");
  const [, reason = null] = /Cannot load the handler: (.*)/.exec(told.join("\n")) ?? [];
  return reason || told.at(-1) || `it ended with status ${code} while it loaded`;
}
