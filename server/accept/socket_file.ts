/**
 * The file of a Unix-domain socket that a server listens on.
 *
 * The socket is bound under another name in the same folder, and renamed when it listens: so a file that was left by a
 * server which is gone is replaced at once, and Deno, which removes the file that it has bound when it closes the
 * socket, never removes another's.
 *
 * @module
 */

import { formatEndpoint, UNIX_PATH_BYTES_MAX, unixEndpoint } from "../../ipc/address.ts";
import { errnoOf, OperationalError, reasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";

/** By which the kernel knows a file. */
type Identity = Pick<Deno.FileInfo, "dev" | "ino">;

/** Whose a file is. */
export interface Owner {
  /** The user. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
}

/** Owns the file once it is there. Disposing removes it, unless it is another one by now. */
export class SocketFile implements Disposable {
  readonly #path: string;
  /** Where the socket is to be bound first. */
  readonly boundPath: string;
  #own: Identity | null = null;

  private constructor(path: string, boundPath: string) {
    // The server may leave its folder.
    this.#path = absolute(path);
    this.boundPath = boundPath;
  }

  /**
   * Looks whether the path is free: there is nothing, or a socket that nobody listens on. Throws
   * {@linkcode OperationalError} in a line for everything else.
   */
  static async reserve(path: string): Promise<SocketFile> {
    const found = lookAt(path);
    if (found?.isSocket === false) throw problem(path, say`there is a file that is no socket`);
    if (found !== null && await isInUse(path)) {
      throw problem(path, say`another server listens there`);
    }
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const boundPath = `${folder}.${Deno.pid.toString(36)}${(count++).toString(36)}`;
    if (new TextEncoder().encode(boundPath).length > UNIX_PATH_BYTES_MAX) {
      throw problem(path, say`the path of a socket has up to ${UNIX_PATH_BYTES_MAX} bytes`);
    }
    return new SocketFile(path, boundPath);
  }

  /**
   * Gives the socket, which listens by now, its name, and to that owner if there is one. Throws
   * {@linkcode OperationalError} where what is there cannot be replaced, as another user's in `/tmp`: then the socket's
   * own file is gone.
   */
  place(owner: Owner | null): void {
    const bound = absolute(this.boundPath);
    try {
      if (owner !== null) Deno.chownSync(bound, owner.uid, owner.gid);
      const { dev, ino } = Deno.lstatSync(bound);
      Deno.renameSync(bound, this.#path);
      this.#own = { dev, ino };
    } catch (cause) {
      if (errnoOf(cause) === null) throw cause;
      remove(bound);
      throw problem(this.#path, say`what is there cannot be replaced: ${reasonOf(cause)}`, cause);
    }
  }

  /** Removes it. */
  [Symbol.dispose](): void {
    if (this.#own === null) return;
    const found = lookAt(this.#path);
    if (found?.dev === this.#own.dev && found.ino === this.#own.ino) remove(this.#path);
    this.#own = null;
  }
}

let count = 0;

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
}

/** What is at the path, or null. Throws {@linkcode OperationalError}. */
function lookAt(path: string): Identity & { readonly isSocket: boolean } | null {
  try {
    const { dev, ino, isSocket } = Deno.lstatSync(path);
    return { dev, ino, isSocket: isSocket === true };
  } catch (cause) {
    const errno = errnoOf(cause);
    // Where its folder is missing binding it says so.
    if (errno === "ENOENT") return null;
    if (errno === null) throw cause;
    throw problem(path, reasonOf(cause), cause);
  }
}

async function isInUse(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (cause) {
    switch (errnoOf(cause)) {
      case "ECONNREFUSED":
      case "ENOENT":
        return false;
      // Its queue is full, so somebody listens; or it is of another type, such as that of a log.
      case "EAGAIN":
      case "EPROTOTYPE":
        return true;
      case null:
        throw cause;
      default:
        throw problem(path, reasonOf(cause), cause);
    }
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    // Somebody has removed it meanwhile, or has taken the folder away from this user: nothing can be done about that.
    if (errnoOf(error) === null) throw error;
  }
}

function problem(path: string, reason: string, cause?: unknown): OperationalError {
  return new OperationalError(
    say`Cannot listen on ${formatEndpoint(unixEndpoint(path))}: ${reason}`,
    { cause },
  );
}
