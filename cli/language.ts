/**
 * Which language somebody is spoken to in.
 *
 * @module
 */

import { say } from "../ipc/say.ts";
import { readVariable } from "./environment.ts";
import { type Flag, ValueError } from "./flags.ts";

/** The languages that there are. */
export const LANGUAGES = ["en", "ko"] as const;

/** A language. */
export type Language = typeof LANGUAGES[number];

/** The variables that say it, the strongest first (locale(7)). */
const VARIABLES = ["LC_ALL", "LC_MESSAGES", "LANG"] as const;

/** Where they are read. */
export type Environment = Pick<Deno.Env, "get">;

/**
 * The environment's language: the first variable that is set and not empty decides. English where it is none of ours.
 */
function languageOfEnvironment(env: Environment): Language {
  const locale = VARIABLES.map((name) => readVariable(name, env)).find((value) => value);
  const [name = ""] = locale?.split(/[_.@]/) ?? [];
  return languageNamed(name) ?? "en";
}

function languageNamed(name: string): Language | undefined {
  return LANGUAGES.find((language) => language === name);
}

/** A flag of a language; null leaves it to the environment. */
export const LANGUAGE_FLAG: Flag<Language | null> = {
  name: "lang",
  placeholder: LANGUAGES.join("|"),
  fallback: null,
  help: say`the language of help, warnings, errors and reports`,
  format: (language) => language ?? say`as ${VARIABLES.join(", ")} say`,
  parse(text) {
    const language = languageNamed(text);
    if (language === undefined) throw new ValueError(say`expected ${LANGUAGES.join(" or ")}`);
    return language;
  },
};

/**
 * The language that a command line asks for, also one that cannot be followed: its `--lang` in front of any `--`, the
 * last if there are several, else the environment's.
 */
export function languageOf(
  args: readonly string[] = Deno.args,
  env: Environment = Deno.env,
): Language {
  const end = args.indexOf("--");
  const own = end === -1 ? args : args.slice(0, end);
  const asked = own.flatMap((argument, at) => {
    if (argument === "--lang") return languageNamed(own[at + 1] ?? "") ?? [];
    return languageNamed(/^--lang=(.*)$/.exec(argument)?.[1] ?? "") ?? [];
  });
  return asked.at(-1) ?? languageOfEnvironment(env);
}
