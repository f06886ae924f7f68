/**
 * The guard as the server knows it: told of programs and of workers that run a module, it ends them when the server is
 * killed (see `guard.ts`).
 *
 * @module
 */

import { formatArgv } from "../../../cli/flags.ts";
import { selfCommand } from "../../../cli/self.ts";
import { shielded } from "../../../cli/shield.ts";
import type { Clock } from "../../../ipc/clock.ts";
import type { EventBus } from "../../events.ts";
import { FAREWELL, GUARD_COMMAND, GUARD_FLAGS, MARK } from "../../child/guard.ts";
import type { SessionCommand } from "../spawn/session.ts";
import { Companion } from "../../../cli/companion.ts";
import { say } from "../../../ipc/say.ts";

/** Owns the guard's process. Disposing ends it; what it guards must have ended before. */
export class GuardProcess implements AsyncDisposable {
  readonly #mark = crypto.randomUUID();
  readonly #process: Companion;

  /** Starts it. Throws `OperationalError` if it cannot. */
  constructor({ events, clock }: { readonly events: EventBus; readonly clock: Clock }) {
    const command = selfCommand(GUARD_COMMAND, formatArgv(GUARD_FLAGS, { mark: this.#mark }));
    this.#process = new Companion(shielded(command), { name: "the guard", clock, stdout: "null" });
    this.#tellEnd(events);
  }

  async #tellEnd(events: EventBus): Promise<void> {
    if (await this.#process.ended() === null) return;
    const { pid } = this.#process;
    const error =
      say`The guard (pid ${pid}) is gone: what it guards may outlive this server if it is killed`;
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
    this.#process.write(`+${pid}\n`);
  }

  /** Guards it no more. */
  forget(pid: number): void {
    this.#process.write(`-${pid}\n`);
  }

  /** Ends it, by force if need be, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.write(`${FAREWELL}\n`);
    await this.#process[Symbol.asyncDispose]();
  }
}
