/**
 * Giving up permissions: what a child process does once it holds all that it works with, and before it runs a line of
 * anybody else's code.
 *
 * @module
 */

import { OperationalError } from "./errors.ts";

const PERMISSIONS = ["run", "read", "write", "net", "env", "sys", "ffi", "import"] as const;

/**
 * Gives up every permission. What is open stays open: sockets can be accepted from, read and written. Throws
 * {@linkcode OperationalError} if one is left all the same.
 */
export function giveUpPermissions(): void {
  for (const name of PERMISSIONS) {
    Deno.permissions.revokeSync({ name });
    const { state, partial } = Deno.permissions.querySync({ name });
    if (state !== "granted" && !partial) continue;
    throw new OperationalError(`Cannot give up the permission ${JSON.stringify(name)}: it is left`);
  }
}
