/**
 * The working folder, which Deno enters for every process that it starts: one that was removed since, as by an upgrade,
 * or that this user may not enter, as after su(1), would let it start none.
 *
 * @module
 */

/**
 * Calls `start`, and leaves a working folder that cannot be entered for `/` if that is why it throws. Whatever the user
 * names by a relative path must have been found before. Throws what `start` throws.
 */
export function startAnywhere<T>(start: () => T): T {
  try {
    return start();
  } catch (error) {
    if (!isOfFolder(error) || canEnterFolder()) throw error;
    Deno.chdir("/");
    return start();
  }
}

/** Leaves a working folder that cannot be entered for `/`: for what starts there although Deno could not work in it. */
export function leaveLostFolder(): void {
  if (!canEnterFolder()) Deno.chdir("/");
}

function canEnterFolder(): boolean {
  try {
    Deno.chdir(Deno.cwd());
    return true;
  } catch (error) {
    // Without the permission to read nobody can leave it either.
    if (error instanceof Deno.errors.NotCapable) return true;
    if (!isOfFolder(error)) throw error;
    return false;
  }
}

function isOfFolder(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied;
}
