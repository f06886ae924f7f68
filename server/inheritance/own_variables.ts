/**
 * The server's own variables, where a program is to have some of them and Deno can pass on all or none.
 *
 * Deno lets this process read the few that it asked for itself; any program may read all, so one is asked.
 *
 * @module
 */

import { OperationalError, spawnReasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import { startAnywhere } from "../../ipc/working_folder.ts";
import { findExecutable } from "../parent/spawn/executable.ts";

/** What printenv(1) says of a variable that is not set. */
const UNSET = 1;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Those of these variables that this process has. Throws {@linkcode OperationalError} where one is no UTF-8, or there
 * is no printenv(1).
 */
export async function readOwnVariables(
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const found: [name: string, value: string][] = [];
  for (const name of names) {
    const value = await readOwn(name);
    if (value !== null) found.push([name, value]);
  }
  return Object.fromEntries(found);
}

async function readOwn(name: string): Promise<string | null> {
  const { code, stdout } = await printenv(name);
  if (code === UNSET) return null;
  if (code !== 0) throw problem(name, say`printenv(1) ends with status ${code}`);
  try {
    // A newline ends it.
    return decoder.decode(stdout.subarray(0, -1));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw problem(name, say`it is no UTF-8, which only --transport socket passes on`, cause);
  }
}

async function printenv(name: string): Promise<Deno.CommandOutput> {
  try {
    const path = await findExecutable("printenv");
    const command = new Deno.Command(path, { args: [name], stderr: "null" });
    return await startAnywhere(() => command.output());
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw problem(name, spawnReasonOf(cause), cause);
  }
}

function problem(name: string, reason: string, cause?: Error): OperationalError {
  return new OperationalError(say`Cannot pass the variable ${name} on: ${reason}`, { cause });
}
