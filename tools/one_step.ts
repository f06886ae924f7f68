/**
 * Makes a file of the build in one step, with the folders that it needs.
 *
 * @module
 */

import { dirname } from "node:path";
import { replaceFile } from "../cli/replace_file.ts";
import { isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";

/** Replaces the file as `replaceFile` does. Rejects with {@linkcode OperationalError} if there can be no such file. */
export async function makeInOneStep(
  path: string,
  make: (unfinished: string) => Promise<boolean>,
): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await replaceFile(path, make);
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new OperationalError(`Cannot make ${path}: ${reasonOf(cause)}`, { cause });
  }
}
