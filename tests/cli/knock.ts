/** Commands that tests parse and explain. */

import type { CommandSpec } from "../../cli/command_line.ts";
import { choice, integer, text, toggle } from "../../cli/flags.ts";

export const FLAGS = {
  host: text({ placeholder: "ADDR", fallback: "127.0.0.1", help: "where to knock" }),
  count: integer({ placeholder: "N", fallback: 3, min: 1, max: 9, help: "how often" }),
  sound: choice(["soft", "hard"], "how it sounds"),
  quiet: toggle("say nothing"),
};

export const KNOCK: CommandSpec<typeof FLAGS> = {
  name: "knock",
  summary: "Knocks on a door.",
  operands: ["DOOR", "[VISITOR]"],
  flags: FLAGS,
  notes: ["A note.", "Another."],
};

export const KNOCK_WITH: CommandSpec<typeof FLAGS> = { ...KNOCK, program: "[-- PROGRAM [ARG]...]" };

/** The flags with letters. */
const LETTERS = {
  host: FLAGS.host,
  count: integer({ placeholder: "N", fallback: 3, min: 1, max: 9, help: "how often", alias: "n" }),
  quiet: toggle("say nothing", { alias: "q" }),
};

export const RING = { ...KNOCK, name: "ring", flags: LETTERS };
