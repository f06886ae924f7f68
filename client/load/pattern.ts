/**
 * What the connections of a load send: bytes that each connection and each position determines, so that an echo is
 * checked without keeping what was sent, and bytes that were mixed up, lost or shifted are found.
 *
 * All take their bytes from one ring of pseudo-random ones, each connection from a place of its own. Its length is
 * prime, so that no buffer of any usual size, lost or sent twice, brings the same bytes again.
 *
 * There are two rings. The one of text has no NUL, at which a server in C ends what it takes for a string, no newline,
 * and no capital letter, so that no `END` is in it by chance.
 *
 * @module
 */

const RING_BYTES = 65_521;

/** Shares no factor with the ring's length: the first 65,521 connections begin at different places. */
const STEP = 24_593;

/** As many as five bits can choose from. */
const CHARACTERS = new TextEncoder().encode("abcdefghijklmnopqrstuvwxyz234567");

/** A later part of the bytes is known by so many of them: two places that have them in common are hardly ever met. */
const KNOWN_BY_BYTES = 8;

/** Where in a connection's bytes something is. */
export interface Place {
  /** The connection's number in the load, from 0. */
  readonly connection: number;
  /** How many bytes of the connection are before it. */
  readonly position: number;
}

/** Says which byte is at which place. */
export class Pattern {
  /** Any byte there is. */
  static readonly BINARY: Pattern = new Pattern((random) => random >>> 24);
  /** Text of one line: small letters and digits. */
  static readonly TEXT: Pattern = new Pattern((random) => CHARACTERS[random >>> 27] ?? 0);

  readonly #ring: Uint8Array;

  private constructor(byteOf: (random: number) => number) {
    let state = 1;
    this.#ring = Uint8Array.from({ length: RING_BYTES }, () => {
      // A linear congruential generator, of which the upper bits are used (Numerical Recipes, "ranqd1").
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return byteOf(state);
    });
  }

  /** The byte that belongs there. */
  byteAt(place: Place): number {
    return this.#ring[indexOf(place)] ?? 0;
  }

  /** Fills the buffer with the bytes that belong there. */
  fill(buffer: Uint8Array, place: Place): void {
    let at = indexOf(place);
    for (let i = 0; i < buffer.length; i++) {
      buffer[i] = this.#ring[at] ?? 0;
      at = at === RING_BYTES - 1 ? 0 : at + 1;
    }
  }

  /** The index of the first of `count` bytes that do not belong there, or -1 if all do. */
  findWrong(
    buffer: Uint8Array,
    { connection, position, count }: Place & { readonly count: number },
  ): number {
    let at = indexOf({ connection, position });
    for (let i = 0; i < count; i++) {
      if (buffer[i] !== this.#ring[at]) return i;
      at = at === RING_BYTES - 1 ? 0 : at + 1;
    }
    return -1;
  }

  /**
   * The position behind that place where these bytes belong, as they do if others before them were lost; -1 if there is
   * none from which they would not go beyond `end`, or if they are too few to know.
   */
  findLater(
    bytes: Uint8Array,
    { connection, position, end }: Place & { readonly end: number },
  ): number {
    if (bytes.length < KNOWN_BY_BYTES) return -1;
    const last = Math.min(end - bytes.length, position + RING_BYTES - 1);
    for (let later = position + 1; later <= last; later++) {
      const place = { connection, position: later, count: KNOWN_BY_BYTES };
      if (this.findWrong(bytes, place) === -1) return later;
    }
    return -1;
  }
}

function indexOf({ connection, position }: Place): number {
  return (connection * STEP + position) % RING_BYTES;
}
