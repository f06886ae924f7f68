import { fillPattern, findWrongByte } from "../../../client/load/pattern.ts";
import { assert, assertEquals, assertNotEquals } from "../../assert.ts";

function pattern(connection: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  fillPattern(bytes, { connection, position });
  return bytes;
}

Deno.test("the bytes at a position do not depend on how they are cut", () => {
  const whole = pattern(5, 0, 200_000);
  for (const position of [0, 1, 65_520, 65_521, 65_522, 131_041, 199_000]) {
    assertEquals(pattern(5, position, 1000), whole.slice(position, position + 1000));
    const place = { connection: 5, position, count: 1000 };
    assertEquals(findWrongByte(whole.subarray(position), place), -1);
  }
});

Deno.test("any wrong byte is found, and bytes behind those that count are not looked at", () => {
  for (const wrong of [0, 1, 500, 998, 999]) {
    const bytes = pattern(7, 65_000, 1000);
    bytes[wrong] = (bytes[wrong] ?? 0) ^ 0x80;
    assertEquals(findWrongByte(bytes, { connection: 7, position: 65_000, count: 1000 }), wrong);
    assertEquals(findWrongByte(bytes, { connection: 7, position: 65_000, count: wrong }), -1);
  }
});

Deno.test("bytes that are shifted by as much as a buffer, or come from another connection, are wrong", () => {
  for (const shift of [1, 2, 64, 1024, 4096, 65_535, 65_536, 131_072, 1024 * 1024]) {
    assertNotEquals(findWrongByte(pattern(0, shift, 64), { ...START, connection: 0 }), -1);
  }
  for (let other = 1; other < 65_521; other += 7) {
    assert(findWrongByte(pattern(other, 0, 64), START) !== -1, `connection ${other}`);
  }
});

const START = { connection: 0, position: 0, count: 64 };
