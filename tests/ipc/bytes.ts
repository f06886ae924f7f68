/**
 * Bytes from and to what a test can be read in.
 *
 * @module
 */

import type { ByteStream } from "../../ipc/transport.ts";

/** The text in UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Reads to the end of file. */
export async function readAll(stream: Pick<ByteStream, "read">): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  let text = "";
  for (let count; (count = await stream.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text + decoder.decode();
}

/** The bytes one by one, each a piece of its own. */
export function oneByOne(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}
