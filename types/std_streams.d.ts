/**
 * Types for the part of `@std/streams` that Brood calls; the npm package it comes from ships none.
 */

/** Divides a stream of bytes at a delimiter. */
export class DelimiterStream extends TransformStream<Uint8Array, Uint8Array> {
  /** `suffix` leaves each delimiter at the end of its chunk; the default discards it. */
  constructor(
    delimiter: Uint8Array,
    options?: { readonly disposition?: "suffix" | "prefix" | "discard" },
  );
}

/** Divides a stream of text into lines, without their ends. */
export class TextLineStream extends TransformStream<string, string> {}
