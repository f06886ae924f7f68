/**
 * The users and groups that this machine knows: not only those of `/etc/passwd`, but of every source that
 * nsswitch.conf(5) names, such as a directory of the network. That is why libc is asked; it reads all of them where
 * it is glibc.
 *
 * @module
 */

import { byteLengthOf, newBytes, newWords, toSize } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { ERRNO, PosixError } from "../posix_error.ts";

/** A user of this machine. */
export interface Account {
  /** The login name. */
  readonly name: string;
  /** The user's number. */
  readonly uid: number;
  /** The number of the group that the user has at login. */
  readonly gid: number;
}

/** Where a `struct passwd` and a `struct group` have what is read here, in bytes; the same on x86-64 and on arm64. */
const PASSWD = { name: 0, uid: 16, gid: 20 } as const;
const GROUP = { gid: 16 } as const;
const STRUCT_BYTES = 64;

/** An entry's texts, those of a group with thousands of members, too. */
const TEXT_BYTES = 1024 * 1024;

/** How many groups a user may have on Linux, `NGROUPS_MAX`. */
const GROUPS_MAX = 65_536;

/** What these return besides 0 where there is no such entry, by getpwnam(3): which, is up to the source. */
const NOT_FOUND: readonly number[] = [ERRNO.ENOENT, ERRNO.ESRCH, ERRNO.EBADF, ERRNO.EPERM];

type Lookups = Libc<"getpwnam_r" | "getpwuid_r" | "getgrnam_r" | "getgrouplist">;

let libc: Lookups | null = null;

function open(): Lookups {
  return libc ??= openLibc(["getpwnam_r", "getpwuid_r", "getgrnam_r", "getgrouplist"]);
}

/** Opens the functions that the others here call. */
export function openAccounts(): void {
  open();
}

/** A user by name or number; null where there is none. Throws {@linkcode PosixError}. */
export function findAccount(user: string | number): Account | null {
  const libc = open();
  const found = typeof user === "number"
    ? find((...memory) => libc.getpwuid_r(user, ...memory))
    : find((...memory) => libc.getpwnam_r(textOf(user), ...memory));
  if (found === null) return null;
  const { entry, texts } = found;
  const at = entry.getBigUint64(PASSWD.name, true) - addressOf(texts);
  const end = texts.indexOf(0, Number(at));
  return {
    name: new TextDecoder().decode(texts.subarray(Number(at), end)),
    uid: entry.getUint32(PASSWD.uid, true),
    gid: entry.getUint32(PASSWD.gid, true),
  };
}

/** The number of a group by its name; null where there is none. Throws {@linkcode PosixError}. */
export function findGroup(name: string): number | null {
  const libc = open();
  const found = find((...memory) => libc.getgrnam_r(textOf(name), ...memory));
  return found === null ? null : found.entry.getUint32(GROUP.gid, true);
}

/** The groups that a user has at login, that of the account among them: getgrouplist(3), as initgroups(3) sets them. */
export function groupsOf({ name, gid }: Account): readonly number[] {
  const count = newWords(1);
  const groups = newWords(GROUPS_MAX);
  count[0] = groups.length;
  open().getgrouplist(textOf(name), gid, groups, count);
  return [...groups.subarray(0, count[0])].map((group) => group >>> 0);
}

/** What a lookup is called with besides what it looks for. */
type LookupMemory = [
  entry: Uint8Array<ArrayBuffer>,
  texts: Uint8Array<ArrayBuffer>,
  length: bigint,
  result: Uint8Array<ArrayBuffer>,
];

/** Calls a lookup. The texts are held as long as somebody reads what points to them. */
function find(
  lookUp: (...memory: LookupMemory) => number,
): { readonly entry: DataView; readonly texts: Uint8Array<ArrayBuffer> } | null {
  const entry = newBytes(STRUCT_BYTES);
  const texts = newBytes(TEXT_BYTES);
  const result = newBytes(8);
  const errno = lookUp(entry, texts, toSize(byteLengthOf(texts)), result);
  const isFound = result.some((byte) => byte !== 0);
  if (isFound) return { entry: new DataView(entry.buffer), texts };
  // These return the error, and leave errno as it is.
  if (errno === 0 || NOT_FOUND.includes(errno)) return null;
  throw new PosixError("Cannot look up a user or group", errno);
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}

function textOf(name: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${name}\0`);
}
