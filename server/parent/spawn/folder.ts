/**
 * The working folder that programs are started in, looked at before the first is.
 *
 * @module
 */

import { errnoOf, OperationalError, reasonOf } from "../../../ipc/errors.ts";
import { say } from "../../../ipc/say.ts";

/**
 * The absolute path of a folder, which stays the same when this process leaves its own. Throws
 * {@linkcode OperationalError} where there is none, or this user may not enter it.
 */
export function findFolder(path: string): string {
  const absolute = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  try {
    Deno.statSync(absolute);
    enter(absolute);
    return absolute;
  } catch (cause) {
    if (errnoOf(cause) === null && !(cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new OperationalError(say`Cannot start programs in ${path}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/**
 * Throws where a folder may not be entered: then it is not even told that a name is not in it, path_resolution(7). A
 * folder's own name in it, which always is, Deno would leave out.
 */
function enter(folder: string): void {
  try {
    Deno.lstatSync(`${folder}/${crypto.randomUUID()}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
