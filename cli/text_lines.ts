/**
 * The lines of a text that comes as bytes.
 *
 * @module
 */

// @ts-types="../types/std_streams.d.ts"
import { TextLineStream } from "@std/streams";

/** The lines of a stream, without their ends; the last one need not have any. */
export function textLinesOf(stream: ReadableStream<Uint8Array>): ReadableStream<string> {
  return stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}
