/**
 * What a process has started, and what that has started, as `/proc` tells.
 *
 * @module
 */

import { processes, type ProcessStat, processStat } from "../ipc/posix/proc/processes.ts";

/** A process below another. */
export interface Descendant extends ProcessStat {
  /** Its number. */
  readonly pid: number;
}

/** Where the processes of the machine are looked up. */
export interface ProcessTable {
  /** Their pids. */
  processes(): readonly number[];
  /** What one is, or null. */
  processStat(pid: number): ProcessStat | null;
}

/** All processes that this user may know of. */
export function allProcesses(
  table: ProcessTable = { processes, processStat },
): readonly Descendant[] {
  return table.processes().flatMap((pid) => {
    const stat = table.processStat(pid);
    return stat === null ? [] : [{ ...stat, pid }];
  });
}

/**
 * Those below `root`, at any depth, zombies too; `root` itself is not among them. A parent comes before its children.
 */
export function below(root: number, all: readonly Descendant[]): readonly Descendant[] {
  const children = new Map<number, Descendant[]>();
  for (const process of all) {
    const siblings = children.get(process.parentPid);
    if (siblings === undefined) children.set(process.parentPid, [process]);
    else siblings.push(process);
  }
  const found: Descendant[] = [];
  const parents = [root];
  for (let parent; (parent = parents.shift()) !== undefined;) {
    const next = children.get(parent) ?? [];
    found.push(...next);
    parents.push(...next.map(({ pid }) => pid));
    // Nobody is a child of itself, but numbers that were read one after the other might say so.
    children.delete(parent);
  }
  return found;
}
