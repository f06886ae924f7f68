/**
 * Looks at the server's processes, as the kernel shows them: state, memory, CPU time, and what they have open.
 *
 * A look takes time that the server would serve in, so each has a limit: where there are many processes, some of them
 * are looked at each time, in turn, and those of the last looks are told again.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import { errnoOf } from "../../../ipc/errors.ts";
import type { Sample } from "../../status/feed.ts";
import type { AcceptQueue, ProcessView, ServerState } from "../../status/state.ts";
import { areDescriptorsShown, DescriptorLook } from "./descriptor_look.ts";
import type { Kernel } from "./kernel.ts";

/** How long one look at the processes may take, in milliseconds; one process is always looked at. */
const LOOK_MS = 4;

/** What was seen. */
export type Seen = Pick<Sample, "processes" | "acceptQueue">;

/** Makes the samples of one server. */
export class Sampler {
  readonly #kernel: Kernel;
  readonly #clock: Pick<Clock, "now">;
  /** What was seen last, by pid, those first that were looked at longest ago. */
  readonly #seen = new Map<number, ProcessView>();
  /** The numbers of the listening sockets, once they were found: one for each address. */
  #listening: readonly number[] = [];

  /** Has looked at nothing yet. */
  constructor(kernel: Kernel, clock: Pick<Clock, "now">) {
    this.#kernel = kernel;
    this.#clock = clock;
  }

  /**
   * Looks at the processes of that state: the parent, and its workers. Where the kernel refuses, as to a server that
   * has no descriptor left, nothing is seen this time.
   */
  look(state: ServerState): Seen {
    try {
      return this.#look(state);
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return { processes: null, acceptQueue: null };
    }
  }

  #look(state: ServerState): Seen {
    const { pid: parent } = state.server;
    const pids = [parent, ...Object.keys(state.workers).map(Number)];
    const current = new Set(pids);
    for (const pid of this.#seen.keys()) if (!current.has(pid)) this.#seen.delete(pid);
    const descriptors = areDescriptorsShown(state) ? new DescriptorLook(this.#kernel, state) : null;
    const until = this.#clock.now() + LOOK_MS;
    for (const pid of this.#inTurn(pids)) {
      this.#lookAt(pid, descriptors);
      if (this.#clock.now() > until) break;
    }
    return {
      processes: pids.flatMap((pid) => this.#seen.get(pid) ?? []),
      acceptQueue: this.#acceptQueue(state.server.port),
    };
  }

  /** The parent first, then those that were never looked at, then those that were not for the longest time. */
  #inTurn([parent = 0, ...workers]: readonly number[]): number[] {
    const unseen = workers.filter((pid) => !this.#seen.has(pid));
    return [parent, ...unseen, ...[...this.#seen.keys()].filter((pid) => pid !== parent)];
  }

  #lookAt(pid: number, descriptors: DescriptorLook | null): void {
    this.#seen.delete(pid);
    const stat = this.#kernel.processStat(pid);
    if (stat === null) return;
    const { state, cpuMs } = stat;
    this.#seen.set(pid, {
      pid,
      state,
      cpuMs,
      pssBytes: this.#kernel.memoryOf(pid),
      descriptors: descriptors?.of(pid) ?? null,
    });
  }

  /** The queues of all addresses taken together. */
  #acceptQueue(port: number): AcceptQueue | null {
    if (this.#listening.length === 0) {
      this.#listening = this.#kernel.ownSockets()
        .filter(({ isListening, local }) => isListening && local?.port === port)
        .map(({ number }) => number);
    }
    const queues = this.#listening.flatMap((number) => this.#kernel.acceptQueue(number) ?? []);
    return queues.length === 0 ? null : {
      length: queues.reduce((sum, { length }) => sum + length, 0),
      backlog: queues.reduce((sum, { backlog }) => sum + backlog, 0),
    };
  }
}
