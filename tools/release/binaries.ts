/**
 * The binaries of a release, made one after the other as far as this machine can.
 *
 * @module
 */

import { join } from "node:path";
import { OperationalError } from "../../ipc/errors.ts";
import { makeBinary } from "../compile.ts";
import type { CompileOptions } from "../compile_options.ts";
import { type DenoResult, failureReason } from "../deno_command.ts";
import { NPM_RUNTIME_TARGET } from "../npm_runtime.ts";
import { type Platform, PLATFORMS } from "./platforms.ts";

/** A binary that was not made. */
export interface Missing {
  /** For which platform. */
  readonly platform: Platform;
  /** Why, in a line. */
  readonly reason: string;
}

/** How binaries are made. */
export interface BinariesOptions {
  /** Who provides Deno's runtime; what npm has none for is not made. */
  readonly runtime: CompileOptions["runtime"];
  /** Ends the making: what is made by then stays. */
  readonly signal: AbortSignal;
  /** Makes one. */
  readonly make?: (options: CompileOptions, signal: AbortSignal) => Promise<DenoResult>;
}

/** Makes the binaries in the folder. Resolves to those that cannot be made. */
export async function makeBinaries(
  folder: string,
  { runtime, signal, make = makeBinary }: BinariesOptions,
): Promise<readonly Missing[]> {
  const missing: Missing[] = [];
  for (const platform of PLATFORMS) {
    const { target, binary } = platform;
    const fail = (reason: string) => missing.push({ platform, reason });
    if (runtime === "npm" && target !== NPM_RUNTIME_TARGET) {
      fail(`--runtime npm compiles for ${NPM_RUNTIME_TARGET} only`);
      continue;
    }
    try {
      const made = await make({ target, runtime, output: join(folder, binary) }, signal);
      if (made.code !== 0) fail(failureReason(made.stderr));
    } catch (error) {
      // One that was asked to end makes no more.
      if (!(error instanceof OperationalError) || signal.aborted) throw error;
      fail(error.message);
    }
  }
  return missing;
}

/** Resolves to the binaries that are not in the folder. */
export async function missingIn(folder: string): Promise<readonly Missing[]> {
  const missing: Missing[] = [];
  for (const platform of PLATFORMS) {
    try {
      await Deno.stat(join(folder, platform.binary));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      missing.push({ platform, reason: `it is not in ${folder}` });
    }
  }
  return missing;
}
