/**
 * Signals to processes that may be gone.
 *
 * @module
 */

/** Signals a process, or with a negative number a group. Returns false where it is gone, or another user's. */
export function signalTo(target: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(target, signal);
    return true;
  } catch (error) {
    const isGone = error instanceof Deno.errors.NotFound;
    // Nobody but that user may end it (setuid).
    if (!isGone && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    return false;
  }
}
