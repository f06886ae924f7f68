/**
 * A path that is written for the kernel byte by byte, without a method that somebody may have replaced.
 *
 * @module
 */

/** Copies bytes to `at`, and returns where they end. */
export function writeBytes(
  path: Uint8Array,
  { bytes, at }: { readonly bytes: Uint8Array; readonly at: number },
): number {
  let end = at;
  for (let from = 0, byte; (byte = bytes[from]) !== undefined; from++) path[end++] = byte;
  return end;
}

const ZERO = 48;

/** Writes a number from 0 to 2^31 - 1 as text, and returns where that ends. */
export function writeNumber(
  path: Uint8Array,
  { number, at }: { readonly number: number; readonly at: number },
): number {
  let size = 1;
  while (number / size >= 10) size *= 10;
  let end = at;
  for (; size >= 1; size /= 10) path[end++] = ZERO + (number / size | 0) % 10;
  return end;
}
