/**
 * Whether what the user asks for can be inherited by what serves: a program inherits all of it, a worker little.
 *
 * @module
 */

import { flagName } from "../../cli/flags.ts";
import { say } from "../../ipc/say.ts";
import { INHERITANCE_FLAGS } from "./flags.ts";
import type { Limit } from "./limits.ts";

/** What the user has asked for. */
export interface AskedToInherit {
  /** How connections meet processes. */
  readonly mode: string;
  /** Whether a program serves. */
  readonly hasProgram: boolean;
  /** The options whose flags were given. */
  readonly given: ReadonlySet<string>;
  /** What processes may use. */
  readonly limits: readonly Limit[];
}

/** What cannot be inherited, in a line; null if all can. */
export function inheritanceConflict(
  { mode, hasProgram, given, limits }: AskedToInherit,
): string | null {
  if (hasProgram) return null;
  const variable = (["env", "noEnv"] as const).find((option) => given.has(option));
  if (variable !== undefined) {
    const name = flagName(variable, INHERITANCE_FLAGS[variable]);
    return say`--${name} goes with a program: a worker may read no environment`;
  }
  if (given.has("chdir")) return say`--chdir goes with a program: a worker may open no file`;
  if (limits.length > 0 && mode === "iterative") {
    return say`--limit goes with --mode per-connection or prefork, or with a program: iterative mode has no other process`;
  }
  if (limits.some(({ name }) => name === "memory")) {
    return say`--limit memory goes with a program: a worker's engine reserves far more addresses than it uses memory`;
  }
  return null;
}
