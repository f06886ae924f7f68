/**
 * The processes of a server: itself and all that it has started, what they have taken of the CPU, and their memory.
 *
 * @module
 */

import { memoryOf } from "../../../ipc/posix/proc/memory.ts";
import { processes, processStat } from "../../../ipc/posix/proc/processes.ts";
import { type Clock, systemClock } from "../../../ipc/clock.ts";
import { allProcesses, below, type ProcessTable } from "../../descendants.ts";

/** Where processes and their memory are looked up. */
export interface Machine extends ProcessTable {
  /** The bytes of memory that one has, or null. */
  memoryOf(pid: number): number | null;
}

const HERE: Machine = { processes, processStat, memoryOf };

/** A look at the processes of a server. */
export interface Look {
  /** Those that run, the server's own first. One that has ended and was not reaped is none. */
  readonly pids: readonly number[];
  /** CPU time of all of them and of those that were reaped. It only grows. */
  readonly cpuMs: number;
}

/** How often to look whether a server has nothing more to do, how often in a row, and how long. */
const QUIET = { everyMs: 20, times: 3, atMostMs: 4000 };

/** The tree below one process. */
export class ProcessTree {
  readonly #pid: number;
  readonly #machine: Machine;

  /** The tree below the process with that pid. */
  constructor(pid: number, machine = HERE) {
    this.#pid = pid;
    this.#machine = machine;
  }

  /** Looks at all of its processes. */
  look(): Look {
    const all = allProcesses(this.#machine);
    const own = all.find(({ pid }) => pid === this.#pid);
    const tree = own === undefined ? [] : [own, ...below(this.#pid, all)];
    return {
      pids: tree.filter(({ state }) => state !== "Z").map(({ pid }) => pid),
      cpuMs: tree.reduce((sum, { cpuMs, reapedCpuMs }) => sum + cpuMs + reapedCpuMs, 0),
    };
  }

  /** The bytes of memory of one of its processes; 0 of one that is gone. */
  bytesOf(pid: number): number {
    return this.#machine.memoryOf(pid) ?? 0;
  }

  /** Resolves to a look when the processes start and end no more and take no CPU time, or have not for too long. */
  async untilQuiet(signal: AbortSignal, clock: Clock = systemClock): Promise<Look> {
    const endMs = clock.now() + QUIET.atMostMs;
    let last = this.look();
    for (let same = 0; same < QUIET.times && clock.now() < endMs && !signal.aborted;) {
      await clock.sleep(QUIET.everyMs, signal);
      const look = this.look();
      const isSame = look.cpuMs === last.cpuMs && String(look.pids) === String(last.pids);
      same = isSame ? same + 1 : 0;
      last = look;
    }
    return last;
  }
}
