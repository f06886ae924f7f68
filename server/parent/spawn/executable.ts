/**
 * Finds the program that a command line names, as a shell would, before the first connection needs it, and looks what
 * is the matter with one that could not be executed later.
 *
 * @module
 */

import { errnoOf, isShortage, OperationalError, problemOf, reasonOf } from "../../../ipc/errors.ts";
import { readVariable } from "../../../cli/environment.ts";
import { say } from "../../../ipc/say.ts";
import { findFolder } from "./folder.ts";

/**
 * Where programs are looked for if `PATH` does not say: what the system's own default (confstr(3)) has, and one more.
 */
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
 * The absolute path of an executable, searched in `PATH` unless its name has a slash. Throws
 * {@linkcode OperationalError}. That this user may not execute what others may, only the start of the program can tell.
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
  let reason = isPath ? say`no such program` : say`no such program in PATH`;
  for (const path of paths) {
    const obstacle = await obstacleTo(path);
    if (obstacle === null) return path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
    if (obstacle.isThere || isPath) reason = obstacle.reason;
  }
  throw new OperationalError(say`Cannot run ${JSON.stringify(name)}: ${reason}`);
}

async function obstacleTo(path: string): Promise<Obstacle | null> {
  try {
    const { isDirectory, isFile, mode } = await Deno.stat(path);
    if (isDirectory) return { reason: say`it is a folder`, isThere: true };
    if (isFile && ((mode ?? 0) & EXECUTABLE) !== 0) return null;
    const reason = say`permission denied (make it executable with chmod +x)`;
    return { reason, isThere: true };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { reason: say`no such program`, isThere: false };
    }
    // Deno itself refuses some folders of the system, such as /proc, whatever it is allowed.
    if (errnoOf(error) === null && !(error instanceof Deno.errors.NotCapable)) throw error;
    return { reason: reasonOf(error), isThere: false };
  }
}

/** An interpreter that a script names in its first line (execve(2)). */
const INTERPRETER = /^#![ \t]*([^\0\s]+)/;

/** How much of a script may name its interpreter: what the kernel reads. */
const INTERPRETER_BYTES = 256;

/**
 * The error of a program that was executable once and could not be started: where the operating system says that there
 * is no such file although there is, it is the interpreter that is missing, or the folder to start it in. A want of
 * descriptors, memory or processes is no fault of the program's, and stays what it is.
 */
export function executionError(
  { path, cwd }: { readonly path: string; readonly cwd?: string | undefined },
  cause: unknown,
): unknown {
  const errno = errnoOf(cause);
  if (errno === null || isShortage(cause) || errno === "EAGAIN") return cause;
  const lost = cwd === undefined ? null : problemOf(() => findFolder(cwd));
  if (lost !== null) return new OperationalError(lost, { cause });
  const interpreter = errno === "ENOENT" && exists(path) ? interpreterOf(path) : null;
  const reason = interpreter === null
    ? reasonOf(cause)
    : say`there is no ${interpreter} to interpret it`;
  return new OperationalError(say`Cannot execute ${path}: ${reason}`, { cause });
}

/** What the first line of a script names; null where it names none, or nobody may read it. */
function interpreterOf(path: string): string | null {
  const beginning = new Uint8Array(INTERPRETER_BYTES);
  try {
    using file = Deno.openSync(path);
    const count = file.readSync(beginning) ?? 0;
    const line = new TextDecoder().decode(beginning.subarray(0, count));
    return INTERPRETER.exec(line)?.[1] ?? null;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return false;
  }
}
