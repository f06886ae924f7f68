/**
 * Replaces a file in one step: whoever looks at its path sees what was there before, or the whole new file.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/**
 * Lets `make` make the file at another path, in a folder of its own beside it, and puts it in its place if that
 * resolves to true. The folder is removed, also when `make` rejects. Rejects with the operating system's error if there
 * can be no such file.
 */
export async function replaceFile(
  path: string,
  make: (unfinished: string) => Promise<boolean>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: dirname(path), prefix: ".brood-" });
  try {
    const unfinished = join(folder, basename(path));
    if (await make(unfinished)) await Deno.rename(unfinished, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
