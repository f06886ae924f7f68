/** What a stream in a test fails with: as a connection that is lost, as one that nobody reads, or by a bug. */

import { systemError } from "./system_error.ts";

/** A connection that is lost. */
export const LOST: Error = systemError("ECONNRESET");

/** A connection that nobody reads any more. */
export const NOBODY_READS: Error = systemError("EPIPE");

/** Fails as a write does that nobody reads. */
export function throwNobodyReads(): never {
  throw NOBODY_READS;
}

/** Reads the pieces, then fails as a connection that is lost. */
export function* lostAfter(...pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  yield* pieces;
  throw LOST;
}

/** Fails as nothing should. */
export function throwBug(): never {
  throw new RangeError("a bug");
}
