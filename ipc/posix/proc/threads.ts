/**
 * Whose the threads of this process are, as `/proc` tells of each: on Linux users, groups and capabilities are a
 * thread's, and that all threads of a process have the same is what libc sees to, or not.
 *
 * @module
 */

import { OperationalError } from "../../errors.ts";
import { say } from "../../say.ts";
import type { Identity } from "../processes/identity.ts";
import { listThreads, openProcFiles, readStatus } from "./proc_files.ts";

/** Whose a thread is. */
export interface ThreadOwner {
  /** The real, effective and saved user, and the one for files. */
  readonly uids: readonly number[];
  /** The groups likewise. */
  readonly gids: readonly number[];
  /** The supplementary groups. */
  readonly groups: readonly number[];
  /** Whether it has a capability, or may give itself one. */
  readonly hasCapabilities: boolean;
}

/** Opens what the other here calls, so that it goes on when FFI was given up. */
export function openThreads(): void {
  openProcFiles();
}

/**
 * Whose each thread of this process is, the main thread among them. Throws `PosixError`, and `OperationalError` where
 * there is no `/proc` to tell.
 */
export function threadOwners(): readonly ThreadOwner[] {
  const texts = listThreads().map(readStatus);
  // One that has ended since is nobody's.
  const owners = texts.filter((text) => text !== null).map(parseOwner);
  if (owners.length === 0) throw new OperationalError(say`/proc is not mounted`);
  return owners;
}

/**
 * Whether that is who a thread is, in every way, with those groups and no other: the group may be among them or not, as
 * the kernel does not care.
 */
export function isOwnedBy(
  { uids, gids, groups }: ThreadOwner,
  { uid, gid, groups: wanted }: Identity,
): boolean {
  const others = (list: readonly number[]) => new Set(list.filter((group) => group !== gid));
  return uids.every((id) => id === uid) && gids.every((id) => id === gid) &&
    others(groups).symmetricDifference(others(wanted)).size === 0;
}

/** What `/proc/PID/status` says of it, proc_pid_status(5). Throws `TypeError` where it does not. */
export function parseOwner(text: string): ThreadOwner {
  const permitted = field(text, "CapPrm");
  return {
    uids: numbersOf(field(text, "Uid")),
    gids: numbersOf(field(text, "Gid")),
    groups: numbersOf(field(text, "Groups")),
    // What is effective is permitted, too, capabilities(7).
    hasCapabilities: !/^0+$/.test(permitted),
  };
}

function field(text: string, name: string): string {
  const [, value] = new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, "m").exec(text) ?? [];
  if (value === undefined) throw new TypeError(`The status of a thread has no ${name}`);
  return value;
}

function numbersOf(value: string): readonly number[] {
  return value === "" ? [] : value.split(/[ \t]+/).map(Number);
}
