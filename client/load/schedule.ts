/**
 * When the connections of a load are opened.
 *
 * - A *closed* load keeps a number of them open: the next is opened when one has ended. A slow server slows it down.
 * - An *open* load opens them at a fixed rate, whatever became of those before, as the public does. Latency counts from
 *   the time that a connection was due. Otherwise the time in which a server stands still would be measured only once
 *   ("coordinated omission": Gil Tene, "How NOT to Measure Latency", 2013).
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";

/** Some of the connections of a load, by number. */
export interface Share {
  /** The first. */
  readonly first: number;
  /** From one to the next. */
  readonly step: number;
  /** How many the whole load has: the numbers are less than that. */
  readonly connections: number;
}

/** Part `index` of a load that is divided in `parts`: every process takes its turn. */
export function shareOf(
  connections: number,
  part: { readonly index: number; readonly parts: number },
): Share {
  return { first: part.index, step: part.parts, connections };
}

/** How many connections a share has. */
export function sizeOfShare({ first, step, connections }: Share): number {
  return Math.max(Math.ceil((connections - first) / step), 0);
}

function* numbersOf({ first, step, connections }: Share): Generator<number> {
  for (let number = first; number < connections; number += step) yield number;
}

/** Opens a share's connections, `concurrency` at a time. Resolves when all have ended, or those open after a stop. */
export async function runClosed(
  share: Share,
  options: {
    readonly concurrency: number;
    readonly visit: (connection: number) => Promise<void>;
    readonly stopping: AbortSignal;
  },
): Promise<void> {
  const { concurrency, visit, stopping } = options;
  const numbers = numbersOf(share);
  const lane = async () => {
    for (const number of numbers) {
      if (stopping.aborted) break;
      await visit(number);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/**
 * Opens connection k of a load k/`rate` seconds after `startMs`. Resolves when all have ended, or those open after a
 * stop.
 */
export async function runOpen(
  share: Share,
  options: {
    readonly rate: number;
    readonly startMs: number;
    readonly visit: (connection: number, dueMs: number) => Promise<void>;
    readonly clock: Clock;
    readonly stopping: AbortSignal;
  },
): Promise<void> {
  const { rate, startMs, visit, clock, stopping } = options;
  const open = new Set<Promise<void>>();
  const broken = new AbortController();
  const ending = AbortSignal.any([stopping, broken.signal]);
  for (const number of numbersOf(share)) {
    const dueMs = startMs + number * 1000 / rate;
    // A timer may wake a little early: it counts whole milliseconds.
    while (clock.now() < dueMs && !ending.aborted) await clock.sleep(dueMs - clock.now(), ending);
    if (ending.aborted) break;
    const visiting: Promise<void> = visit(number, dueMs)
      .catch((error) => broken.abort(error))
      .finally(() => open.delete(visiting));
    open.add(visiting);
  }
  await Promise.all(open);
  if (broken.signal.aborted) throw broken.signal.reason;
}
