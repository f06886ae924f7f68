/**
 * The guard as the server knows it: told of programs and of workers that run a module, it ends them when the server is
 * killed (see `guard.ts`).
 *
 * @module
 */

import { type Clock, within } from "../../../ipc/clock.ts";
import { errnoOf, isStreamError, OperationalError, spawnReasonOf } from "../../../ipc/errors.ts";
import { formatArgv } from "../../../cli/flags.ts";
import { selfCommand } from "../../../cli/self.ts";
import type { EventBus } from "../../events.ts";
import { FAREWELL, GUARD_COMMAND, GUARD_FLAGS, MARK } from "../../child/guard.ts";
import type { SessionCommand } from "../spawn/session.ts";
import { startAnywhere } from "../../../ipc/working_folder.ts";

/** How long a guard may take to end when its input does; one that was stopped (SIGSTOP) does not notice. */
const END_MS = 1000;

/** Owns the guard's process. Disposing ends it; what it guards must have ended before. */
export class GuardProcess implements AsyncDisposable {
  readonly #mark = crypto.randomUUID();
  readonly #clock: Clock;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended: Promise<void>;
  #isClosing = false;

  /** Starts it. Throws {@linkcode OperationalError} if it cannot. */
  constructor({ events, clock }: { readonly events: EventBus; readonly clock: Clock }) {
    this.#clock = clock;
    this.#child = spawn(this.#mark);
    this.#input = this.#child.stdin.getWriter();
    this.#input.closed.catch(() => {});
    this.#ended = this.#awaitEnd(events);
  }

  async #awaitEnd(events: EventBus): Promise<void> {
    await this.#child.status;
    if (this.#isClosing) return;
    const error = `The guard (pid ${this.#child.pid}) is gone: ` +
      "what it guards may outlive this server if it is killed";
    events.emit({ event: "guard_lost", error });
  }

  /**
   * The command with the mark, by which a process is found that was not told of yet. All that is guarded has to have
   * it.
   */
  marked(command: SessionCommand): SessionCommand {
    return { ...command, env: { ...command.env, [MARK]: this.#mark } };
  }

  /** Guards a process that was just started, and all that is in its group. */
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

  /** Ends it, by force if need be, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#tell(`${FAREWELL}\n`);
    this.#isClosing = true;
    const closed = this.#input.close().catch((error) => {
      if (!isStreamError(error) && !(error instanceof TypeError)) throw error;
    });
    await within(END_MS, this.#ended, { clock: this.#clock });
    this.#kill();
    await Promise.all([closed, this.#ended]);
  }

  /** Does nothing to a process that has ended. */
  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // Deno's own error for a process that it has reaped already.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

function spawn(mark: string): Deno.ChildProcess {
  const { path, args } = selfCommand(GUARD_COMMAND, formatArgv(GUARD_FLAGS, { mark }));
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
    throw new OperationalError(`Cannot start the guard: ${spawnReasonOf(cause)}`, {
      cause,
    });
  }
}
