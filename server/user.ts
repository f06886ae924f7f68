/**
 * The user that a server becomes which was started by root (`--user`): it binds its socket first, which may take root,
 * and gives root up before it starts a worker or program or takes a connection. So all of these are that user's, too,
 * and so are its run folder and its sockets.
 *
 * Only who it is changes, as with tcpserver(1): the environment stays what it was, also HOME.
 *
 * @module
 */

import { EXECUTABLE } from "../cli/self.ts";
import { type Flag, ValueError } from "../cli/flags.ts";
import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";
import type { Identity } from "../ipc/posix/processes/identity.ts";
import { say } from "../ipc/say.ts";

/** Who somebody named on a command line: names or numbers. */
export interface NamedUser {
  /** The user. */
  readonly user: string;
  /** The one group that the user shall have; null for all that the user has at login. */
  readonly group: string | null;
}

/** `NAME` or `NAME:GROUP`, or nobody: null. */
export const USER_FLAG: Flag<NamedUser | null> = {
  name: "user",
  placeholder: "NAME[:GROUP]",
  fallback: null,
  help: "the user that a server which root has started becomes once it listens; names or numbers",
  format: (value) => value === null ? "none" : formatUser(value),
  parse(text) {
    const [, user, group = null] = /^([^:\0]+)(?::([^:\0]+))?$/.exec(text) ?? [];
    if (user === undefined) throw new ValueError(say`expected NAME or NAME:GROUP`);
    return { user, group };
  },
};

function formatUser({ user, group }: NamedUser): string {
  return group === null ? user : `${user}:${group}`;
}

/** A number that a user or group can have: all bits set stands for none, setresuid(2). */
const ID_MAX = 2 ** 32 - 2;

const ROOT = 0;

/** A user that this process may become. */
export interface FoundUser {
  /** By numbers. */
  readonly identity: Identity;
  /** Makes this process that user's, once. Throws {@linkcode OperationalError}. */
  become(): Promise<void>;
}

/**
 * Looks a user up, before anything is bound. Throws {@linkcode OperationalError} where there is no such user or group,
 * or libc cannot be asked.
 */
export async function findUser(named: NamedUser): Promise<FoundUser> {
  const identity = await tellingOf(named, () => identityOf(named));
  if (identity.uid === ROOT) {
    throw problem(named, say`--user is for giving root up; name another user`);
  }
  return { identity, become: () => tellingOf(named, () => become(identity)) };
}

async function identityOf({ user, group }: NamedUser): Promise<Identity> {
  const { findAccount, findGroup, groupsOf } = await import("../ipc/posix/processes/accounts.ts");
  const number = numberIn(user);
  const account = findAccount(number ?? user);
  const uid = account?.uid ?? number;
  if (uid === null) throw new OperationalError(say`there is no such user`);
  if (group !== null) {
    const gid = numberIn(group) ?? findGroup(group);
    if (gid === null) throw new OperationalError(say`there is no such group`);
    return { uid, gid, groups: [gid] };
  }
  if (account !== null) return { uid, gid: account.gid, groups: groupsOf(account) };
  throw new OperationalError(
    say`no user has that number, so its group has to be named too, as in ${user}:GROUP`,
  );
}

function numberIn(text: string): number | null {
  const number = Number(text);
  return /^\d+$/.test(text) && number <= ID_MAX ? number : null;
}

async function become(identity: Identity): Promise<void> {
  const { becomeIdentity, isAccessible } = await import("../ipc/posix/processes/identity.ts");
  const { isOwnedBy, threadOwners } = await import("../ipc/posix/proc/threads.ts");
  if (threadOwners().every((owner) => isOwnedBy(owner, identity))) return;
  const isForGood = becomeIdentity(identity);
  // libc changes every thread, or so it says.
  const isChanged = threadOwners().every((owner) =>
    isOwnedBy(owner, identity) && !owner.hasCapabilities
  );
  if (!isForGood || !isChanged) {
    throw new OperationalError(say`root could be taken back, so nothing is started`);
  }
  // Every process that the server starts is this program again.
  const { filename: source } = import.meta;
  if (!isAccessible(EXECUTABLE, "execute")) throw unreachable(EXECUTABLE);
  if (Deno.build.standalone || source === undefined) return;
  if (!isAccessible(source, "read")) throw unreachable(source);
}

function unreachable(path: string): OperationalError {
  return new OperationalError(say`that user has no access to ${path}, or to a folder on the way`);
}

/** Says of a problem what could not be done. */
async function tellingOf<T>(named: NamedUser, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (errnoOf(cause) === "EPERM") {
      throw problem(named, say`only root may become another user`, cause);
    }
    if (!(cause instanceof OperationalError) && errnoOf(cause) === null) throw cause;
    throw problem(named, reasonOf(cause), cause);
  }
}

function problem(named: NamedUser, reason: string, cause?: unknown): OperationalError {
  return new OperationalError(say`Cannot become ${formatUser(named)}: ${reason}`, { cause });
}
