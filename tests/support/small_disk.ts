/**
 * A disk of its own for a test, that can be filled and be made read-only.
 *
 * @module
 */

import { TempFolder } from "./temp_folder.ts";

/** Files that a disk has room for, the folder that it is counted too. */
const FILES_MAX = 32;

/** A few pages of memory, as a file system. Only the superuser may have one. */
export class SmallDisk extends TempFolder {
  readonly #fillers: string[] = [];

  constructor() {
    super();
    run("mount", "-t", "tmpfs", "-o", `size=64k,nr_inodes=${FILES_MAX}`, "tmpfs", this.path);
  }

  /** Why this machine gives no disk to a test, or undefined. */
  static readonly impossible: string | undefined = reasonAgainstDisks();

  /** Lets nobody write to it, or everybody again. */
  setReadOnly(isReadOnly: boolean): void {
    run("mount", "-o", `remount,${isReadOnly ? "ro" : "rw"}`, this.path);
  }

  /** Takes all the room that is left for bytes, and for files. */
  fill(): void {
    for (let number = 0;; number++) {
      const path = this.join(`filler${number}`);
      try {
        using file = Deno.openSync(path, { write: true, create: true });
        this.#fillers.push(path);
        while (file.writeSync(new Uint8Array(4096)) > 0);
      } catch (error) {
        if (!isNoSpace(error)) throw error;
        if (this.#fillers.at(-1) !== path) return;
      }
    }
  }

  /** Gives that room back. */
  empty(): void {
    for (const path of this.#fillers.splice(0)) Deno.removeSync(path);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    // Also where a failed test has left a process that writes to it.
    run("umount", "--lazy", this.path);
    await super[Symbol.asyncDispose]();
  }
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}

function run(path: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(path, { args }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function reasonAgainstDisks(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "only the superuser of Linux may mount";
  const path = Deno.makeTempDirSync({ dir: "/tmp", prefix: "brood_test_" });
  try {
    const args = ["-t", "tmpfs", "tmpfs", path];
    if (!new Deno.Command("mount", { args, stderr: "null" }).outputSync().success) {
      return "this machine lets nobody mount";
    }
    run("umount", path);
  } catch (error) {
    // There is no such program, which a test that needs it says.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  } finally {
    Deno.removeSync(path);
  }
}
