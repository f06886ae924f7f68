/**
 * What getdents64(2) says of a folder.
 *
 * @module
 */

/** Where the parts of a struct linux_dirent64 are; the same on x86-64 and on arm64. */
const DIRENT = { lengthAt: 16, nameAt: 19 } as const;

/** What the kernel has written. */
export interface Dirents {
  /** One entry after the other. */
  readonly bytes: Uint8Array;
  /** How many of the bytes are entries. */
  readonly count: number;
}

/** Puts those of the names that are numbers behind `numbers`, without a method that somebody may have replaced. */
export function pushNumbers(numbers: number[], { bytes, count }: Dirents): void {
  for (let at = 0; at < count;) {
    const number = numberAt(bytes, at + DIRENT.nameAt);
    if (number !== null) numbers[numbers.length] = number;
    const lengthAt = at + DIRENT.lengthAt;
    const length = (bytes[lengthAt] ?? 0) | (bytes[lengthAt + 1] ?? 0) << 8;
    // None is that short: this only keeps the loop from running for ever.
    at += length <= DIRENT.nameAt ? count : length;
  }
}

const ZERO = 48;

/** The number that the name there is, or null for another name. */
function numberAt(bytes: Uint8Array, at: number): number | null {
  let number = 0;
  for (let next = at, code; (code = bytes[next] ?? 0) !== 0; next++) {
    if (code < ZERO || code > ZERO + 9) return null;
    number = number * 10 + code - ZERO;
  }
  return number;
}
