/**
 * Data in the binary: a package that comes with WebAssembly has it in its code, as base64. A compiled program reads all
 * of its code at each start, though hardly one needs that. So it is compressed, and unpacked where its file is loaded.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

/** Shorter strings are left as they are. */
const LENGTH_MIN = 100_000;

const DATA = new RegExp(`"([A-Za-z0-9+/]{${LENGTH_MIN},}={0,2})"`, "g");

/** The name of what unpacks, which no code has. */
const UNPACK = "__unpackData";

const UNPACKING = `import { Buffer as __Buffer } from "node:buffer";
import { brotliDecompressSync as __brotliDecompressSync } from "node:zlib";
const ${UNPACK} = (packed) =>
  __brotliDecompressSync(__Buffer.from(packed, "base64")).toString("base64");
`;

/** The code of a module with its data compressed, or null if it has none. What it does is the same. */
export function withPackedData(code: string): string | null {
  const packed = code.replace(DATA, (_, data: string) => {
    const bytes = brotliCompressSync(Buffer.from(data, "base64"));
    return `${UNPACK}("${bytes.toString("base64")}")`;
  });
  return packed === code ? null : UNPACKING + packed;
}

/** Does so with the modules of a folder. */
export async function packData(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const packed = withPackedData(await Deno.readTextFile(path));
    if (packed !== null) await Deno.writeTextFile(path, packed);
  }
}
