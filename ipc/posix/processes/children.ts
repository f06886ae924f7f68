/**
 * Child processes that libc started, and their ends.
 *
 * SIGCHLD tells that some child has ended, maybe several; so each that is left is asked for, one by one, and no other
 * process ever: Deno has children of its own, and waits for them itself.
 *
 * @module
 */

import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";
import { openSpawn, spawn, type SpawnOptions } from "./spawn.ts";
import { decodeWaitStatus, type ProcessStatus } from "./wait_status.ts";

const WNOHANG = 1;

/** No timer of Deno is longer. */
const FOREVER_MS = 2 ** 31 - 1;

let libc: Libc<"waitpid"> | null = null;

function open(): Libc<"waitpid"> {
  return libc ??= openLibc(["waitpid"]);
}

/** Opens the functions that the others here call. */
export function openChildren(): void {
  openErrors();
  openSpawn();
  open();
}

/**
 * How a child ended, waitpid(2) with WNOHANG, or null while it has not. That reaps it: its pid may be another's from
 * then on. Throws `PosixError`: ECHILD where it is no child of this process, or was reaped; `RangeError` for what
 * stands for several.
 */
export function waitFor(pid: number): ProcessStatus | null {
  if (!Number.isInteger(pid) || pid <= 0) throw new RangeError(`Cannot wait for process ${pid}`);
  const word = newWords(1);
  const result = open().waitpid(pid, word, WNOHANG);
  if (result === -1) throwLastError(`Cannot wait for process ${pid}`);
  return result === 0 ? null : decodeWaitStatus(word[0] ?? 0);
}

/** How a child ended, or null while it has not: {@linkcode waitFor}, unless a mistake is made on purpose. */
export type Wait = (pid: number) => ProcessStatus | null;

/** A child that was started. `Deno.ChildProcess` has the same. */
export interface Child {
  /** The process, and its session and process group. */
  readonly pid: number;
  /** Resolves when it has been reaped; it is, whether anybody waits for that or not. */
  readonly status: Promise<ProcessStatus>;
  /** Sends it a signal, SIGTERM if no other. Throws `TypeError` where it was reaped. */
  kill(signal?: Deno.Signal): void;
}

/** Owns the children that it starts: it reaps each, once. */
export class Children implements AsyncDisposable {
  readonly #running = new Map<number, PromiseWithResolvers<ProcessStatus>>();
  readonly #reapEnded = () => this.#reap();
  /** A listener of signals keeps no process alive; somebody who waits for a child does. */
  #keepingAlive: ReturnType<typeof setInterval> | null = null;
  readonly #wait: Wait;

  /** Has none yet. */
  constructor(wait: Wait = waitFor) {
    this.#wait = wait;
  }

  /** Starts a program, as {@linkcode spawn} does. */
  start(path: string, options: SpawnOptions): Child {
    openChildren();
    // First, or a child that ends at once would end unheard.
    this.#listen();
    let pid: number;
    try {
      pid = spawn(path, options);
    } catch (error) {
      this.#listenNoMore();
      throw error;
    }
    const ended = Promise.withResolvers<ProcessStatus>();
    this.#running.set(pid, ended);
    return {
      pid,
      status: ended.promise,
      kill: (signal = "SIGTERM") => this.#kill(pid, { ended, signal }),
    };
  }

  /** Sends a signal, kill(2): not when the child was reaped, for its pid may be another's then. */
  #kill(
    pid: number,
    { ended, signal }: {
      readonly ended: PromiseWithResolvers<ProcessStatus>;
      readonly signal: Deno.Signal;
    },
  ): void {
    if (this.#running.get(pid) !== ended) {
      throw new TypeError("Child process has already terminated");
    }
    Deno.kill(pid, signal);
  }

  #listen(): void {
    if (this.#keepingAlive !== null) return;
    Deno.addSignalListener("SIGCHLD", this.#reapEnded);
    this.#keepingAlive = setInterval(this.#reapEnded, FOREVER_MS);
  }

  #listenNoMore(): void {
    if (this.#running.size > 0 || this.#keepingAlive === null) return;
    Deno.removeSignalListener("SIGCHLD", this.#reapEnded);
    clearInterval(this.#keepingAlive);
    this.#keepingAlive = null;
  }

  #reap(): void {
    for (const [pid, ended] of this.#running) {
      try {
        const status = this.#wait(pid);
        if (status === null) continue;
        ended.resolve(status);
      } catch (error) {
        // Somebody else in this process has reaped it: nobody will know how it ended.
        ended.reject(error);
      }
      this.#running.delete(pid);
    }
    this.#listenNoMore();
  }

  /** Resolves when every child has been reaped. It ends none of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map((ended) => ended.promise));
  }
}
