/**
 * `deno task compile`: makes the one binary, `dist/brood`, with `deno bundle` and `deno compile`.
 *
 * A compiled program reads all that it carries each time it starts, and with us every connection starts one. A bundle
 * is what is used of the packages, a third of their size, and the largest data in it is compressed.
 *
 * Packages are installed first: one that cannot be had is told in a line.
 *
 * The binary that was there is replaced at the end, in one step: it stays if the compilation fails or is stopped.
 *
 * @module
 */

import { join } from "node:path";
import { formatHelp } from "../cli/help.ts";
import { EXIT_STATUS, OperationalError } from "../ipc/errors.ts";
import { exitWith } from "../cli/exit.ts";
import { Lifetime } from "../cli/lifetime.ts";
import {
  COMPILE_COMMAND,
  type CompileOptions,
  DIST,
  parseCompileOptions,
  ROOT,
} from "./compile_options.ts";
import { type DenoResult, failureReason, runDeno } from "./deno_command.ts";
import { NPM_RUNTIME_TARGET, NPM_RUNTIME_WARNING, provideNpmRuntime } from "./npm_runtime.ts";
import { makeInOneStep } from "./one_step.ts";
import { packData } from "./packed_data.ts";
import { SERVER_PERMISSIONS } from "./permissions.ts";

/** True if `deno compile` failed because it could not get its runtime. */
export function isRuntimeMissing(stderr: string): boolean {
  return stderr.includes("Setting up base binary");
}

async function run(args: readonly string[]): Promise<number> {
  const options = parseCompileOptions(args);
  if (options === null) {
    console.log(formatHelp(COMPILE_COMMAND));
    return EXIT_STATUS.done;
  }
  using lifetime = new Lifetime();
  const compiled = await makeBinary(options, lifetime.stopping);
  if (compiled.code !== 0) {
    console.error(compiled.stderr.trimEnd());
    return compiled.code;
  }
  if (options.runtime === "npm") {
    console.error(NPM_RUNTIME_WARNING);
  }
  const { size } = await Deno.stat(options.output);
  console.log(`made ${options.output} (${(size / 1e6).toFixed(1)} MB) for ${options.target}`);
  return EXIT_STATUS.done;
}

/**
 * Makes the binary. Resolves to how the compilation ended. Rejects with {@linkcode OperationalError} if a package or
 * the runtime cannot be had, or the signal has ended it.
 */
export async function makeBinary(
  options: CompileOptions,
  signal: AbortSignal,
): Promise<DenoResult> {
  const installed = await runDeno(["install"], { cwd: ROOT, signal });
  if (installed.code !== 0) {
    throw new OperationalError(
      `Cannot install the packages of deno.json: ${failureReason(installed.stderr)}`,
      { cause: installed.stderr },
    );
  }
  const compileTo = options.runtime === "npm" ? compileWithNpmRuntime : compile;
  let compiled: DenoResult = { code: EXIT_STATUS.failed, stderr: "" };
  await makeInOneStep(options.output, async (unfinished) => {
    const bundle = await Deno.makeTempDir({ prefix: "brood_bundle_" });
    try {
      compiled = await bundleInto(bundle, signal);
      if (compiled.code !== 0) return false;
      compiled = await compileTo(bundle, { ...options, output: unfinished }, signal);
      return compiled.code === 0;
    } finally {
      await Deno.remove(bundle, { recursive: true });
    }
  });
  return compiled;
}

/** Puts the program into a folder as JavaScript: what each command needs in files of its own, as it is loaded. */
async function bundleInto(folder: string, signal: AbortSignal): Promise<DenoResult> {
  const args = ["bundle", "--code-splitting", "--outdir", folder, "main.ts"];
  const bundled = await runDeno(args, { cwd: ROOT, signal });
  if (bundled.code === 0) await packData(folder);
  return bundled;
}

async function compile(
  bundle: string,
  options: CompileOptions,
  signal: AbortSignal,
): Promise<DenoResult> {
  const result = await runDeno(compileArgs(bundle, options), { cwd: ROOT, signal });
  if (result.code !== 0 && isRuntimeMissing(result.stderr)) {
    throw new OperationalError(
      `Cannot get Deno's runtime for ${options.target}: ${failureReason(result.stderr)}; ` +
        `--runtime npm does without that download, for ${NPM_RUNTIME_TARGET}`,
      { cause: result.stderr },
    );
  }
  return result;
}

async function compileWithNpmRuntime(
  bundle: string,
  options: CompileOptions,
  signal: AbortSignal,
): Promise<DenoResult> {
  if (Deno.build.target !== NPM_RUNTIME_TARGET) {
    throw new OperationalError(
      `Cannot compile with --runtime npm on ${Deno.build.target}: it runs on ${NPM_RUNTIME_TARGET} only`,
    );
  }
  const { cli, runtime } = await provideNpmRuntime(join(DIST, ".runtime"), signal);
  return await runDeno(compileArgs(bundle, options), {
    path: cli,
    cwd: ROOT,
    env: { DENORT_BIN: runtime },
    signal,
  });
}

function compileArgs(bundle: string, options: CompileOptions): string[] {
  const target = options.target === Deno.build.target ? [] : ["--target", options.target];
  const output = ["--output", options.output];
  return [
    "compile",
    "--no-prompt",
    // All that it needs is in the bundle, whose types were stripped.
    "--no-config",
    "--no-check",
    // Without it the binary leaves a file with a predictable name in the shared temporary folder and loads code from
    // it at the next start. It would save 2 to 3 ms for each command, and nothing for a worker.
    "--no-code-cache",
    // Fixed when it is compiled: it never asks for more.
    ...SERVER_PERMISSIONS,
    ...target,
    ...output,
    join(bundle, "main.js"),
  ];
}

if (import.meta.main) {
  await exitWith(() => run(Deno.args), { prefix: "compile", typed: "deno task" });
}
