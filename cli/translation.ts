/**
 * Puts what is said in English into another language.
 *
 * A sentence has passed processes and events as English text by the time somebody reads it. So its entry in the table
 * is found by the text: the entry has names in braces where the sentence has values, and a value that is a sentence or
 * a phrase of the table itself is put into the language too. What has no entry stays as it is.
 *
 * @module
 */

import type { Language } from "./language.ts";
import { type Messages, PLACE, placesIn } from "./messages.ts";

/** Puts an English text into a language. */
export type Translate = (english: string) => string;

/** Leaves all as it is. */
export function inEnglish(english: string): string {
  return english;
}

/** Loads the table of a language; there is none for English. */
export async function translatorTo(language: Language): Promise<Translate> {
  if (language === "en") return inEnglish;
  const { KOREAN } = await import("./korean/mod.ts");
  return translatorBy(KOREAN);
}

/** What an entry is recognized by, and what it becomes. */
interface Entry {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly translation: string;
  /** How many characters it has besides values: the more, the surer that it is meant. */
  readonly weight: number;
}

/** Translates by that table. */
export function translatorBy(messages: Messages): Translate {
  const entries = Object.entries(messages)
    .filter(([english]) => placesIn(english).length > 0)
    .map(([english, translation]) => entryOf(english, translation))
    .sort((a, b) => b.weight - a.weight);
  const translate: Translate = (english) => {
    const whole = Object.hasOwn(messages, english) ? messages[english] : undefined;
    if (whole !== undefined) return whole;
    for (const { pattern, names, translation } of entries) {
      const found = pattern.exec(english);
      if (found === null) continue;
      const values = new Map(names.map((name, at) => [name, translate(found[at + 1] ?? "")]));
      return translation.replace(PLACE, (_, name) => values.get(name) ?? "");
    }
    return english;
  };
  return translate;
}

function entryOf(english: string, translation: string): Entry {
  const fixed = english.split(/\{\w+\}/);
  const pattern = new RegExp(`^${fixed.map((part) => RegExp.escape(part)).join("(.+?)")}$`, "s");
  const weight = fixed.join("").length;
  return { pattern, names: placesIn(english), translation, weight };
}
