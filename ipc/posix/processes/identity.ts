/**
 * The user and the groups that this process runs as, credentials(7), changed for ever.
 *
 * @module
 */

import { newWords, toSize } from "../intrinsics.ts";
import { openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";

/** Who a process may be. */
export interface Identity {
  /** The user. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
  /** The supplementary groups; the group may be among them. */
  readonly groups: readonly number[];
}

const ROOT = 0;

/** `<unistd.h>`; the same on x86-64 and on arm64. */
const X_OK = 1;
const R_OK = 4;

/**
 * Makes every thread of this process that user's, with those groups and no other: setgroups(2), setresgid(2) and
 * setresuid(2), in this order, because only root may change groups. The real, effective and saved user are all changed,
 * so that none is left to go back to. It tries to become root again, and returns whether it may not, which is what was
 * wanted. That every thread is changed, `../proc/threads.ts` tells. Throws `PosixError`: EPERM for who is not root.
 */
export function becomeIdentity({ uid, gid, groups }: Identity): boolean {
  openErrors();
  const libc = openLibc(["setgroups", "setresgid", "setresuid", "setuid"]);
  const list = newWords(groups.length);
  for (const [index, group] of groups.entries()) list[index] = group;
  if (libc.setgroups(toSize(groups.length), list) === -1) throwLastError("Cannot set the groups");
  if (libc.setresgid(gid, gid, gid) === -1) throwLastError("Cannot set the group");
  if (libc.setresuid(uid, uid, uid) === -1) throwLastError("Cannot set the user");
  return libc.setuid(ROOT) === -1;
}

/**
 * Whether the user that this process really is may do that with a file, access(2): with every folder on the way. Throws
 * `OperationalError` where FFI may not be used.
 */
export function isAccessible(path: string, how: "read" | "execute"): boolean {
  const { access } = openLibc(["access"]);
  return access(new TextEncoder().encode(`${path}\0`), how === "read" ? R_OK : X_OK) === 0;
}
