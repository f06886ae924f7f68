/**
 * What programs inherit, as the user asked for it: looked for once, and given to each with its command.
 *
 * @module
 */

import type { FlagValues } from "../../cli/flags.ts";
import type { Prepare, SessionCommand } from "../parent/spawn/session.ts";
import { findFolder } from "../parent/spawn/folder.ts";
import type { INHERITANCE_FLAGS } from "./flags.ts";
import { openLimits } from "./limits.ts";
import { readOwnVariables } from "./own_variables.ts";

/** What the user asked for. */
export interface InheritanceOptions extends FlagValues<typeof INHERITANCE_FLAGS> {
  /** How a program gets its connection. */
  readonly transport: string;
}

/**
 * Has programs start so that they inherit that. Throws `OperationalError` where they cannot: a folder that
 * there is not, a limit that may not be set.
 */
export async function openInheritance(options: InheritanceOptions): Promise<Prepare> {
  const { chdir, limit } = options;
  const folder = chdir === "" ? {} : { cwd: findFolder(chdir) };
  const setLimits = await openLimits(limit);
  const { env, ...inherits } = await openEnvironment(options);
  return (command) =>
    setLimits({ ...command, ...folder, ...inherits, env: { ...env, ...command.env } });
}

async function openEnvironment(
  { env: variables, noEnv, transport }: InheritanceOptions,
): Promise<Pick<SessionCommand, "env" | "inherits">> {
  const values = [...new Map(variables.map(({ name, value }) => [name, value]))];
  const env = Object.fromEntries(
    values.flatMap(([name, value]) => value === null ? [] : [[name, value]]),
  );
  if (!noEnv) return { env };
  const own = values.flatMap(([name, value]) => value === null ? [name] : []);
  // libc passes them on as they are.
  if (transport === "socket") return { env, inherits: new Set(own) };
  return { env: { ...await readOwnVariables(own), ...env }, inherits: new Set() };
}
