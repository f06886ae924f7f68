/**
 * The run folder: where the sockets between one server and its workers are, and the launcher. Private (0700) to the user, made at the
 * server's start and removed at its end; the folders of servers that were killed are removed at the next start.
 *
 * @module
 */

import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";

const PREFIX = "brood-";

/** What `Deno.makeTempDir` makes of it: the random part is hexadecimal. */
const NAME = /^brood-[0-9a-f]+$/;

/** The hub's socket: what the parent listens on for its workers. */
const HUB = "hub";

/** The program that workers and programs are started with (see `launcher.ts`). */
const LAUNCHER = "launch";

/** Bytes of a socket's path on macOS (104) less the ending NUL; Linux allows four more (`sun_path`, unix(7)). */
const SOCKET_PATH_BYTES_MAX = 103;

/** The longest path below the parent folder: the prefix, makeTempDir's random part, a worker's socket. */
const LONGEST_NAME = `/${PREFIX}0123456789abcdef0/w9999999999`;

/** A folder without a hub that is younger than this may belong to a server that is just starting. */
const STARTING_MS = 60_000;

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
          failures.push(`${parent}: too long for the path of a socket`);
          continue;
        }
        await removeStaleFolders(parent);
        return new RunFolder(await Deno.makeTempDir({ dir: parent, prefix: PREFIX }));
      } catch (error) {
        // Deno itself refuses some folders of the system, such as /proc, whatever it is allowed.
        if (errnoOf(error) === null && !(error instanceof Deno.errors.NotCapable)) throw error;
        failures.push(`${parent}: ${reasonOf(error)}`);
      }
    }
    throw new OperationalError(
      `Cannot make a folder for the workers' sockets (${failures.join("; ")}): ` +
        "set XDG_RUNTIME_DIR or TMPDIR to a folder that can be written",
    );
  }

  /** Where the hub listens. */
  get hubPath(): string {
    return `${this.#path}/${HUB}`;
  }

  /** Where the launcher is written. */
  get launcherPath(): string {
    return `${this.#path}/${LAUNCHER}`;
  }

  /** Where the worker of this number listens. */
  workerPath(worker: number): string {
    return `${this.#path}/w${worker}`;
  }

  /** Removes the socket of the worker of this number, if it made one. */
  removeWorker(worker: number): void {
    // One unlink(2) in a folder of our own: quicker done than waited for.
    removeIfThere(this.workerPath(worker));
  }

  /** Removes the folder and what is in it. */
  [Symbol.asyncDispose](): Promise<void> {
    return removeRunFolder(this.#path);
  }
}

/** The folders that a server may make its own in, the best first. */
export function runFolderCandidates(env: Pick<Deno.Env, "get">): string[] {
  const named = [env.get("XDG_RUNTIME_DIR"), env.get("TMPDIR"), "/tmp"];
  const absolute = named.filter((path) => path !== undefined && path.startsWith("/"));
  return [...new Set(absolute.map((path) => path?.replace(/(?<=.)\/+$/, "") ?? ""))];
}

/** Removes what killed servers left in `parent`. What others have there, whatever its name, stays. */
async function removeStaleFolders(parent: string): Promise<void> {
  for await (const entry of Deno.readDir(parent)) {
    if (!entry.isDirectory || !NAME.test(entry.name)) continue;
    const path = `${parent}/${entry.name}`;
    if (await isDead(path) || await isAbandoned(path)) await removeRunFolder(path);
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

/** A server that was killed before it had a hub leaves a folder that is empty, and some time old. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    const { mtime } = await Deno.stat(path);
    if (mtime === null || Date.now() - mtime.getTime() < STARTING_MS) return false;
    return (await Array.fromAsync(Deno.readDir(path))).length === 0;
  } catch (error) {
    // Not ours, or gone since.
    if (errnoOf(error) === null) throw error;
    return false;
  }
}

/** Removes a run folder, but only what a server puts there: a folder with anything else in it stays. */
async function removeRunFolder(path: string): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(path)) {
      if (name === HUB || name === LAUNCHER || /^w\d+$/.test(name)) {
        removeIfThere(`${path}/${name}`);
      }
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
