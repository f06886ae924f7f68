/**
 * Text in the columns of a terminal, of which a Korean syllable takes two.
 *
 * @module
 */

import stringWidth from "string-width";

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text with blanks behind it, so that it takes so many columns. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** The text with blanks in front of it, so that it takes so many columns. */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + text;
}

/** The text in lines of so many columns at most, or more where one word takes more. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || widthOf(last) + 1 + widthOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
