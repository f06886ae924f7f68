/**
 * What the connections of a load send: bytes that each connection and each position determines, so that an echo is
 * checked without keeping what was sent, and bytes that were mixed up, lost or shifted are found.
 *
 * All take their bytes from one ring of pseudo-random ones, each connection from a place of its own. Its length is
 * prime, so that no buffer of any usual size, lost or sent twice, brings the same bytes again.
 *
 * @module
 */

const RING_BYTES = 65_521;

/** Shares no factor with the ring's length: the first 65,521 connections begin at different places. */
const STEP = 24_593;

const RING = makeRing();

/** A linear congruential generator, of which the upper bits are used (Numerical Recipes, "ranqd1"). */
function makeRing(): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: RING_BYTES }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** Where in a connection's bytes something is. */
export interface Place {
  /** The connection's number in the load, from 0. */
  readonly connection: number;
  /** How many bytes of the connection are before it. */
  readonly position: number;
}

/** Fills the buffer with the bytes that belong there. */
export function fillPattern(buffer: Uint8Array, { connection, position }: Place): void {
  let at = (connection * STEP + position) % RING_BYTES;
  for (let i = 0; i < buffer.length; i++) {
    buffer[i] = RING[at] ?? 0;
    at = at === RING_BYTES - 1 ? 0 : at + 1;
  }
}

/** The index of the first of `count` bytes that do not belong there, or -1 if all do. */
export function findWrongByte(
  buffer: Uint8Array,
  { connection, position, count }: Place & { readonly count: number },
): number {
  let at = (connection * STEP + position) % RING_BYTES;
  for (let i = 0; i < count; i++) {
    if (buffer[i] !== RING[at]) return i;
    at = at === RING_BYTES - 1 ? 0 : at + 1;
  }
  return -1;
}
