/**
 * The order in which a child duplicates its descriptors, so that none is overwritten before it was duplicated itself.
 *
 * @module
 */

/** What is done in the child, in this order. */
export interface DuplicatePlan {
  /** Calls of dup2(2). */
  readonly duplicates: readonly { readonly from: number; readonly to: number }[];
  /** Calls of close(2), after these. */
  readonly closes: readonly number[];
}

/**
 * Plans how the child gets `sources`, which are by the numbers that it wants them at.
 *
 * A source that somebody wants overwritten is first duplicated to a number that is neither, and closed in the end. So
 * is one that is at its number already: dup2(2) does nothing then, and the descriptor would be closed when the
 * program is executed, which glibc sees to since 2.29 only.
 */
export function planDuplicates(sources: ReadonlyMap<number, number>): DuplicatePlan {
  for (const number of sources.keys()) {
    if (!Number.isInteger(number) || number < 0) {
      throw new RangeError(`Cannot give a descriptor the number ${number}`);
    }
  }
  const taken = new Set([...sources.keys(), ...sources.values()]);
  const moved = new Map<number, number>();
  for (const source of sources.values()) {
    if (!sources.has(source) || moved.has(source)) continue;
    let free = 3;
    while (taken.has(free)) free++;
    taken.add(free);
    moved.set(source, free);
  }
  return {
    duplicates: [
      ...Array.from(moved, ([from, to]) => ({ from, to })),
      ...Array.from(sources, ([to, from]) => ({ from: moved.get(from) ?? from, to })),
    ],
    closes: [...moved.values()],
  };
}
