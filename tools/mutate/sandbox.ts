/**
 * A copy of the project in a folder of its own, where a mistake can be made and the tests run, with a bound on their
 * time. Nothing of it is left at the end: no process that a run has started, no file that it has made.
 *
 * @module
 */

import { join } from "node:path";

/** What is no source: what is made, what others keep. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", "dist", "node_modules"]);

/** How a command ended: with success or without, or not in its time. */
export type Outcome = "succeeded" | "failed" | "timed out";

/** A bound on what is run. */
export interface Bounds {
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Aborts when it is to be ended at once. */
  readonly signal: AbortSignal;
}

/** Owns the folder. */
export class Sandbox implements AsyncDisposable {
  /** The folder of the copy. */
  readonly root: string;
  /** Where what runs here makes its temporary files, too. */
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.root = join(folder, "project");
  }

  /** Copies the project at `root`. */
  static async copy(root: string): Promise<Sandbox> {
    // The tests' sockets are below it, whose paths must be short.
    const sandbox = new Sandbox(await Deno.makeTempDir({ dir: "/tmp", prefix: "bm_" }));
    await copyTree(root, sandbox.root);
    return sandbox;
  }

  /** Replaces the text of a file until it is disposed. */
  async change(path: string, text: string): Promise<AsyncDisposable> {
    const file = join(this.root, path);
    const original = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text);
    return { [Symbol.asyncDispose]: () => Deno.writeTextFile(file, original) };
  }

  /** Runs a command of Deno in the copy, in silence, and ends what it leaves running. */
  async run(args: readonly string[], { timeoutMs, signal }: Bounds): Promise<Outcome> {
    signal.throwIfAborted();
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: this.root,
      env: { BROOD_TESTS_IN: this.#folder, TMPDIR: this.#folder },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    const late = AbortSignal.timeout(timeoutMs);
    const ended = AbortSignal.any([late, signal]);
    const kill = () => killGroup(child.pid);
    ended.addEventListener("abort", kill);
    try {
      const { success } = await child.status;
      signal.throwIfAborted();
      if (late.aborted) return "timed out";
      return success ? "succeeded" : "failed";
    } finally {
      ended.removeEventListener("abort", kill);
      await this.#killRest();
    }
  }

  /** Kills what has left the group: a worker has a session of its own. It has the folder in its environment. */
  async #killRest(): Promise<void> {
    if (Deno.build.os !== "linux") return;
    let rest: number[];
    do {
      // One that is killed may have started another just before.
      rest = await processesWith(`=${this.#folder}\0`);
      rest.forEach(killProcess);
    } while (rest.length > 0);
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (LEFT_OUT.has(name)) continue;
    if (isDirectory) await copyTree(join(from, name), join(to, name));
    else if (isFile) await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** Kills a process with all that is in its group (kill(2)). */
function killGroup(pid: number): void {
  killProcess(-pid);
}

function killProcess(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    // It has ended since.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The processes that have this text in their environment. None of those that have ended and wait to be reaped. */
async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    if ((await readIfThere(`/proc/${name}/environ`)).includes(text)) found.push(Number(name));
  }
  return found;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    // It has ended since (ENOENT, or from the read ESRCH, which is 3 and has no code), or is another user's.
    const isClosed = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied ||
      (error instanceof Error && error.message.includes("(os error 3)"));
    if (!isClosed) throw error;
    return "";
  }
}
