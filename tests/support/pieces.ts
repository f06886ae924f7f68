/** Bytes as a stream may bring them: cut anywhere. */

import fc, { type Arbitrary } from "fast-check";

/** Cuts bytes into pieces at random places; some are empty. */
export function piecesOf(bytes: Uint8Array): Arbitrary<Uint8Array[]> {
  return fc.array(fc.nat(bytes.length), { maxLength: 8 }).map((cuts) => {
    const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
  });
}

/** All of the pieces, one behind the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}
