/**
 * The command line of `deno task bench`.
 *
 * @module
 */

import { type CommandSpec, parseCommandLine } from "../cli/command_line.ts";
import { choice, type FlagValues, integer, seconds, text, toggle } from "../cli/flags.ts";

/** The flags of `deno task bench`. */
export const BENCH_FLAGS = {
  program: choice(
    ["source", "compiled"],
    "what to measure: the source, or dist/brood, else dist/test/brood",
  ),
  only: text({
    placeholder: "WORD",
    fallback: "",
    help: "only the measurements with WORD in their name",
  }),
  repeats: integer({
    placeholder: "N",
    fallback: 3,
    min: 1,
    max: 20,
    help: "how often each figure is taken, the contenders in turn",
  }),
  loadMs: seconds({
    name: "seconds",
    placeholder: "S",
    fallback: 1,
    min: 0.1,
    max: 60,
    help: "how long each load lasts",
  }),
  load: choice(["c", "client"], "the load program: bench/load.c, or brood's own client"),
  json: text({
    placeholder: "FILE",
    fallback: "bench/results.json",
    help: "where the figures go as JSON",
  }),
  thousand: toggle("also serve 1000 clients at once (12 GB of memory, a minute)"),
};

/** The bench as its user sees it. */
export const BENCH_COMMAND: CommandSpec<typeof BENCH_FLAGS> = {
  typed: "deno task",
  name: "bench",
  summary: "Measures every mode of the server against what one would use instead, on 127.0.0.1.",
  operands: [],
  flags: BENCH_FLAGS,
  notes: [
    "Without a C compiler the load program is the client; what it cannot do is left out, and named.",
  ],
};

/** What to measure. */
export type BenchOptions = FlagValues<typeof BENCH_FLAGS>;

/** Parses the command line. Returns null if it asks for `--help`; throws `UsageError` if it is wrong. */
export function parseBenchOptions(args: readonly string[]): BenchOptions | null {
  const parsed = parseCommandLine(BENCH_COMMAND, args);
  return typeof parsed === "string" ? null : parsed.options;
}
