/**
 * Giving up permissions: what a child process does once it holds all that it works with, and before it runs a line of
 * anybody else's code.
 *
 * @module
 */

import { OperationalError } from "../ipc/errors.ts";
import { say } from "../ipc/say.ts";

/** A permission by Deno's name for it. */
export type PermissionName =
  | "run"
  | "read"
  | "write"
  | "net"
  | "env"
  | "sys"
  | "ffi"
  | "import";

const PERMISSIONS: readonly PermissionName[] = [
  "run",
  "read",
  "write",
  "net",
  "env",
  "sys",
  "ffi",
  "import",
];

/**
 * Gives up every permission but those that are kept. What is open stays open: sockets can be accepted from, read and
 * written. Throws {@linkcode OperationalError} if one is still granted then.
 */
export function giveUpPermissions(kept: readonly PermissionName[]): void {
  for (const name of PERMISSIONS) {
    if (kept.includes(name)) continue;
    Deno.permissions.revokeSync({ name });
    const { state, partial } = Deno.permissions.querySync({ name });
    if (state !== "granted" && !partial) continue;
    throw new OperationalError(
      say`Cannot give up the permission ${JSON.stringify(name)}: it is still granted`,
    );
  }
}
