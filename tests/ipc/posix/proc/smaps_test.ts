import { parsePss } from "../../../../ipc/posix/proc/smaps.ts";
import { assertEquals } from "../../../assert.ts";

const TEXT = `55b9c502b000-7ffc788b9000 ---p 00000000 00:00 0                          [rollup]
Rss:                1736 kB
Pss:                 238 kB
Pss_Dirty:           112 kB
SwapPss:               7 kB
`;

Deno.test("parsePss() reads the proportional size in bytes, and none of those with a like name", () => {
  assertEquals(parsePss(TEXT), 238 * 1024);
});

Deno.test("parsePss() is null where the text tells none, or is cut off", () => {
  assertEquals(parsePss(""), null);
  assertEquals(parsePss(TEXT.replace("Pss: ", "Psst:")), null);
  assertEquals(parsePss(TEXT.slice(0, TEXT.indexOf("38 kB") + 3)), null);
});
