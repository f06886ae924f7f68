/**
 * The command line that people type, parsed strictly by a command's table. `--help` explains it from the same table
 * (`help.ts`).
 *
 * @module
 */

// @ts-types="../types/std_cli_parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../ipc/errors.ts";
import {
  type Flag,
  flagName,
  type FlagTable,
  type FlagValues,
  toggle,
  ValueError,
} from "./flags.ts";
import { say } from "../ipc/say.ts";

/** A command as its user sees it. */
export interface CommandSpec<Table extends FlagTable> {
  /** What it is called by. */
  readonly name: string;
  /** Where it is typed, in front of its name: `brood` unless told. */
  readonly typed?: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** Its operands in order, those in brackets optional: `["[HOST]", "PORT"]`. After `"[PATH]..."` may be more. */
  readonly operands: readonly string[];
  /** How it takes a program behind `--`: `"[-- PROGRAM [ARG]...]"`; where it takes none, operands stand there. */
  readonly program?: string;
  /** Its flags, in the order that `--help` tells them. */
  readonly flags: Table;
  /** What `--help` says below the flags: paragraphs, each on one line however long. */
  readonly notes: readonly string[];
  /** What `--help` explains below the notes, if there is such a thing. */
  readonly glossary?: Glossary;
  /** Whether it answers to `--version`. */
  readonly hasVersion?: boolean;
}

/** Words of a command line that need more than a line among the flags. */
export interface Glossary {
  /** What they are. */
  readonly heading: string;
  /** Each with its meaning. */
  readonly rows: readonly (readonly [word: string, meaning: string])[];
}

/** What a command line may ask for in place of a run. */
export type Question = "help" | "version";

/** The flags that every command has, and those that have a version. */
const HELP = toggle("print this and exit", { alias: "h" });
const VERSION = toggle("print the version and exit");

/** A command line that was understood. */
export interface Parsed<Table extends FlagTable> {
  /** The value of every flag, given or not. */
  readonly options: FlagValues<Table>;
  /** The options whose flags were given. */
  readonly given: ReadonlySet<keyof Table>;
  /** As many as the command takes: those in brackets may be missing. */
  readonly operands: readonly string[];
  /** A program and its arguments, or null where none was given. */
  readonly program: readonly [string, ...string[]] | null;
}

/**
 * Parses the arguments of a command. Returns what they ask if that is `--help` or `--version`. Throws
 * {@linkcode UsageError} for an unknown flag, a value that is missing or out of range, and operands that are missing or
 * surplus. What stands behind `--` is a program with its arguments, taken as it is, or operands.
 */
export function parseCommandLine<Table extends FlagTable>(
  spec: CommandSpec<Table>,
  args: readonly string[],
): Parsed<Table> | Question {
  const refuse = (message: string) => new UsageError(message, { command: spec.name });
  const flags = Object.entries(spec.flags).map(([option, flag]) => {
    return { option, name: flagName(option, flag), flag };
  });
  const namesOf = (isSwitch: boolean) =>
    flags.filter(({ flag }) => (flag.placeholder === null) === isSwitch).map(({ name }) => name);
  const valued = namesOf(false);
  const { flagged, operands: inFront, behind } = sortArguments(args, {
    valued,
    names: namesByAlias(flags),
  });
  const takesProgram = spec.program !== undefined;
  const operands = takesProgram ? inFront : [...inFront, ...behind ?? []];
  const questions: readonly Question[] = spec.hasVersion ? ["help", "version"] : ["help"];
  const booleans = [...questions, ...namesOf(true)];
  const withValue = booleans.find((name) =>
    flagged.some((argument) => argument.startsWith(`--${name}=`))
  );
  if (withValue !== undefined) throw refuse(say`--${withValue} takes no value`);
  const parsed = parseArgs(flagged, {
    boolean: booleans,
    string: valued,
    collect: flags.filter(({ flag }) => flag.join !== undefined).map(({ name }) => name),
    unknown(argument) {
      throw refuse(say`unknown flag ${quoteIfOdd(argument)}`);
    },
  });
  // The word alone asks too: it is no port, and hardly a path.
  const isHelp = args.length === 1 && args[0] === "help";
  const question = isHelp ? "help" : questions.find((name) => parsed[name] === true);
  if (question !== undefined) return question;

  const options: Record<string, unknown> = {};
  for (const { option, name, flag } of flags) {
    const typed = parsed[name];
    const texts: readonly unknown[] = Array.isArray(typed) ? typed : [typed];
    const values = texts.filter((text) => text !== undefined).map((text) => {
      if (text === "") throw refuse(say`--${name} needs a value: ${flag.placeholder}`);
      if (typeof text !== "string") return text;
      return parseValue(`--${name}`, text, { flag, command: spec.name });
    });
    const [first = flag.fallback] = values;
    options[option] = values.length > 1 ? flag.join?.(values) : first;
  }

  const required = spec.operands.filter((operand) => !operand.startsWith("["));
  const isOpen = spec.operands.at(-1)?.endsWith("...") === true;
  const surplus = isOpen ? undefined : operands[spec.operands.length];
  if (surplus !== undefined) throw refuse(say`surplus argument ${JSON.stringify(surplus)}`);
  if (operands.length < required.length) {
    throw refuse(say`${required.slice(operands.length).join(" and ")} is missing`);
  }
  // An absent switch is false to the parser, an absent value undefined, and an absent list empty.
  const isGiven = (value: unknown) => Array.isArray(value) ? value.length > 0 : Boolean(value);
  const given = new Set(
    flags.filter(({ name }) => isGiven(parsed[name])).map(({ option }) => option),
  );
  const program = takesProgram && behind !== null ? programOf(behind) : null;
  if (program === undefined) throw refuse(say`PROGRAM is missing behind --`);
  return { options: options as FlagValues<Table>, given, operands, program };
}

