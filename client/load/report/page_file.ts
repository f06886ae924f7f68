/**
 * The file of a load's page.
 *
 * It is tried before the load starts, so that a load is not in vain. A file is replaced in one step at the end,
 * whatever happens before: what was in it stays, or the whole page is in it. A device or a pipe, such as `/dev/null`,
 * is opened at the start and takes the page as it is.
 *
 * @module
 */

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { isStreamError, OperationalError, reasonOf } from "../../../ipc/errors.ts";
import { writeAll } from "../../../ipc/relay/copy.ts";
import { replaceFile } from "../../../cli/replace_file.ts";
import { say } from "../../../ipc/say.ts";

const STDOUT = "/dev/stdout";

/** Where a page goes. Disposing closes what is open. */
export class PageFile implements Disposable {
  readonly #path: string;
  /** Writes the page. Rejects with the operating system's error. */
  readonly #write: (page: Uint8Array) => Promise<void>;
  readonly #close: () => void;

  private constructor(
    path: string,
    to: { readonly write: (page: Uint8Array) => Promise<void>; readonly close?: () => void },
  ) {
    this.#path = path;
    this.#write = to.write;
    this.#close = to.close ?? (() => {});
  }

  /** Tries the file, and leaves it as it is. Rejects with `OperationalError` if it cannot be written. */
  static async open(path: string): Promise<PageFile> {
    try {
      // The report goes there too: a second opening of the file behind it would write over that.
      if (path === STDOUT) {
        return new PageFile(path, { write: (page) => writeAll(Deno.stdout, page) });
      }
      const info = await statOf(path);
      if (info !== null && !info.isFile) return await PageFile.#openInPlace(path, info);
      const target = info === null ? path : await Deno.realPath(path);
      const mode = info?.mode ?? undefined;
      await replaceFile(target, async (unfinished) => {
        await Deno.writeFile(unfinished, new Uint8Array(), { mode });
        return false;
      });
      return new PageFile(path, {
        write: (page) =>
          replaceFile(target, async (unfinished) => {
            await Deno.writeFile(unfinished, page, { mode });
            return true;
          }),
      });
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  }

  static async #openInPlace(path: string, { isFifo }: Deno.FileInfo): Promise<PageFile> {
    // To open a pipe waits for its reader, but not with this flag, which Deno's own function does not have.
    const probe = isFifo ? await open(path, constants.O_WRONLY | constants.O_NONBLOCK) : null;
    const file = await Deno.open(path, { write: true });
    await probe?.close();
    return new PageFile(path, {
      write: (page) => writeAll(file, page),
      close: () => file.close(),
    });
  }

  /** Writes the page. Rejects with `OperationalError` if the file does not take it. */
  async write(text: string): Promise<void> {
    try {
      await this.#write(new TextEncoder().encode(text));
    } catch (cause) {
      throw cannotWrite(this.#path, cause);
    }
  }

  /** Closes what is open. */
  [Symbol.dispose](): void {
    this.#close();
  }
}

/** What is at the path, behind all links; null if nothing is. */
async function statOf(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function cannotWrite(path: string, cause: unknown): Error {
  if (cause instanceof Deno.errors.NotCapable) {
    return new OperationalError(
      say`Cannot write ${path}: Deno's permissions do not allow it (--allow-read, --allow-write)`,
      { cause },
    );
  }
  if (!isStreamError(cause)) throw cause;
  return new OperationalError(say`Cannot write ${path}: ${reasonOf(cause)}`, { cause });
}
