/**
 * Chance that can be repeated: the same seed, the same numbers.
 *
 * @module
 */

/** Makes a whole number from `min` to `max`, both included. */
export type Random = (min: number, max: number) => number;

/** A generator (mulberry32) of the numbers of a seed. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (min, max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return min + Math.floor(fraction * (max - min + 1));
  };
}

/** So many bytes of any value. */
export function randomBytes(length: number, random: Random): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => random(0, 255));
}
