/**
 * Makes bytes that a client sent safe to show in a terminal.
 *
 * @module
 */

import { escapeUnsafe, UNSAFE } from "../../cli/exit.ts";

const NAMED: ReadonlyMap<number, string> = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x5c, "\\\\"],
]);

const EVERY_UNSAFE = new RegExp(UNSAFE, "g");

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of UTF-8 bytes with everything else escaped as in a C string: `\n`, `\x1b`, and a backslash doubled, so that
 * the bytes can be told from the result.
 */
export function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const sequence = bytes.subarray(at, at + sequenceLength(lead));
    const shown = lead < 0x80 ? showAscii(lead) : showCharacter(sequence);
    text += shown ?? `\\x${lead.toString(16).padStart(2, "0")}`;
    at += shown === null ? 1 : sequence.length;
  }
  return text;
}

/** A text of several lines, each made safe as by {@linkcode escapeBytes}. */
export function escapeLines(text: string): string {
  const encoder = new TextEncoder();
  return text.split("\n").map((line) => escapeBytes(encoder.encode(line))).join("\n");
}

/**
 * A text for people, of any number of lines: what could drive a terminal is escaped, and nothing else, tabs neither.
 */
export function escapeControls(text: string): string {
  return text.replace(/[^\t\n]+/g, escapeUnsafe);
}

/** How many bytes the UTF-8 sequence has that begins with this byte (RFC 3629); 1 if none does. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

function showAscii(byte: number): string | null {
  const isPrintable = byte >= 0x20 && byte < 0x7f;
  return NAMED.get(byte) ?? (isPrintable ? String.fromCharCode(byte) : null);
}

/** The character that a sequence of UTF-8 stands for, or null if it is none or not safe to show. */
function showCharacter(sequence: Uint8Array): string | null {
  try {
    const character = decoder.decode(sequence);
    return UNSAFE.test(character) ? null : character;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** The JSON text of a value, with what could drive a terminal as `\\u` escapes, which mean the same to a parser. */
export function stringifySafely(value: unknown): string {
  return JSON.stringify(value).replace(
    EVERY_UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
