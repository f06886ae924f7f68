/**
 * The command line of `deno task mutate`.
 *
 * @module
 */

import { type CommandSpec, parseCommandLine } from "../../cli/command_line.ts";
import { type FlagValues, integer, toggle } from "../../cli/flags.ts";

/** The flags of `deno task mutate`. */
export const MUTATE_FLAGS = {
  sample: integer({
    placeholder: "N",
    fallback: 100,
    min: 0,
    max: 1_000_000,
    help: "how many mutants are tried, taken at random; 0: all",
  }),
  seed: integer({
    placeholder: "N",
    fallback: 1,
    min: 0,
    max: 2 ** 32 - 1,
    help: "what chance starts from: the same seed takes the same mutants",
  }),
  jobs: integer({
    placeholder: "N",
    fallback: navigator.hardwareConcurrency,
    min: 1,
    max: 64,
    help: "how many are tried at the same time",
  }),
  e2e: toggle("run the e2e tests too, from source, on what the unit tests do not notice"),
};

/** The command as its user sees it. */
export const MUTATE_COMMAND: CommandSpec<typeof MUTATE_FLAGS> = {
  typed: "deno task",
  name: "mutate",
  summary: "Makes small mistakes in the source, one at a time, and tells which no test notices.",
  operands: ["[PATH]..."],
  flags: MUTATE_FLAGS,
  notes: [
    "PATH is a source or a folder of sources: cli, client, ipc and server unless given.",
    "Those that are no mistake are listed in tools/mutate/accepted_mutants.ts, with the reason.",
  ],
};

/** What to try. */
export interface MutateOptions extends FlagValues<typeof MUTATE_FLAGS> {
  /** Files and folders, from the project's folder. */
  readonly paths: readonly string[];
}

/** Parses the command line. Returns null if it asks for `--help`; throws `UsageError` if it is wrong. */
export function parseMutateOptions(args: readonly string[]): MutateOptions | null {
  const parsed = parseCommandLine(MUTATE_COMMAND, args);
  if (typeof parsed === "string") return null;
  const { options, operands } = parsed;
  return { ...options, paths: operands.length > 0 ? operands : ["cli", "client", "ipc", "server"] };
}
