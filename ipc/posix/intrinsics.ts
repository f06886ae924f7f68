/**
 * What the safety of the memory depends on in JavaScript itself, taken before any foreign code runs.
 *
 * A handler module may replace whatever the objects of its process share, such as the getter of `byteLength`, or
 * `BigInt`: libc would then write beyond the end of a buffer. What is taken here stays what it is. For the same
 * reason the files of this folder call no method of an array that libc keeps something in, such as a pointer:
 * whatever replaced the method would get hold of the array. They read and write it by index, which nobody can
 * replace.
 *
 * @module
 */

const taken = { ArrayBuffer, BigInt, Int32Array, Uint8Array, apply: Reflect.apply };

/** Works on a typed array of any kind, and throws `TypeError` for what is none. */
const byteLengthGetter = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  "byteLength",
)?.get ?? missing;

function missing(): never {
  throw new TypeError("This runtime has no typed arrays");
}

const NO_ARGUMENTS: readonly never[] = [];

/**
 * The bytes of a typed array as the runtime itself counts them: 0 where its buffer was taken away. Throws `TypeError`
 * for anything that is no typed array.
 */
export function byteLengthOf(bytes: ArrayBufferView): number {
  return taken.apply(byteLengthGetter, bytes, NO_ARGUMENTS);
}

/** A number as libc's functions take a size_t: many times as fast as a number would be. */
export function toSize(count: number): bigint {
  return taken.BigInt(count);
}

/**
 * Zeros that stay where they are for as long as somebody holds them. An array of up to 64 bytes that is not made of an
 * ArrayBuffer is kept among V8's own objects, which move.
 */
export function newBytes(length: number): Uint8Array<ArrayBuffer> {
  return new taken.Uint8Array(new taken.ArrayBuffer(length));
}

/** Zeros likewise, as words of 32 bits. */
export function newWords(length: number): Int32Array<ArrayBuffer> {
  return new taken.Int32Array(new taken.ArrayBuffer(4 * length));
}
