/**
 * The command line of `deno task compile`: what to make, for which platform, and where.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
// @ts-types="../types/std_cli_parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../ipc/errors.ts";
import { NPM_RUNTIME_TARGET } from "./npm_runtime.ts";

/** The project's folder. */
export const ROOT: string = fileURLToPath(new URL("../", import.meta.url));

/** The folder of what is made from the project. */
export const DIST: string = join(ROOT, "dist");

/** What `--help` prints. */
export const COMPILE_USAGE = `Makes the one binary, dist/brood, with "deno compile".

Usage: deno task compile [--target TRIPLE] [--output FILE] [--runtime npm]

Options:
  --target TRIPLE  the platform to compile for (${Deno.build.target}: this one)
  --output FILE    the file to make (dist/brood; for another platform dist/brood-TRIPLE)
  --runtime npm    build with a Deno runtime from npm, where the host of Deno's own downloads cannot be
                   reached; for testing, and for ${NPM_RUNTIME_TARGET} only
  --help           print this and exit`;

/** What to make. */
export interface CompileOptions {
  /** The platform, by Deno's name for it. */
  readonly target: string;
  /** The absolute path of the binary. */
  readonly output: string;
  /** Who provides Deno's runtime: Deno itself, by downloading it, or a package in npm. */
  readonly runtime: "deno" | "npm";
}

/** Parses the command line. Returns null if it asks for `--help`; throws {@linkcode UsageError} if it is wrong. */
export function parseCompileOptions(args: readonly string[]): CompileOptions | null {
  const parsed = parseArgs(args, {
    boolean: ["help"],
    string: ["_", "target", "output", "runtime"],
    unknown(argument, key) {
      if (key !== undefined) throw new UsageError(`unknown flag ${argument}`);
    },
  });
  if (parsed["help"] === true) return null;
  const [surplus] = parsed._;
  if (surplus !== undefined) throw new UsageError(`surplus argument ${JSON.stringify(surplus)}`);

  const valueOf = (name: string): string | undefined => {
    const value = parsed[name];
    if (value === "") throw new UsageError(`--${name} needs a value`);
    return value === undefined ? undefined : String(value);
  };
  const target = valueOf("target") ?? Deno.build.target;
  const output = valueOf("output");
  const runtime = valueOf("runtime");
  if (runtime !== undefined && runtime !== "npm") {
    throw new UsageError(`--runtime ${JSON.stringify(runtime)}: expected npm`);
  }
  if (runtime === "npm" && target !== NPM_RUNTIME_TARGET) {
    throw new UsageError(
      `--runtime npm compiles for ${NPM_RUNTIME_TARGET} only, not for ${target}`,
    );
  }
  const name = output === undefined ? join(DIST, defaultName(target, Deno.build.target)) : output;
  return { target, output: resolve(withSuffix(name, target)), runtime: runtime ?? "deno" };
}

/** The binary's name without a suffix: `brood`, and for another platform than `host` with that platform's name. */
export function defaultName(target: string, host: string): string {
  return target === host ? "brood" : `brood-${target}`;
}

/** The path with the suffix that `deno compile` adds for Windows. */
export function withSuffix(path: string, target: string): string {
  return target.includes("windows") && !path.endsWith(".exe") ? `${path}.exe` : path;
}
