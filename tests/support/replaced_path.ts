/** Another `PATH`, for the programs that a test starts. */

import { replaceDeno } from "../server/replaced_deno.ts";

/**
 * Gives this `PATH` to every program that is started, until it is disposed. `Deno.env.set` would give it to the tests of
 * other files too: they run at the same time, and the environment is the process's.
 */
export function replacePath(path: string): Disposable {
  return replaceDeno(
    "Command",
    class extends Deno.Command {
      constructor(command: string | URL, options: Deno.CommandOptions = {}) {
        super(command, { ...options, env: { PATH: path, ...options.env } });
      }
    },
  );
}
