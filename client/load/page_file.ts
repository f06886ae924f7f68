/**
 * The file of a load's page. It is opened before the load starts, so that a load is not in vain.
 *
 * @module
 */

import { isStreamError, OperationalError, reasonOf } from "../../ipc/errors.ts";
import { writeAll } from "../../ipc/copy.ts";

/** An open file whose content is replaced at the end. Disposing closes it. */
export class PageFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens the file, and leaves what is in it. Rejects with `OperationalError` if it cannot be written. */
  static async open(path: string): Promise<PageFile> {
    try {
      return new PageFile(path, await Deno.open(path, { write: true, create: true }));
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  }

  /** Replaces the content. Rejects with `OperationalError` if the file takes no more. */
  async write(text: string): Promise<void> {
    try {
      await this.#file.truncate();
      await writeAll(this.#file, new TextEncoder().encode(text));
    } catch (cause) {
      throw cannotWrite(this.#path, cause);
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function cannotWrite(path: string, cause: unknown): Error {
  if (cause instanceof Deno.errors.NotCapable) {
    return new OperationalError(`Cannot write ${path}: Deno was started without --allow-write`, {
      cause,
    });
  }
  if (!isStreamError(cause)) throw cause;
  return new OperationalError(`Cannot write ${path}: ${reasonOf(cause)}`, { cause });
}
