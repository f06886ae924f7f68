/**
 * The `compare` command: its flags and options.
 *
 * @module
 */

import { type CommandSpec, parseCommandLine, type Question } from "../../cli/command_line.ts";
import {
  type Flag,
  type FlagValues,
  integer,
  seconds,
  text,
  toggle,
  ValueError,
} from "../../cli/flags.ts";
import { MODEL_IDS, type ModelId } from "./models.ts";
import { type Language, LANGUAGE_FLAG, languageOf } from "../../cli/language.ts";
import { say } from "../../ipc/say.ts";

/** What stands for every model. */
const ALL = "all";

/** Some models, by their names with commas between them. They come in the order of the table, each once. */
function modelList(help: string): Flag<readonly ModelId[]> {
  return {
    placeholder: "A,B",
    words: MODEL_IDS,
    fallback: MODEL_IDS,
    help,
    format: (models) => models.length === MODEL_IDS.length ? ALL : models.join(","),
    parse(text) {
      if (text === ALL) return MODEL_IDS;
      const names = text.split(",");
      const isKnown = (name: string) => MODEL_IDS.some((id) => id === name);
      if (!names.every(isKnown)) {
        throw new ValueError(say`expected ${MODEL_IDS.join(", ")}, with commas between them`);
      }
      return MODEL_IDS.filter((id) => names.includes(id));
    },
  };
}

/** The flags of `brood compare`. */
export const COMPARE_FLAGS = {
  models: modelList("the models to measure"),
  totalMs: seconds({
    name: "seconds",
    placeholder: "S",
    fallback: 60,
    min: 1,
    max: 86_400,
    help: "how long all of it takes, about",
  }),
  concurrency: integer({
    placeholder: "C",
    fallback: 8,
    min: 1,
    max: 64,
    help: "clients at once",
  }),
  json: toggle("report as one JSON object"),
  htmlPath: text({
    name: "html",
    placeholder: "FILE",
    fallback: "",
    help: "write the report to FILE too, as a page with bars and latency curves",
  }),
  language: LANGUAGE_FLAG,
};

/** The `compare` command as its user sees it. */
export const COMPARE_COMMAND: CommandSpec<typeof COMPARE_FLAGS> = {
  name: "compare",
  summary: "Measures every model of a server on this machine, and says what each shows.",
  operands: [],
  flags: COMPARE_FLAGS,
  hasVersion: true,
  notes: [
    "The models: iterative, process, spare and prefork; process-socket, spare-socket and prefork-socket, whose " +
    "processes get the socket itself; and, where there is a C compiler (cc), c-iterative and c-fork.",
    "Each is measured for a short time in each of up to 5 rounds, 3 at least, in changing order. What its " +
    "rounds do not tell apart is not ranked. Ctrl-C ends it early and reports what was done.",
    "It exits with status 1 if a model could not be measured to the end, or a connection failed.",
  ],
};

/** What a comparison is told, whole. */
export interface CompareOptions
  extends Omit<FlagValues<typeof COMPARE_FLAGS>, "htmlPath" | "language"> {
  /** Where the page goes, or null. */
  readonly htmlPath: string | null;
  /** The report's language. */
  readonly language: Language;
}

/** Parses the arguments behind `brood compare`. Returns what they ask if they do. Throws `UsageError`. */
export function parseCompareOptions(args: readonly string[]): CompareOptions | Question {
  const parsed = parseCommandLine(COMPARE_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const { htmlPath, ...options } = parsed.options;
  return { ...options, language: languageOf(args), htmlPath: htmlPath === "" ? null : htmlPath };
}
