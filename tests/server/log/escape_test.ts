import fc from "fast-check";
import {
  escapeBytes,
  escapeControls,
  escapeLines,
  stringifySafely,
} from "../../../server/log/escape.ts";
import { assertEquals, assertNotMatch } from "../../assert.ts";
import { bytesOf } from "../../support/bytes.ts";
import { joined } from "../../support/pieces.ts";

/** What is escaped, the bytes or the text it is sent as, and how it shows. */
const TABLE: readonly (readonly [string, string | readonly number[], string])[] = [
  ["nothing", "", ""],
  ["ASCII text as it is", "Hello, world! ~", "Hello, world! ~"],
  ["NUL", [0x00], "\\x00"],
  ["BEL", "ding\x07", "ding\\x07"],
  ["a tab", "a\tb", "a\\tb"],
  ["a newline and a carriage return", "a\r\nb", "a\\r\\nb"],
  ["ESC, which starts a sequence", "\x1b[2J", "\\x1b[2J"],
  ["the last control below the space", [0x1f, 0x20], "\\x1f "],
  ["DEL", "\x7f", "\\x7f"],
  ["a backslash, doubled", "C:\\new", "C:\\\\new"],
  ["the first and last C1 control as UTF-8", "\u0080\u009f", "\\xc2\\x80\\xc2\\x9f"],
  ["CSI as UTF-8", "\u009b2J", "\\xc2\\x9b2J"],
  ["CSI as a lone byte", [0x9b, 0x32, 0x4a], "\\x9b2J"],
  ["a no-break space as it is, next to the C1 controls", "\u00a0", "\u00a0"],
  ["Latin letters as they are", "Grüße, œuvre", "Grüße, œuvre"],
  ["Korean as it is", "안녕하세요", "안녕하세요"],
  ["emoji as they are, joined ones too", "🐣 👩‍💻", "🐣 👩‍💻"],
  ["the last character there is", "\u{10ffff}", "\u{10ffff}"],
  [
    "the first and last character of each length",
    "~\u00a0\u07ff\u0800\uffff\u{10000}",
    "~\u00a0\u07ff\u0800\uffff\u{10000}",
  ],
  ["a right-to-left override", "a\u202eb", "a\\xe2\\x80\\xaeb"],
  ["direction marks", "\u061c\u200e\u200f", "\\xd8\\x9c\\xe2\\x80\\x8e\\xe2\\x80\\x8f"],
  ["direction isolates", "\u2066\u2069", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"],
  ["line and paragraph separators", "\u2028\u2029", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"],
  ["a byte order mark", "\ufeffa", "\\xef\\xbb\\xbfa"],
  ["a lone continuation byte", [0x61, 0x80, 0x62], "a\\x80b"],
  ["a two-byte character cut short", [0xc3], "\\xc3"],
  ["a three-byte character cut short", [0xec, 0x95], "\\xec\\x95"],
  ["a four-byte character cut short", [0xf0, 0x9f, 0x90], "\\xf0\\x9f\\x90"],
  ["a character cut short by text, which is kept", [0xec, 0x95, 0x61, 0x62], "\\xec\\x95ab"],
  ["a character cut short by another, which is kept", [0xc3, 0xc3, 0xbc], "\\xc3ü"],
  ["an overlong slash of two bytes", [0xc0, 0xaf], "\\xc0\\xaf"],
  ["an overlong ESC of three bytes", [0xe0, 0x80, 0x9b], "\\xe0\\x80\\x9b"],
  ["an overlong NUL of four bytes", [0xf0, 0x80, 0x80, 0x80], "\\xf0\\x80\\x80\\x80"],
  ["a surrogate", [0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"],
  ["what lies beyond the last character", [0xf4, 0x90, 0x80, 0x80], "\\xf4\\x90\\x80\\x80"],
  ["bytes that UTF-8 never has", [0xfe, 0xff], "\\xfe\\xff"],
];

for (const [what, sent, shown] of TABLE) {
  Deno.test(`escapeBytes() shows ${what}`, () => {
    const bytes = typeof sent === "string" ? bytesOf(sent) : Uint8Array.from(sent);
    assertEquals(escapeBytes(bytes), shown);
  });
}

/** What a terminal may obey: the controls (Cc), separators and direction marks. */
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/u;

/** Bytes of every kind: noise, characters, and characters cut short. */
const noise = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.string({ unit: "binary", maxLength: 4 }).map(bytesOf),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).map(bytesOf)
      .map((encoded) => encoded.subarray(0, -1)),
    fc.constantFrom(
      ...TABLE.map(([, sent]) => typeof sent === "string" ? bytesOf(sent) : Uint8Array.from(sent)),
    ),
  ),
  { maxLength: 12 },
).map(joined);

Deno.test("escapeBytes() lets no control through, and the bytes can be told from the result", () => {
  fc.assert(
    fc.property(noise, (bytes) => {
      const shown = escapeBytes(bytes);
      assertNotMatch(shown, DANGEROUS);
      assertEquals(unescape(shown), bytes);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("stringifySafely() lets no control through, and means the same to a parser", () => {
  fc.assert(
    fc.property(noise, (bytes) => {
      const value = { text: new TextDecoder().decode(bytes) };
      const json = stringifySafely(value);
      assertNotMatch(json, DANGEROUS);
      assertEquals(JSON.parse(json), value);
    }),
    { numRuns: 500 },
  );
});

Deno.test("stringifySafely() escapes what JSON leaves as it is, and nothing else", () => {
  const text = '\x1b\x7f\u009b\u202e\u{feff} "안녕" 🐣 \u00a0';
  assertEquals(
    stringifySafely([text]),
    '["\\u001b\\u007f\\u009b\\u202e\\ufeff \\"안녕\\" 🐣 \u00a0"]',
  );
});

const NAMED: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, r: 0x0d, "\\": 0x5c };

/** The bytes that an escaped text stands for. */
function unescape(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const [piece, hex, name] of text.matchAll(/\\x([0-9a-f]{2})|\\([tnr\\])|[^\\]/gsu)) {
    if (hex !== undefined) bytes.push(parseInt(hex, 16));
    else if (name !== undefined) bytes.push(NAMED[name] ?? NaN);
    else bytes.push(...bytesOf(piece));
  }
  return Uint8Array.from(bytes);
}

const LINES: readonly (readonly [what: string, text: string, shown: string])[] = [
  ["nothing", "", ""],
  [
    "a stack as it is, on as many lines",
    "Error: no\n    at a.ts:1:2\n",
    "Error: no\n    at a.ts:1:2\n",
  ],
  ["what could drive a terminal, on each line", "a\x1b[2J\nb\r\n\tc", "a\\x1b[2J\nb\\r\n\\tc"],
  ["other separators of lines", "a\u2028b\u0085c", "a\\xe2\\x80\\xa8b\\xc2\\x85c"],
  ["Korean as it is", "안녕\n하세요", "안녕\n하세요"],
  ["half a character", "a\ud800b", "a\ufffdb"],
];

for (const [what, text, shown] of LINES) {
  Deno.test(`escapeLines() shows ${what}`, () => assertEquals(escapeLines(text), shown));
}

Deno.test("escapeControls() escapes what could drive a terminal, and nothing else", () => {
  assertEquals(escapeControls('a\tb\nc \\ "안녕" 🐣'), 'a\tb\nc \\ "안녕" 🐣');
  assertEquals(escapeControls("\0\x1b[2J\r\x7f\u009b1m"), "\\x00\\x1b[2J\\x0d\\x7f\\x9b1m");
  assertEquals(escapeControls("\u202e\u2028\ufeff"), "\\u202e\\u2028\\ufeff");
});
