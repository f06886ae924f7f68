/**
 * Texts in two languages, and what is put into them.
 *
 * @module
 */

import type { Language } from "../../../cli/language.ts";

/** A text in each language. `{name}` is the place of a value, and `{name|child|children}` of a number with its noun. */
export type Text = Readonly<Record<Language, string>>;

/** Where a value goes. */
const PLACE = /\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g;

/** The names of a text's values in that language, in ascending order. */
export function placesIn(text: Text, language: Language): readonly string[] {
  const names = [...text[language].matchAll(PLACE)].map(([, name = ""]) => name);
  return [...new Set(names)].sort();
}

/** The text in that language, with the values in their places. */
export function fill(
  text: Text,
  options: {
    readonly language: Language;
    readonly values?: Readonly<Record<string, string | number>>;
  },
): string {
  const { language, values = {} } = options;
  return text[language].replace(PLACE, (place, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return one === undefined ? String(value) : `${value} ${value === 1 ? one : many}`;
  });
}
