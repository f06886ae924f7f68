import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { withPackedData } from "../../tools/packed_data.ts";

/** Bytes that can be compressed, as text. */
const DATA = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => i % 251))
  .toString("base64");

async function exportOf(code: string): Promise<unknown> {
  const { data } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return data;
}

Deno.test("data in a module is compressed, and is the same when the module is loaded", async () => {
  const packed = withPackedData(`export const data = ["${DATA}", "short", "${DATA}"];`) ?? "";
  assert(packed.length < DATA.length / 10, `${packed.length} characters`);
  assertEquals(await exportOf(packed), [DATA, "short", DATA]);
});

Deno.test("a module without data is left as it is", () => {
  assertEquals(withPackedData(`export const data = "${DATA.slice(0, 9000)}";`), null);
});

Deno.test("a long string that is no base64 is left as it is", () => {
  assertEquals(withPackedData(`export const data = "${DATA.replace("A", "-")}";`), null);
});
