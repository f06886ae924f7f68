/**
 * The run folder: where the sockets between one server and its workers are. Private (0700) to the
 * user, made at the server's start and removed at its end; the folders of servers that were killed are removed at the
 * next start.
 *
 * A server lives as long as it listens on the hub in its folder: the kernel ends that with the process, however it
 * ends. A socket has its file a moment before it listens, so the hub is bound under another name, and gets its own when
 * it listens (`announceHub`). What is removed is the same user's, by that user's `lstat`, in a folder where nobody else
 * can put something in its place.
 *
 * @module
 */

import { errnoOf, OperationalError, reasonOf } from "../../../ipc/errors.ts";
import { readVariable } from "../../../cli/environment.ts";
import { say } from "../../../ipc/say.ts";

const PREFIX = "brood-";

/** What `Deno.makeTempDir` makes of it: the random part is hexadecimal. */
const NAME = /^brood-[0-9a-f]+$/;

/** The hub's socket: what the parent listens on for its workers. */
const HUB = "hub";

/** The hub's socket until it listens. */
const NEW_HUB = "hub.new";

/** Bytes of a socket's path on macOS (104) less the ending NUL; Linux allows four more (`sun_path`, unix(7)). */
const SOCKET_PATH_BYTES_MAX = 103;

/** The longest path below the parent folder: the prefix, makeTempDir's random part, a worker's socket. */
const LONGEST_NAME = `/${PREFIX}0123456789abcdef0/w9999999999`;

/** A folder without a hub that is younger than this may belong to a server that is just starting. */
const STARTING_MS = 60_000;

/** Others may write to a folder, and whose entry it is counts when it is removed or renamed (chmod(2)). */
const MODE = { writableByOthers: 0o002, sticky: 0o1000 } as const;

/** The superuser. */
const ROOT = 0;

/** Owns the folder. Disposing removes it. */
export class RunFolder implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes the folder under the first of `candidates` that exists and whose path is short enough. Throws
   * {@linkcode OperationalError} if none will do.
   */
  static async create(candidates: readonly string[]): Promise<RunFolder> {
    const failures: string[] = [];
    for (const parent of candidates) {
      try {
        if (new TextEncoder().encode(parent + LONGEST_NAME).length > SOCKET_PATH_BYTES_MAX) {
          failures.push(say`${parent}: too long for the path of a socket`);
          continue;
        }
        const path = await Deno.makeTempDir({ dir: parent, prefix: PREFIX });
        const { uid } = await Deno.lstat(path);
        if (await isSafe(parent, uid)) {
          await removeStaleFolders(parent, uid);
          return new RunFolder(path);
        }
        failures.push(say`${parent}: others may replace what is in it`);
        await Deno.remove(path);
      } catch (error) {
        // Deno itself refuses some folders of the system, such as /proc, whatever it is allowed.
        if (errnoOf(error) === null && !(error instanceof Deno.errors.NotCapable)) throw error;
        failures.push(`${parent}: ${reasonOf(error)}`);
      }
    }
    throw new OperationalError(
      say`Cannot make a folder for the workers' sockets (${
        failures.join("; ")
      }): set XDG_RUNTIME_DIR or TMPDIR to a folder that can be written`,
    );
  }

  /** Where the hub listens. */
  get hubPath(): string {
    return `${this.#path}/${HUB}`;
  }

  /** Where the hub's socket is bound, before {@linkcode announceHub}. */
  get newHubPath(): string {
    return `${this.#path}/${NEW_HUB}`;
  }

  /** Gives a hub that listens its name: from now on it shows other servers that this one lives. */
  announceHub(): void {
    Deno.renameSync(this.newHubPath, this.hubPath);
  }

  /** Where the worker of this number listens. */
  workerPath(worker: number): string {
    return `${this.#path}/w${worker}`;
  }

  /** Removes the socket of the worker of this number, if it made one. Throws the operating system's error. */
  removeWorker(worker: number): void {
    // One unlink(2) in a folder of our own: quicker done than waited for.
    removeIfThere(this.workerPath(worker));
  }

  /** Removes the folder and what is in it. */
  [Symbol.asyncDispose](): Promise<void> {
    return removeRunFolder(this.#path, MADE_BY_A_SERVER);
  }
}

/** The folders that a server may make its own in, the best first. */
export function runFolderCandidates(env: Pick<Deno.Env, "get">): string[] {
  const named = [readVariable("XDG_RUNTIME_DIR", env), readVariable("TMPDIR", env), "/tmp"];
  const absolute = named.filter((path) => path !== undefined && path.startsWith("/"));
  return [...new Set(absolute.map((path) => path?.replace(/(?<=.)\/+$/, "") ?? ""))];
}

/** Whether nobody but this user and the superuser can replace what is in a folder. */
async function isSafe(folder: string, user: number | null): Promise<boolean> {
  const { uid, mode } = await Deno.stat(folder);
  if (mode === null || (mode & MODE.sticky) !== 0) return true;
  return (uid === user || uid === ROOT) && (mode & MODE.writableByOthers) === 0;
}

/** Removes what killed servers of this user left in `parent`. What others have there, whatever its name, stays. */
async function removeStaleFolders(parent: string, user: number | null): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(parent)) {
      const path = `${parent}/${name}`;
      if (!NAME.test(name) || !await isFolderOf(path, user)) continue;
      if (await isDead(path)) await removeRunFolder(path, MADE_BY_A_SERVER);
      else if (await isAbandoned(path)) await removeRunFolder(path, MADE_AT_A_START);
    }
  } catch (error) {
    // A folder may be written without being listed.
    if (errnoOf(error) === null) throw error;
  }
}

/** Whether there is a folder, and no link to one, that is this user's. */
async function isFolderOf(path: string, user: number | null): Promise<boolean> {
  try {
    const { isDirectory, uid } = await Deno.lstat(path);
    return isDirectory && uid === user;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

/** A live server listens on its hub. A dead one's hub is there and refuses, whoever has its pid now. */
async function isDead(path: string): Promise<boolean> {
  try {
    const hub = await Deno.connect({ transport: "unix", path: `${path}/${HUB}` });
    hub.close();
    return false;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return errnoOf(error) === "ECONNREFUSED";
  }
}

/** A server that was killed before its hub listened leaves a folder that has nothing else, and is some time old. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    const { mtime } = await Deno.stat(path);
    if (mtime === null || Date.now() - mtime.getTime() < STARTING_MS) return false;
    return (await Array.fromAsync(Deno.readDir(path))).every(({ name }) => MADE_AT_A_START(name));
  } catch (error) {
    // Not ours, or gone since.
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

/** What a server makes in its folder, by the name. */
type IsMade = (name: string) => boolean;

/** All that a server may have made. */
const MADE_BY_A_SERVER: IsMade = (name) => name === HUB || name === NEW_HUB || /^w\d+$/.test(name);

/** What a server may have made before it listened. It has not, if this is all: its hub's own name is left alone. */
const MADE_AT_A_START: IsMade = (name) => name === NEW_HUB;

/** Removes a run folder, but only what a server puts there: a folder with anything else in it stays. */
async function removeRunFolder(path: string, isMade: IsMade): Promise<void> {
  try {
    // A link is none, wherever it leads.
    if (!(await Deno.lstat(path)).isDirectory) return;
    for await (const { name } of Deno.readDir(path)) {
      if (isMade(name)) removeIfThere(`${path}/${name}`);
    }
    await Deno.remove(path);
  } catch (error) {
    // Not empty; or removed by another server that started at the same time.
    if (errnoOf(error) === null) throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
