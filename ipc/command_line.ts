/**
 * The command line that people type: parsed strictly by a command's table, and explained by `--help` from the same
 * table.
 *
 * @module
 */

// @ts-types="../types/std_cli_parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "./errors.ts";
import { type Flag, type FlagTable, type FlagValues, ValueError } from "./flags.ts";

/** A command as its user sees it. */
export interface CommandSpec<Table extends FlagTable> {
  /** What it is called by. */
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** Its operands in order, those in brackets optional: `["[HOST]", "PORT"]`. */
  readonly operands: readonly string[];
  /** Its flags, in the order that `--help` tells them. */
  readonly flags: Table;
  /** What `--help` says below the flags. */
  readonly notes: readonly string[];
}

/** A command line that was understood. */
export interface Parsed<Table extends FlagTable> {
  /** The value of every flag, given or not. */
  readonly flags: FlagValues<Table>;
  /** The names of the flags that were given. */
  readonly given: ReadonlySet<string>;
  /** As many as the command takes: those in brackets may be missing. */
  readonly operands: readonly string[];
}

/**
 * Parses the arguments of a command. Returns null if they ask for `--help`. Throws {@linkcode UsageError}
 * for an unknown flag, a value that is missing or out of range, and operands that are missing or surplus.
 */
export function parseCommandLine<Table extends FlagTable>(
  spec: CommandSpec<Table>,
  args: readonly string[],
): Parsed<Table> | null {
  const refuse = (message: string) => new UsageError(message, { command: spec.name });
  const isValued = (name: string) => (spec.flags[name]?.placeholder ?? null) !== null;
  const [valued, switches] = partition(Object.keys(spec.flags), isValued);
  const { flagged, operands } = sortArguments(args, valued);
  const withValue = ["help", ...switches].find((name) =>
    flagged.some((argument) => argument.startsWith(`--${name}=`))
  );
  if (withValue !== undefined) throw refuse(`--${withValue} takes no value`);
  const parsed = parseArgs(flagged, {
    boolean: ["help", ...switches],
    string: valued,
    unknown(argument) {
      throw refuse(`unknown flag ${quoteIfOdd(argument)}`);
    },
  });
  if (parsed["help"] === true) return null;

  const flags: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(spec.flags)) {
    const value = parsed[name];
    if (value === undefined) flags[name] = flag.fallback;
    else if (value === "") throw refuse(`--${name} needs a value: ${flag.placeholder}`);
    else if (typeof value !== "string") flags[name] = value;
    else flags[name] = parseValue(`--${name}`, value, { flag, command: spec.name });
  }

  const required = spec.operands.filter((operand) => !operand.startsWith("["));
  const surplus = operands[spec.operands.length];
  if (surplus !== undefined) throw refuse(`surplus argument ${JSON.stringify(surplus)}`);
  if (operands.length < required.length) {
    throw refuse(`${required.slice(operands.length).join(" and ")} is missing`);
  }
  // An absent switch is false to the parser, an absent value undefined.
  const given = new Set(Object.keys(spec.flags).filter((name) => Boolean(parsed[name])));
  return { flags: flags as FlagValues<Table>, given, operands };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/**
 * Sorts the arguments as `getopt_long(3)` does: the argument behind a flag that takes a value is that value, whatever
 * it looks like, and is joined to it; what stands behind `--` are operands.
 */
function sortArguments(
  args: readonly string[],
  valued: readonly string[],
): { readonly flagged: string[]; readonly operands: string[] } {
  const flagged: string[] = [];
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [argument = "", next] = args.slice(i, i + 2);
    if (argument === "--") return { flagged, operands: [...operands, ...args.slice(i + 1)] };
    if (!argument.startsWith("-") || argument === "-") {
      operands.push(argument);
    } else if (next !== undefined && valued.some((name) => argument === `--${name}`)) {
      flagged.push(`${argument}=${next}`);
      i += 1;
    } else {
      flagged.push(argument);
    }
  }
  return { flagged, operands };
}

/** The argument as it was typed, or quoted where it would not stay on one line or cannot be told from the message. */
function quoteIfOdd(argument: string): string {
  return /^[\x21-\x7e]+$/.test(argument) ? argument : JSON.stringify(argument);
}

/** Parses the value of a flag or operand. Throws {@linkcode UsageError} that names it, its value and what was expected. */
export function parseValue<T>(
  name: string,
  text: string,
  options: { readonly flag: Pick<Flag<T>, "parse">; readonly command: string },
): T {
  try {
    return options.flag.parse(text);
  } catch (cause) {
    if (!(cause instanceof ValueError)) throw cause;
    throw new UsageError(`${name} ${JSON.stringify(text)}: ${cause.message}`, options);
  }
}

/** The line that shows how a command is called. */
export function formatUsage(spec: CommandSpec<FlagTable>): string {
  return ["brood", spec.name, "[OPTIONS]", ...spec.operands].join(" ");
}

/** The text of `--help`, which is also the README's block. */
export function formatHelp(spec: CommandSpec<FlagTable>): string {
  const rows = Object.entries(spec.flags).map(([name, flag]) => [
    flag.placeholder === null ? `--${name}` : `--${name} ${flag.placeholder}`,
    // A switch is off, and an empty text is nothing to tell.
    flag.placeholder === null || flag.fallback === ""
      ? flag.help
      : `${flag.help} (${flag.fallback})`,
  ]);
  rows.push(["--help", "print this and exit"]);
  const width = Math.max(...rows.map(([left = ""]) => left.length)) + 2;
  return [
    `${spec.summary}`,
    "",
    `Usage: ${formatUsage(spec)}`,
    "",
    "Options:",
    ...rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}${right}`),
    "",
    ...spec.notes,
  ].join("\n");
}
