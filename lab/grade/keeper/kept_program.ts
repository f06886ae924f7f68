/**
 * The program that a keeper has started, with every process that comes of it.
 *
 * @module
 */

import { printError } from "../../../cli/exit.ts";
import { errnoOf, problemOf, reasonOf } from "../../../ipc/errors.ts";
import { systemClock } from "../../../ipc/clock.ts";
import { waitFor } from "../../../ipc/posix/processes/children.ts";
import { adoptOrphans } from "../../../ipc/posix/processes/subreaper.ts";
import { startAnywhere } from "../../../ipc/working_folder.ts";
import { allProcesses, below, type Descendant } from "../../descendants.ts";
import type { Report } from "./messages.ts";
import { signalTo } from "./signal.ts";

/** More processes than any test makes a sound server have, and few enough that the machine still works. */
const PROCESSES_MAX = 600;

/** How often they are counted. */
const COUNT_MS = 200;

/** How long processes are killed that start others meanwhile, and the pause in between, for the kernel to end them. */
const CLEARING = { forMs: 3000, everyMs: 10 };

/** The status of a shell whose program is not there, or cannot be executed. */
const NOT_FOUND = 127;

/** The process that was started. */
interface Leader {
  readonly process: Deno.ChildProcess;
  hasEnded: boolean;
}

/** Owns the processes. Disposing kills all of them. */
export class KeptProgram implements AsyncDisposable {
  /** Why nobody is told of processes whose parents have ended, or null. */
  readonly blind: string | null;
  readonly #tell: (report: Report) => void;
  readonly #reapOrphans = () => this.#reap();
  readonly #counting: ReturnType<typeof setInterval> | null;
  #leader: Leader | null = null;
  #clearing: Promise<void> | null = null;

  /** Owns none yet. Tells what happens to the program that it starts. */
  constructor(tell: (report: Report) => void) {
    this.#tell = tell;
    this.blind = blindness();
    this.#counting = this.blind === null ? setInterval(() => this.#count(), COUNT_MS) : null;
    if (this.blind === null) Deno.addSignalListener("SIGCHLD", this.#reapOrphans);
  }

  /** Starts a program in a session of its own, with nothing to read. One that is not there ends with status 127. */
  start(command: readonly string[]): void {
    const process = spawnJoined(command);
    if (process === null) {
      this.#tell({ report: "ended", code: NOT_FOUND, signal: null });
      return;
    }
    const leader: Leader = { process, hasEnded: false };
    this.#leader = leader;
    this.#tell({ report: "started", pid: process.pid });
    process.status.then(({ code, signal }) => {
      leader.hasEnded = true;
      this.#tell({ report: "ended", code, signal });
    });
  }

  /** Kills the program and all that comes of it. Resolves when nothing is left, or nothing can be done about it. */
  async clear(): Promise<void> {
    this.#clearing ??= this.#clear().finally(() => this.#clearing = null);
    await this.#clearing;
  }

  async #clear(): Promise<void> {
    const leader = this.#leader;
    if (leader === null) return;
    const deadlineMs = performance.now() + CLEARING.forMs;
    // With its group at once, of which none can start another meanwhile: to fork with a signal pending fails.
    if (!leader.hasEnded) signalTo(-leader.process.pid, "SIGKILL");
    do {
      this.#reap();
      const left = this.blind === null ? this.#descendants() : [];
      const living = left.filter(({ state }) => state !== "Z");
      const groups = new Set(living.map(({ groupId }) => groupId));
      // A process is in its parent's group until it has its own, and may join another.
      groups.delete(Deno.pid);
      for (const group of groups) signalTo(-group, "SIGKILL");
      for (const { pid } of living) signalTo(pid, "SIGKILL");
      if (left.length === 0 && leader.hasEnded) return;
      await systemClock.sleep(CLEARING.everyMs);
    } while (performance.now() < deadlineMs);
  }

  #descendants(): readonly Descendant[] {
    return below(Deno.pid, allProcesses());
  }

  /** Waits for the processes that came to this one when their parents had ended; Deno waits for its own child. */
  #reap(): void {
    if (this.blind !== null) return;
    for (const { pid, parentPid, state } of this.#descendants()) {
      const isOrphan = parentPid === Deno.pid && state === "Z" &&
        pid !== this.#leader?.process.pid;
      if (isOrphan) waitFor(pid);
    }
  }

  #count(): void {
    const { length } = this.#descendants();
    if (length <= PROCESSES_MAX || this.#clearing !== null) return;
    this.#tell({ report: "overran", count: length });
    this.clear();
  }

  /** Kills what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear();
    if (this.#counting === null) return;
    clearInterval(this.#counting);
    Deno.removeSignalListener("SIGCHLD", this.#reapOrphans);
  }
}

/** Null where processes come to this one when their parents have ended, and may be looked at. */
function blindness(): string | null {
  return problemOf(adoptOrphans);
}

/** Starts a program whose two outputs both go to this process's standard error. Null, and said there, if it cannot. */
function spawnJoined(command: readonly string[]): Deno.ChildProcess | null {
  const common = { stdin: "null", stderr: "inherit", detached: true } as const;
  try {
    // A shell looks for the program and joins its outputs, and is it then: exec keeps the process.
    const args = ["-c", 'exec "$@" >&2', "sh", ...command];
    return startAnywhere(() =>
      new Deno.Command("/bin/sh", { ...common, args, stdout: "null" }).spawn()
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const [path = "", ...args] = command;
  try {
    // A machine without a shell: what the program prints is copied.
    const process = startAnywhere(() =>
      new Deno.Command(path, { ...common, args, stdout: "piped" }).spawn()
    );
    process.stdout.pipeTo(Deno.stderr.writable, { preventClose: true });
    return process;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    printError(`${path}: ${reasonOf(error)}`);
    return null;
  }
}
