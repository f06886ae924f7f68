/**
 * The `grade` command: its flags, and its options.
 *
 * @module
 */

import {
  type CommandSpec,
  parseCommandLine,
  parseValue,
  type Question,
} from "../../cli/command_line.ts";
import { type FlagValues, integer, seconds, toggle } from "../../cli/flags.ts";
import { UsageError } from "../../ipc/errors.ts";
import { CATALOGUE, type GradeTest } from "./catalogue.ts";
import { type Language, LANGUAGE_FLAG, languageOf } from "../../cli/language.ts";
import { testsFlag } from "./selection.ts";
import { say } from "../../ipc/say.ts";

/** How long all may take unless told, in seconds. */
const TIME_S = 30;

/** The flags of `brood grade`. */
export const GRADE_FLAGS = {
  json: toggle("report as one JSON object"),
  language: LANGUAGE_FLAG,
  only: testsFlag("run this test or group alone; a list, or the flag again, for more"),
  timeMs: seconds({
    placeholder: "S",
    fallback: TIME_S,
    min: TIME_S,
    max: 300,
    help: "end after S seconds at most; more lets each answer take longer, for a busy machine",
  }),
  explain: testsFlag("say what a test or group does, why, and what to look at; runs nothing"),
};

const PORT = integer({ placeholder: "PORT", fallback: 0, min: 1, max: 65_535, help: "" });

/** The `grade` command as its user sees it. */
export const GRADE_COMMAND: CommandSpec<typeof GRADE_FLAGS> = {
  name: "grade",
  summary: "Tests whether a TCP echo server does what a course on multi-process servers asks.",
  operands: ["[PORT]"],
  program: "| -- PROGRAM [ARG]...",
  flags: GRADE_FLAGS,
  hasVersion: true,
  notes: [
    "With a PROGRAM it starts the server itself, and ends it with all its processes: {port} in an argument " +
    "becomes a free port; without it the port is the last argument. With a PORT it tests a server of this " +
    "machine that runs already, and leaves it running: what would have to end the server is skipped.",
    "Tests for which no time is left are skipped. The exit status is 0 if no test failed (a skipped one has " +
    "not), 1 if some did.",
  ],
};

/** What is graded, whole. */
export interface GradeOptions extends Pick<FlagValues<typeof GRADE_FLAGS>, "json"> {
  /** The report's language. */
  readonly language: Language;
  /** How long all may take, in milliseconds. */
  readonly timeMs: number;
  /** How many times as long as usual the server may take for each thing: 1 or more. */
  readonly patience: number;
  /** The tests that are run, in their order. */
  readonly tests: readonly GradeTest[];
  /** The port of a server that runs, or a program with its arguments. */
  readonly server: number | readonly [string, ...string[]];
}

/** Tests to be explained. */
export interface ExplainOptions {
  /** The language. */
  readonly language: Language;
  /** The tests. */
  readonly explained: readonly GradeTest[];
}

/** Parses the arguments behind `brood grade`. Returns what they ask if they do. Throws `UsageError`. */
export function parseGradeOptions(
  args: readonly string[],
  env: Pick<Deno.Env, "get"> = Deno.env,
): GradeOptions | ExplainOptions | Question {
  const parsed = parseCommandLine(GRADE_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const { options, operands, program } = parsed;
  const command = GRADE_COMMAND.name;
  const language = languageOf(args, env);
  if (options.explain.length > 0) return { language, explained: options.explain };
  const [port] = operands;
  if ((port === undefined) === (program === null)) {
    const what = program === null
      ? say`either PORT or -- PROGRAM: one is missing`
      : say`either PORT or -- PROGRAM: one excludes the other`;
    throw new UsageError(what, { command });
  }
  return {
    json: options.json,
    language,
    timeMs: options.timeMs,
    // Half of the time more is for waits that come to nothing, half for what the machine takes in between.
    patience: (1 + options.timeMs / GRADE_FLAGS.timeMs.fallback) / 2,
    tests: options.only.length > 0 ? options.only : CATALOGUE,
    server: program ?? parseValue("PORT", port ?? "", { flag: PORT, command }),
  };
}
