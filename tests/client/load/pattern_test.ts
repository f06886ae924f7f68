import { Pattern } from "../../../client/load/pattern.ts";
import { assert, assertEquals, assertMatch, assertNotEquals } from "../../assert.ts";

const PATTERNS = { text: Pattern.TEXT, binary: Pattern.BINARY };
const START = { connection: 0, position: 0, count: 64 };

Deno.test("text is letters and digits: no NUL, no newline, and no END", () => {
  const text = new Uint8Array(200_000);
  Pattern.TEXT.fill(text, { connection: 0, position: 0 });
  assertMatch(new TextDecoder().decode(text), /^[a-z2-7]+$/);
});

Deno.test("binary is any byte", () => {
  const bytes = new Uint8Array(65_521);
  Pattern.BINARY.fill(bytes, { connection: 0, position: 0 });
  assertEquals(new Set(bytes).size, 256);
});

for (const [name, pattern] of Object.entries(PATTERNS)) {
  const bytesAt = (connection: number, position: number, length: number) => {
    const bytes = new Uint8Array(length);
    pattern.fill(bytes, { connection, position });
    return bytes;
  };

  Deno.test(`${name}: the bytes at a position do not depend on how they are cut`, () => {
    const whole = bytesAt(5, 0, 200_000);
    for (const position of [0, 1, 65_520, 65_521, 65_522, 131_041, 199_000]) {
      assertEquals(bytesAt(5, position, 1000), whole.slice(position, position + 1000));
      const place = { connection: 5, position, count: 1000 };
      assertEquals(pattern.findWrong(whole.subarray(position), place), -1);
      assertEquals(pattern.byteAt(place), whole[position]);
    }
  });

  Deno.test(`${name}: any wrong byte is found, and bytes behind those that count are not looked at`, () => {
    for (const wrong of [0, 1, 500, 998, 999]) {
      const bytes = bytesAt(7, 65_000, 1000);
      bytes[wrong] = (bytes[wrong] ?? 0) ^ 0x80;
      const place = { connection: 7, position: 65_000 };
      assertEquals(pattern.findWrong(bytes, { ...place, count: 1000 }), wrong);
      assertEquals(pattern.findWrong(bytes, { ...place, count: wrong }), -1);
    }
  });

  Deno.test(`${name}: bytes that are shifted by as much as a buffer, or come from another connection, are wrong`, () => {
    for (const shift of [1, 2, 64, 1024, 4096, 65_535, 65_536, 131_072, 1024 * 1024]) {
      assertNotEquals(pattern.findWrong(bytesAt(0, shift, 64), START), -1);
    }
    for (let other = 1; other < 65_521; other += 7) {
      assert(pattern.findWrong(bytesAt(other, 0, 64), START) !== -1, `connection ${other}`);
    }
  });

  Deno.test(`${name}: bytes in front of which others are lost are found where they belong`, () => {
    const place = { connection: 3, position: 65_500 };
    const later = (bytes: Uint8Array) => pattern.findLater(bytes, { ...place, end: 65_600 });
    for (const lost of [1, 30, 80, 92]) {
      assertEquals(later(bytesAt(3, 65_500 + lost, 100 - lost)), 65_500 + lost);
    }
    assertEquals(later(bytesAt(3, 65_593, 7)), -1, "too few to know");
    assertEquals(later(bytesAt(3, 65_501, 100)), -1, "beyond the end");
    assertEquals(later(bytesAt(4, 65_510, 50)), -1, "of another connection");
  });
}
