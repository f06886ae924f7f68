/**
 * Types for the part of `@std/streams` that Brood calls; the npm package it comes from ships none.
 */

/** Divides a stream of text into its lines, without LF or CRLF. */
export class TextLineStream extends TransformStream<string, string> {
  /** Takes no CR alone for the end of a line. */
  constructor();
}
