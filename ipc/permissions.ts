/**
 * Giving up permissions: what a child process does once it holds all that it works with.
 *
 * @module
 */

const PERMISSIONS = ["run", "read", "write", "net", "env", "sys", "ffi", "import"] as const;

/** Gives up every permission. What is open stays open: sockets can be accepted from, read and written. */
export function giveUpPermissions(): void {
  for (const name of PERMISSIONS) Deno.permissions.revokeSync({ name });
}
