/** Programs of others that tests use. */

/** Which of the programs that a test needs are missing. */
export interface MissingTools {
  /** Their names, or "". */
  readonly missing: string;
  /** Why the test is skipped then, or null: in CI they must be there. */
  readonly reason: string | null;
}

/** Looks for the programs that a test needs. */
export function findMissingTools(needs: readonly string[]): MissingTools {
  const missing = needs.filter((tool) => !isInstalled(tool)).join(" and ");
  const mayBeMissing = Deno.env.get("CI") === undefined;
  const reason = missing !== "" && mayBeMissing ? `${missing} is not installed` : null;
  return { missing, reason };
}

/** Whether a program is in `PATH`. */
function isInstalled(tool: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${tool}`).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return false;
      }
      throw error;
    }
  });
}
