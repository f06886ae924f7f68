/**
 * The SHA-256 sums of files, as `sha256sum -c` and `shasum -a 256 -c` read them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";

/** The sums of the files with these names in the folder, a line for each, in the order of their names. */
export async function checksumsOf(folder: string, names: readonly string[]): Promise<string> {
  let lines = "";
  for (const name of names.toSorted()) lines += `${await sumOf(join(folder, name))}  ${name}\n`;
  return lines;
}

/** The sum of a file, in hexadecimal. */
export async function sumOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}
