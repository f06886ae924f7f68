/**
 * What the environment tells this program.
 *
 * @module
 */

/**
 * The value of a variable, or undefined where it is not set, is no UTF-8, or may not be read: who runs this from source
 * chooses what it may.
 */
export function readVariable(
  name: string,
  env: Pick<Deno.Env, "get"> = Deno.env,
): string | undefined {
  try {
    return env.get(name);
  } catch (error) {
    const isUnreadable = error instanceof Deno.errors.InvalidData;
    if (!isUnreadable && !(error instanceof Deno.errors.NotCapable)) throw error;
    return undefined;
  }
}
