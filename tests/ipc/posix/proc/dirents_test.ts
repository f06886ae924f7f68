import { pushNumbers } from "../../../../ipc/posix/proc/dirents.ts";
import { assertEquals } from "../../../assert.ts";

/** What getdents64(2) writes of a folder with these names. */
function direntsOf(names: readonly string[]): Uint8Array {
  return Uint8Array.from(names.flatMap((name) => {
    const text = new TextEncoder().encode(`${name}\0`);
    const entry = new Uint8Array(Math.ceil((19 + text.length) / 8) * 8).fill(0xff, 0, 16);
    entry[16] = entry.length & 0xff;
    entry[17] = entry.length >> 8;
    entry[18] = 4;
    entry.set(text, 19);
    return [...entry];
  }));
}

/** With one so long that the length of its entry takes two bytes. */
const OTHERS = ["self", "1a", "a1", "-1", "1:", "1/", "x".repeat(255)];

function numbersOf(bytes: Uint8Array, count = bytes.length): number[] {
  const numbers = [7];
  pushNumbers(numbers, { bytes, count });
  return numbers;
}

Deno.test("pushNumbers() adds the names that are numbers, and no others", () => {
  const bytes = direntsOf([".", "..", ...OTHERS, "0", "12", "4194304", "2147483647"]);
  assertEquals(numbersOf(bytes), [7, 0, 12, 4_194_304, 2_147_483_647]);
});

Deno.test("pushNumbers() reads no more than the kernel has written", () => {
  const bytes = direntsOf(["1", "2"]);
  assertEquals(numbersOf(bytes, 24), [7, 1]);
  assertEquals(numbersOf(bytes, 0), [7]);
});

Deno.test("pushNumbers() ends where an entry has no length", () => {
  const bytes = direntsOf(["1", "2"]);
  bytes[16] = 0;
  assertEquals(numbersOf(bytes), [7, 1]);
});
