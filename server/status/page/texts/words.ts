/**
 * The page's texts in the reader's language, with values put in.
 *
 * @module
 */

import type { Language } from "../settings.ts";
import { EXPLANATIONS } from "./explanations.ts";
import { LABELS } from "./labels.ts";

/** A text in each language, with `{name}` where a value goes. */
export type Text = Readonly<Record<Language, string>>;

/** Every text of the page. */
export const TEXTS: typeof LABELS & typeof EXPLANATIONS = { ...LABELS, ...EXPLANATIONS };

/** The name of a text. */
export type TextKey = keyof typeof TEXTS;

/** What goes into a text, by the names there. */
export type Values = Readonly<Record<string, string | number>>;

/** Tells a text of the page. */
export type Words = (key: TextKey, values?: Values) => string;

/** Tells the texts in a language. */
export function wordsIn(language: Language): Words {
  return (key, values = {}) =>
    TEXTS[key][language].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
