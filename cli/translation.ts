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

/** What an entry with values is recognized by, and what it becomes. */
interface Entry {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly translation: string;
  /** How many characters it has besides values. */
  readonly weight: number;
}

/** A text, and how many of its characters were found in the table: the more, the surer that it is meant so. */
interface Rendering {
  readonly text: string;
  readonly weight: number;
}

/** No message is longer; what others print in one may be. */
const LENGTH_MAX = 1000;

/**
 * Translates by that table. Of several messages that a text can be, it is that which explains the most of it. A message
 * is one line; what stands below it, such as a stack, is left alone.
 */
export function translatorBy(messages: Messages): Translate {
  const wholes = new Map(Object.entries(messages));
  const entries = [...wholes].filter(([english]) => placesIn(english).length > 0)
    .map(([english, translation]) => entryOf(english, translation));
  const render = (english: string): Rendering => {
    const whole = wholes.get(english);
    if (whole !== undefined) return { text: whole, weight: english.length };
    let best: Rendering = { text: english, weight: 0 };
    if (english.length > LENGTH_MAX) return best;
    for (const { pattern, names, translation, weight: own } of entries) {
      const found = pattern.exec(english);
      if (found === null) continue;
      const values = new Map(names.map((name, at) => [name, render(found[at + 1] ?? "")]));
      const weight = values.values().reduce((sum, value) => sum + value.weight, own);
      if (weight <= best.weight) continue;
      best = {
        text: translation.replace(PLACE, (_, name) => values.get(name)?.text ?? ""),
        weight,
      };
    }
    return best;
  };
  return (english) => {
    const [first = "", ...rest] = english.split("\n");
    return [render(first).text, ...rest].join("\n");
  };
}

function entryOf(english: string, translation: string): Entry {
  const fixed = english.split(/\{\w+\}/);
  const pattern = new RegExp(`^${fixed.map((part) => RegExp.escape(part)).join("(.+?)")}$`);
  const weight = fixed.join("").length;
  return { pattern, names: placesIn(english), translation, weight };
}
