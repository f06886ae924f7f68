/**
 * Which language the report is in.
 *
 * @module
 */

import { readVariable } from "../../cli/environment.ts";
import { type Flag, ValueError } from "../../cli/flags.ts";
import { type Language, LANGUAGES } from "./texts/text.ts";

/** The variables that say it, the strongest first (locale(7)). */
const VARIABLES = ["LC_ALL", "LC_MESSAGES", "LANG"] as const;

/**
 * The environment's language: the first variable that is set and not empty decides. English where it is none of ours.
 */
export function languageOf(env: Pick<Deno.Env, "get"> = Deno.env): Language {
  const locale = VARIABLES.map((name) => readVariable(name, env)).find((value) => value);
  const [name = ""] = locale?.split(/[_.@]/) ?? [];
  return LANGUAGES.find((language) => language === name) ?? "en";
}

/** A flag of a language; null leaves it to the environment. */
export const LANGUAGE_FLAG: Flag<Language | null> = {
  name: "lang",
  placeholder: LANGUAGES.join("|"),
  fallback: null,
  help: "the report's language",
  format: (language) => language ?? `as ${VARIABLES.join(", ")} say`,
  parse(text) {
    const language = LANGUAGES.find((language) => language === text);
    if (language === undefined) throw new ValueError(`expected ${LANGUAGES.join(" or ")}`);
    return language;
  },
};
