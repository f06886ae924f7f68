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

/**
 * Connections of an open load that may be open at a time, which bounds the memory: more than Linux has ports to connect
 * to one address from, unless told otherwise. Descriptors mostly run out before.
 */
export const OPEN_MAX = 32_768;

/**
 * Connections that a load which is late opens at a stretch: about as many as it has served a few milliseconds later.
 */
const OPENED_AT_A_STRETCH_MAX = 32;

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
 * Opens connection k of a load k/`rate` seconds after `startMs`, or as soon after that as the process gets to it, and
 * not while {@linkcode OPEN_MAX} are open. Resolves when all have ended, or those open after a stop.
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
  let oneEnded = Promise.withResolvers<void>();
  let openedAtAStretch = 0;
  for (const number of numbersOf(share)) {
    const dueMs = startMs + number * 1000 / rate;
    while (!ending.aborted) {
      const leftMs = dueMs - clock.now();
      if (open.size >= OPEN_MAX) await oneEnded.promise;
      // A timer may wake a little early: it counts whole milliseconds.
      else if (leftMs > 0) await clock.sleep(leftMs, ending);
      // Also a load that is late looks at its signals and sockets. Deno does that when there is nothing else to do, so
      // that this is a timer, and not `setImmediate`.
      else if (openedAtAStretch === OPENED_AT_A_STRETCH_MAX) await clock.sleep(0, ending);
      else break;
      openedAtAStretch = 0;
    }
    if (ending.aborted) break;
    openedAtAStretch += 1;
    const visiting: Promise<void> = visit(number, dueMs)
      .catch((error) => broken.abort(error))
      .finally(() => {
        open.delete(visiting);
        oneEnded.resolve();
      });
    open.add(visiting);
    if (open.size >= OPEN_MAX) oneEnded = Promise.withResolvers();
  }
  await Promise.all(open);
  if (broken.signal.aborted) throw broken.signal.reason;
}
