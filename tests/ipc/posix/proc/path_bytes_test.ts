import { writeBytes, writeNumber } from "../../../../ipc/posix/proc/path_bytes.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("writeNumber() writes what a number's text is, and tells where it ends", () => {
  for (const number of [0, 1, 9, 10, 99, 100, 101, 4_194_304, 999_999_999, 2 ** 31 - 1]) {
    const path = new Uint8Array(16);
    const end = writeNumber(path, { number, at: 2 });
    assertEquals(new TextDecoder().decode(path.subarray(2, end)), `${number}`);
    assertEquals([path[1], path[end]], [0, 0]);
  }
});

Deno.test("writeBytes() copies bytes, and nothing beyond the end of the path", () => {
  const path = new Uint8Array(5);
  assertEquals(writeBytes(path, { bytes: Uint8Array.of(1, 2, 3), at: 1 }), 4);
  assertEquals([...path], [0, 1, 2, 3, 0]);
  writeBytes(path, { bytes: Uint8Array.of(4, 5), at: 4 });
  assertEquals([...path], [0, 1, 2, 3, 4]);
});
