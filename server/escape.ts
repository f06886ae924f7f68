/**
 * Makes bytes from a stranger safe to show in a terminal.
 *
 * @module
 */

const NAMED: ReadonlyMap<number, string> = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x5c, "\\\\"],
]);

/**
 * What could drive a terminal or rearrange a line although it is well-formed UTF-8: the C1 controls, line and
 * paragraph separators, and the marks that change the direction of text (UAX #9).
 */
const UNSAFE = /[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** The same, and DEL, as JSON leaves them in a text. */
const UNSAFE_IN_JSON = new RegExp(`\\u007f|${UNSAFE.source}`, "g");

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

/** What neither ends a line nor is a tab, and could drive a terminal. */
const CONTROLS = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f\\u007f]|${UNSAFE.source}`, "g");

/** A text for people, of any number of lines: what could drive a terminal is escaped, and nothing else. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    const hex = code.toString(16);
    return code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
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
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
