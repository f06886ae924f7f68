/**
 * The command line of `deno task compile`: what to make, for which platform, and where.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type CommandSpec, parseCommandLine } from "../cli/command_line.ts";
import { UsageError } from "../ipc/errors.ts";
import { choice, text } from "../cli/flags.ts";
import { NPM_RUNTIME_TARGET } from "./npm_runtime.ts";

/** The project's folder. */
export const ROOT: string = fileURLToPath(new URL("../", import.meta.url));

/** The folder of what is made from the project. */
export const DIST: string = join(ROOT, "dist");

/** The flags of `deno task compile`. */
export const COMPILE_FLAGS = {
  target: text({
    placeholder: "TRIPLE",
    fallback: Deno.build.target,
    help: "the platform to compile for",
  }),
  output: text({
    placeholder: "FILE",
    fallback: "",
    help: "the file to make (dist/brood; for another platform dist/brood-TRIPLE)",
  }),
  runtime: choice(["deno", "npm"], "who provides Deno's runtime"),
};

/** The command as its user sees it. */
export const COMPILE_COMMAND: CommandSpec<typeof COMPILE_FLAGS> = {
  typed: "deno task",
  name: "compile",
  summary: 'Makes the one binary, dist/brood, with "deno compile".',
  operands: [],
  flags: COMPILE_FLAGS,
  notes: [
    "--runtime npm builds with a Deno runtime from npm, where the host of Deno's own downloads cannot be " +
    `reached; for testing, and for ${NPM_RUNTIME_TARGET} only.`,
  ],
};

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
  const parsed = parseCommandLine(COMPILE_COMMAND, args);
  if (typeof parsed === "string") return null;
  const { target, output, runtime } = parsed.options;
  if (runtime === "npm" && target !== NPM_RUNTIME_TARGET) {
    throw new UsageError(
      `--runtime npm compiles for ${NPM_RUNTIME_TARGET} only, not for ${target}`,
      { command: COMPILE_COMMAND.name },
    );
  }
  const name = output === "" ? join(DIST, defaultName(target, Deno.build.target)) : output;
  return { target, output: resolve(withSuffix(name, target)), runtime };
}

/** The binary's name without a suffix: `brood`, and for another platform than `host` with that platform's name. */
export function defaultName(target: string, host: string): string {
  return target === host ? "brood" : `brood-${target}`;
}

/** The path with the suffix that `deno compile` adds for Windows. */
export function withSuffix(path: string, target: string): string {
  return target.includes("windows") && !path.endsWith(".exe") ? `${path}.exe` : path;
}
