/**
 * Lets the event loop have a turn where one operation after the other is ready at once: none of them waits, so nothing
 * else would come to pass, no timer, no signal and no message of another process.
 *
 * @module
 */

import { newBytes } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";

/** How long ready operations may follow one another. */
const TURN_EVERY_MS = 100;

/**
 * How long a turn is. Deno looks at its timers and sockets when it has nothing else to do; what the pool has done is
 * something, so a wait there of no time at all could be repeated for a second without that. A `setImmediate` would
 * do, too, and takes 20 ms to load in Deno 2.9.
 */
const TURN_MS = 1;

const { performance } = globalThis;

let libc: Libc<"pollInPool"> | null = null;
let lastTurn = 0;
const nothing = newBytes(8);

function open(): Libc<"pollInPool"> {
  return libc ??= openLibc(["pollInPool"]);
}

/** Opens what a turn takes, so that it goes on when FFI was given up. */
export function openTurns(): void {
  open();
}

/** Whether the event loop has had no turn for so long that the next operation has to wait for one. */
export function isTurnDue(): boolean {
  return performance.now() - lastTurn > TURN_EVERY_MS;
}

/** Resolves when the event loop has looked at everything else. */
export async function takeTurn(): Promise<void> {
  await open().pollInPool(nothing, 0n, TURN_MS);
  lastTurn = performance.now();
}

/** Awaits a wait in the pool, which is a turn if it lasts. */
export async function countAsTurn<T>(waiting: Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await waiting;
  const now = performance.now();
  if (now - begun >= TURN_MS) lastTurn = now;
  return result;
}
