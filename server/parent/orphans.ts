/**
 * The duty of process 1, as in a container: processes whose parents have ended become its children, and stay zombies
 * until it waits for them.
 *
 * Deno waits for its own children and would miss one that somebody else has waited for. It does so within milliseconds;
 * so a zombie that is still there at the next look is an orphan's.
 *
 * @module
 */

import { waitFor } from "../../ipc/posix/processes/children.ts";
import { childrenOf, processStat } from "../../ipc/posix/proc/processes.ts";

/** Between two looks. */
const LOOK_MS = 1000;

/** The processes of the machine. */
export interface ProcessTable {
  /** The children of a process. */
  childrenOf(pid: number): readonly number[];
  /** What one is, by its state letter; null where there is none. */
  processStat(pid: number): { readonly state: string } | null;
  /** Waits for a child that has ended. */
  waitFor(pid: number): unknown;
}

/** Waits for orphans. */
export class OrphanReaper {
  readonly #pid: number;
  readonly #table: ProcessTable;
  #zombies: ReadonlySet<number> = new Set();

  /** For the children of that process, which is this one. */
  constructor(pid: number, table: ProcessTable = { childrenOf, processStat, waitFor }) {
    this.#pid = pid;
    this.#table = table;
  }

  /** Waits for those that were zombies at the last look already. */
  look(): void {
    const zombies = this.#table.childrenOf(this.#pid)
      .filter((pid) => this.#table.processStat(pid)?.state === "Z");
    const orphans = zombies.filter((pid) => this.#zombies.has(pid));
    for (const pid of orphans) this.#table.waitFor(pid);
    this.#zombies = new Set(zombies).difference(new Set(orphans));
  }
}

/** Looks for orphans of this process, now and then, until it is disposed of. */
export function reapOrphans(): Disposable {
  const reaper = new OrphanReaper(Deno.pid);
  const looking = setInterval(() => reaper.look(), LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(looking) };
}
