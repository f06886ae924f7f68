/**
 * `deno task pack`: makes the npm package of the handler's type, `dist/handler`, for those who write a handler with
 * another editor or compiler than Deno's: `import type { Handler } from "@brood/brood/handler"`. It has no code.
 *
 * TypeScript's compiler takes the declarations out of `server/handlers/handler.ts` and what that imports.
 *
 * @module
 */

import { join } from "node:path";
import ts from "typescript";
import { exitWith } from "../../cli/exit.ts";
import config from "../../deno.json" with { type: "json" };
import { EXIT_STATUS, OperationalError } from "../../ipc/errors.ts";
import { DIST, ROOT } from "../compile_options.ts";

/** The type's source, from the project's folder, as `deno.json` exports it. */
const SOURCE = config.exports["./handler"];

/** Makes the package in a folder, which `npm pack` and `npm publish` take then. */
export async function makeHandlerPackage(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  emitDeclarations(folder);
  const manifest = {
    name: config.name,
    version: config.version,
    description: "The type of a handler for Brood, a TCP server with one process per connection",
    license: config.license,
    type: "module",
    exports: { "./handler": { types: SOURCE.replace(/\.ts$/, ".d.ts") } },
  };
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
  await Deno.copyFile(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
}

function emitDeclarations(folder: string): void {
  const program = ts.createProgram([join(ROOT, SOURCE)], {
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    // `deno check` has checked them, and knows Deno's own types.
    noCheck: true,
    noLib: true,
    outDir: folder,
    rootDir: ROOT,
    target: ts.ScriptTarget.ESNext,
    types: [],
  });
  const { emitSkipped, diagnostics } = program.emit();
  if (!emitSkipped && diagnostics.length === 0) return;
  const [first] = diagnostics;
  const reason = first === undefined
    ? ""
    : `: ${ts.flattenDiagnosticMessageText(first.messageText, " ")}`;
  throw new OperationalError(`Cannot take the declarations out of ${SOURCE}${reason}`);
}

if (import.meta.main) {
  await exitWith(async () => {
    const folder = join(DIST, "handler");
    await makeHandlerPackage(folder);
    console.log(`made ${folder}`);
    return EXIT_STATUS.done;
  }, { prefix: "pack", typed: "deno task" });
}
