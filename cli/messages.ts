/**
 * A table of messages: what is said in English, and in another language.
 *
 * @module
 */

/** Each sentence in English, with names in braces for its values, and in the other language. */
export type Messages = Readonly<Record<string, string>>;

/** A place for a value. */
export const PLACE = /\{(\w+)\}/g;

/** The names of the values in a message, in their order. */
export function placesIn(message: string): readonly string[] {
  return [...message.matchAll(PLACE)].map(([, name = ""]) => name);
}
