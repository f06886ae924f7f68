/**
 * The guard as the server knows it: told of every program, it ends them when the server is killed (see `guard.ts`).
 *
 * @module
 */

import { errnoOf, isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { selfCommand } from "../ipc/self.ts";
import type { EventBus } from "./events.ts";
import { GUARD_COMMAND } from "./guard.ts";
import { startAnywhere } from "./working_folder.ts";

/** Owns the guard's process. Disposing ends it; what it guards must have ended before. */
export class GuardProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended: Promise<void>;
  #isClosing = false;

  /** Starts it. Throws {@linkcode OperationalError} if it cannot. */
  constructor(events: EventBus) {
    this.#child = spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#input.closed.catch(() => {});
    this.#ended = this.#awaitEnd(events);
  }

  async #awaitEnd(events: EventBus): Promise<void> {
    await this.#child.status;
    if (this.#isClosing) return;
    const error = `The guard (pid ${this.#child.pid}) is gone: ` +
      "programs may outlive this server if it is killed";
    events.emit({ event: "guard_lost", error });
  }

  /** Guards a program that was just started, and all that is in its process group. */
  watch(pid: number): void {
    this.#tell(`+${pid}\n`);
  }

  /** Guards it no more. */
  forget(pid: number): void {
    this.#tell(`-${pid}\n`);
  }

  #tell(line: string): void {
    if (this.#isClosing) return;
    this.#input.write(new TextEncoder().encode(line)).catch((error) => {
      // It is gone, which its end tells.
      if (!isStreamError(error)) throw error;
    });
  }

  /** Ends it, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await this.#input.close().catch((error) => {
      if (!isStreamError(error) && !(error instanceof TypeError)) throw error;
    });
    await this.#ended;
  }
}

function spawn(): Deno.ChildProcess {
  const { path, args } = selfCommand(GUARD_COMMAND, []);
  const command = new Deno.Command(path, {
    args: [...args],
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
    // A Ctrl-C is for the server; the guard is there until the server is not.
    detached: true,
  });
  try {
    return startAnywhere(() => command.spawn());
  } catch (cause) {
    if (errnoOf(cause) === null) throw cause;
    throw new OperationalError(`Cannot start the guard of programs: ${reasonOf(cause)}`, { cause });
  }
}
