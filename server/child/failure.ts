/**
 * What a handler module threw, as a text.
 *
 * @module
 */

/** The message of an error; of anything else what it looks like. */
export function messageOf(thrown: unknown): string {
  return shown(() => {
    if (typeof thrown === "string") return thrown;
    return thrown instanceof Error ? String(thrown.message) : Deno.inspect(thrown);
  });
}

/** The stack of an error that has one; else its message. */
export function stackOf(thrown: unknown): string {
  return shown(() => {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === "string" ? stack : messageOf(thrown);
  });
}

/** A module may throw anything, also what throws again, whatever it is, when it is looked at. */
function shown(look: () => string): string {
  try {
    return look();
  } catch {
    return "something that cannot be shown";
  }
}
