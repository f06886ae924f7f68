/** Other variables of the environment, for what a test calls. */

import { replaceDeno } from "../server/replaced_deno.ts";

/**
 * Gives these variables to whoever asks `Deno.env` for them, until it is disposed. `Deno.env.set` would give them to
 * the tests of other files too: they run at the same time, and the environment is the process's.
 */
export function replaceEnv(variables: Readonly<Record<string, string>>): Disposable {
  const { env } = Deno;
  const get = (name: string) => variables[name] ?? env.get(name);
  return replaceDeno("env", { ...env, get });
}