function programOf(words: readonly string[]): readonly [string, ...string[]] | undefined {
  const [path, ...args] = words;
  return path === undefined || path === "" ? undefined : [path, ...args];
}

/** The names that letters stand for, each with its dashes: `--verbose` by `-v`. */
function namesByAlias(
  flags: readonly { readonly name: string; readonly flag: Flag<unknown> }[],
): ReadonlyMap<string, string> {
  const aliased = [{ name: "help", flag: HELP }, ...flags]
    .filter(({ flag }) => flag.alias !== undefined);
  return new Map(aliased.map(({ name, flag }) => [`-${flag.alias}`, `--${name}`]));
}

/**
 * Sorts the arguments as `getopt_long(3)` does: the argument behind a flag that takes a value is that value, whatever
 * it looks like, and is joined to it. What stands behind `--` is left alone; null if there is no `--`. A letter that
 * stands for a flag becomes its name, but only where it stands alone: letters are not joined, to each other or to a
 * value.
 */
function sortArguments(
  args: readonly string[],
  flags: { readonly valued: readonly string[]; readonly names: ReadonlyMap<string, string> },
): {
  readonly flagged: string[];
  readonly operands: string[];
  readonly behind: readonly string[] | null;
} {
  const flagged: string[] = [];
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const typed = args[i] ?? "";
    const next = args[i + 1];
    const argument = flags.names.get(typed) ?? typed;
    if (argument === "--") return { flagged, operands, behind: args.slice(i + 1) };
    if (!argument.startsWith("-") || argument === "-") {
      operands.push(argument);
    } else if (next !== undefined && flags.valued.some((name) => argument === `--${name}`)) {
      flagged.push(`${argument}=${next}`);
      i += 1;
    } else {
      flagged.push(argument);
    }
  }
  return { flagged, operands, behind: null };
}

/** The argument as it was typed, or quoted where it would not stay on one line or cannot be told from the message. */
function quoteIfOdd(argument: string): string {
  return /^[\x21-\x7e]+$/.test(argument) ? argument : JSON.stringify(argument);
}

/**
 * Parses the value of a flag or operand. Throws {@linkcode UsageError} that names it, its value and what was expected.
 */
export function parseValue<T>(
  name: string,
  text: string,
  options: { readonly flag: Pick<Flag<T>, "parse">; readonly command: string },
): T {
  try {
    return options.flag.parse(text);
  } catch (cause) {
    if (!(cause instanceof ValueError)) throw cause;
    throw new UsageError(say`${name} ${JSON.stringify(text)}: ${cause.message}`, options);
  }
}

/** A command's flags by their names, in the order of `--help`: its own, and what it may be asked. */
export function flagsOf(
  spec: CommandSpec<FlagTable>,
): readonly (readonly [name: string, flag: Flag<unknown>])[] {
  const own = Object.entries(spec.flags).map(([option, flag]) =>
    [flagName(option, flag), flag] as const
  );
  return [...own, ["help", HELP], ...spec.hasVersion ? [["version", VERSION] as const] : []];
}
