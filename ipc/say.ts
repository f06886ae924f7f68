/**
 * Marks what is said to whoever runs the program: help, errors, warnings, reports.
 *
 * All of it is English wherever it passes, from process to process, in events, in JSON. Where a person is to read it,
 * it is put into that person's language, sentence by sentence (`cli/translation.ts`).
 *
 * @module
 */

/** The sentence as it stands. It has an entry in the table of messages, with a place for each value. */
export function say(strings: TemplateStringsArray, ...values: readonly unknown[]): string {
  return strings.reduce((said, next, at) => `${said}${values[at - 1]}${next}`);
}
