/**
 * The `guide` command: its flags and options.
 *
 * @module
 */

import { type CommandSpec, parseCommandLine, type Question } from "../../cli/command_line.ts";
import { type FlagValues, optionalEndpoint } from "../../cli/flags.ts";
import { type Language, LANGUAGE_FLAG, languageOf } from "../../cli/language.ts";
import { UsageError } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import { TOPICS } from "./topics.ts";

/** The flags of `brood guide`. */
export const GUIDE_FLAGS = {
  status: optionalEndpoint({
    placeholder: "[ADDR:]PORT",
    fallback: null,
    help: "show the guide in a browser, at this port",
  }),
  language: LANGUAGE_FLAG,
};

/** The `guide` command as its user sees it. */
export const GUIDE_COMMAND: CommandSpec<typeof GUIDE_FLAGS> = {
  name: "guide",
  summary: "Prints the lab, the glossary and the other pages of the course, and the examples.",
  operands: ["[TOPIC]"],
  flags: GUIDE_FLAGS,
  hasVersion: true,
  notes: [
    "Without a TOPIC it lists them. The topic of an example is the name of its file: " +
    '"brood guide fork_server.c > fork_server.c" makes that file.',
    "With --status it serves the pages until Ctrl-C (SIGINT) or SIGTERM.",
  ],
};

/** What is to be shown. */
export interface GuideOptions extends Pick<FlagValues<typeof GUIDE_FLAGS>, "status"> {
  /** The topic, or null for the list. */
  readonly topic: string | null;
  /** In which language, where it has been translated. */
  readonly language: Language;
}

/** Parses the arguments behind `brood guide`. Returns what they ask if they do. Throws `UsageError`. */
export function parseGuideOptions(args: readonly string[]): GuideOptions | Question {
  const parsed = parseCommandLine(GUIDE_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const { operands: [topic = null], options: { status } } = parsed;
  const command = GUIDE_COMMAND.name;
  if (topic !== null && !TOPICS.includes(topic)) {
    const topics = TOPICS.join(", ");
    throw new UsageError(
      say`there is no topic ${JSON.stringify(topic)}; the topics are ${topics}`,
      {
        command,
      },
    );
  }
  if (topic !== null && status !== null) {
    throw new UsageError(say`--status shows every topic: it does not go with TOPIC`, { command });
  }
  return { topic, status, language: languageOf(args) };
}
