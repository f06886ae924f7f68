/**
 * Makes a file in one step: whoever looks at its path sees what was there before, or the whole new file.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";

/**
 * Lets `make` make the file at another path, in a folder of its own beside it, and puts it in its place if that
 * resolves to true. The folder is removed, also when `make` rejects. Rejects with {@linkcode OperationalError} if there
 * can be no such file.
 */
export async function makeInOneStep(
  path: string,
  make: (unfinished: string) => Promise<boolean>,
): Promise<void> {
  const name = basename(path);
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const folder = await Deno.makeTempDir({ dir: dirname(path), prefix: `.${name}-` });
    try {
      const unfinished = join(folder, name);
      if (await make(unfinished)) await Deno.rename(unfinished, path);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new OperationalError(`Cannot make ${path}: ${reasonOf(cause)}`, { cause });
  }
}
