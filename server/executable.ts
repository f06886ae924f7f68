/**
 * Finds the program that a command line names, as a shell would, before the first connection needs it.
 *
 * @module
 */

import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";

/**
 * Prints the path of `$1` if it may be executed by whoever asks, which only the system can tell (access(2)), and says by
 * its exit status what else is the matter: 3 not found, 4 a folder, 5 not executable.
 */
const SCRIPT = `
status=3
look() {
  if [ -d "$1" ]; then status=4
  elif [ -f "$1" ] && [ -x "$1" ]; then printf %s "$1"; exit 0
  elif [ -e "$1" ]; then status=5
  fi
}
case $1 in
*/*) look "$1" ;;
*)
  IFS=:
  set -f
  folders=$PATH:
  for folder in $folders; do look "\${folder:-.}/$1"; done ;;
esac
exit $status`;

const REASONS: ReadonlyMap<number, string> = new Map([
  [3, "no such program"],
  [4, "it is a folder"],
  [5, "permission denied (make it executable with chmod +x)"],
]);

/** The path of an executable, searched in `PATH` unless its name has a slash. Throws {@linkcode OperationalError}. */
export async function findExecutable(name: string): Promise<string> {
  // Windows has no such shell and no such permission; there the start of the program has to tell.
  if (Deno.build.os === "windows") return name;
  const shell = new Deno.Command("sh", { args: ["-c", SCRIPT, "sh", name], stderr: "null" });
  const refuse = (reason: string, cause?: unknown) =>
    new OperationalError(`Cannot run ${JSON.stringify(name)}: ${reason}`, { cause });
  const { code, stdout } = await shell.output().catch((cause) => {
    if (errnoOf(cause) === null) throw cause;
    throw refuse(`the shell that looks for it cannot be started: ${reasonOf(cause)}`, cause);
  });
  if (code === 0) return new TextDecoder().decode(stdout);
  const where = code === 3 && !name.includes("/") ? " in PATH" : "";
  throw refuse((REASONS.get(code) ?? "the shell could not look for it") + where);
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
