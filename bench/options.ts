/**
 * The command line of `deno task bench`.
 *
 * @module
 */

// @ts-types="../types/std_cli_parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../ipc/errors.ts";

/** Where the figures go unless `--json` says another file. */
export const RESULTS_FILE: URL = new URL("results.json", import.meta.url);

/** What `--help` prints. */
export const BENCH_USAGE =
  `Measures every mode of the server against what one would use instead, on 127.0.0.1.

Usage: deno task bench [OPTIONS]

Options:
  --program source|compiled  the server to measure: the source, or dist/brood, else dist/test/brood (source)
  --only WORD                only the measurements with WORD in their name
  --repeats N                how often each figure is taken, the contenders in turn (3)
  --seconds S                how long each load lasts (1)
  --load c|deno              the load program (c where a C compiler is there)
  --json FILE                where the figures go as JSON (bench/results.json)
  --thousand                 also serve 1000 clients at once (12 GB of memory, a minute)
  --help                     print this and exit`;

/** What to measure. */
export interface BenchOptions {
  /** Which form of the server. */
  readonly program: "source" | "compiled";
  /** Only the measurements with this in their name. */
  readonly only: string;
  /** How often each figure is taken. */
  readonly repeats: number;
  /** How long each load lasts. */
  readonly seconds: number;
  /** The load program: the one in TypeScript, or that in C where it can be compiled. */
  readonly load: "c" | "deno";
  /** Where the figures go as JSON. */
  readonly json: string | URL;
  /** Whether 1000 clients are served too. */
  readonly thousand: boolean;
}

/** Parses the command line. Returns null if it asks for `--help`; throws `UsageError` if it is wrong. */
export function parseBenchOptions(args: readonly string[]): BenchOptions | null {
  const parsed = parseArgs(args, {
    boolean: ["help", "thousand"],
    string: ["_", "program", "only", "repeats", "seconds", "load", "json"],
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
  const numberOf = (name: string, range: { readonly fallback: number; readonly max: number }) => {
    const text = valueOf(name) ?? String(range.fallback);
    const value = Number(text);
    if (value > 0 && value <= range.max) return value;
    throw new UsageError(`--${name} ${JSON.stringify(text)}: expected up to ${range.max}`);
  };
  const oneOf = <T extends string>(name: string, choices: readonly [T, ...T[]]): T => {
    const text = valueOf(name) ?? choices[0];
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new UsageError(`--${name} ${JSON.stringify(text)}: expected ${choices.join(" or ")}`);
  };
  return {
    program: oneOf("program", ["source", "compiled"]),
    only: valueOf("only") ?? "",
    repeats: Math.ceil(numberOf("repeats", { fallback: 3, max: 20 })),
    seconds: numberOf("seconds", { fallback: 1, max: 60 }),
    load: oneOf("load", ["c", "deno"]),
    json: valueOf("json") ?? RESULTS_FILE,
    thousand: parsed["thousand"] === true,
  };
}
