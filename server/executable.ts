/**
 * Finds the program that a command line names, as a shell would, before the first connection needs it.
 *
 * @module
 */

import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";
import { readVariable } from "./environment.ts";

/** Where programs are looked for if `PATH` does not say: what the system's own default (confstr(3)) has, and one more. */
const PATH_DEFAULT = "/usr/local/bin:/usr/bin:/bin";

/** The bits of a file's mode that let anybody execute it (chmod(2)). */
const EXECUTABLE = 0o111;

/** Why a path cannot be executed. */
interface Obstacle {
  readonly reason: string;
  /** Whether there is something of that name: then it is what was meant. */
  readonly isThere: boolean;
}

/**
 * The absolute path of an executable, searched in `PATH` unless its name has a slash. Throws {@linkcode OperationalError}. That
 * this user may not execute what others may, only the start of the program can tell.
 */
export async function findExecutable(
  name: string,
  env: Pick<Deno.Env, "get"> = Deno.env,
): Promise<string> {
  // Windows has no such permission, and other rules for names; there the start of the program has to tell.
  if (Deno.build.os === "windows") return name;
  const isPath = name.includes("/");
  const folders = isPath ? [] : (readVariable("PATH", env) ?? PATH_DEFAULT).split(":");
  // An empty name is the working folder's.
  const paths = isPath ? [name] : folders.map((folder) => `${folder || "."}/${name}`);
  let reason = isPath ? "no such program" : "no such program in PATH";
  for (const path of paths) {
    const obstacle = await obstacleTo(path);
    if (obstacle === null) return path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
    if (obstacle.isThere || isPath) reason = obstacle.reason;
  }
  throw new OperationalError(`Cannot run ${JSON.stringify(name)}: ${reason}`);
}

async function obstacleTo(path: string): Promise<Obstacle | null> {
  try {
    const { isDirectory, isFile, mode } = await Deno.stat(path);
    if (isDirectory) return { reason: "it is a folder", isThere: true };
    if (isFile && ((mode ?? 0) & EXECUTABLE) !== 0) return null;
    const reason = "permission denied (make it executable with chmod +x)";
    return { reason, isThere: true };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { reason: "no such program", isThere: false };
    }
    // Deno itself refuses some folders of the system, such as /proc, whatever it is allowed.
    if (errnoOf(error) === null && !(error instanceof Deno.errors.NotCapable)) throw error;
    return { reason: reasonOf(error), isThere: false };
  }
}

/** The path of an executable, or null if this machine has none of that name. */
export async function lookUpExecutable(name: string): Promise<string | null> {
  try {
    return await findExecutable(name);
  } catch (error) {
    if (error instanceof OperationalError) return null;
    throw error;
  }
}
