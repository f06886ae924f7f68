/**
 * Bytes as the texts that they are in a test: made, sent and received.
 *
 * @module
 */

import type { ByteStream } from "../../ipc/transport.ts";

/** The text in UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The bytes one by one, each a piece of its own. */
export function oneByOne(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** Writes all of it. Not with the program's own `writeAll`, which is under test. */
export async function send(
  stream: Pick<ByteStream, "write">,
  data: string | Uint8Array,
): Promise<void> {
  const bytes = typeof data === "string" ? bytesOf(data) : data;
  for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
}

/** Reads as many bytes as `length` says, or fewer where the stream ends before. */
export async function receive(stream: Pick<ByteStream, "read">, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await stream.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, filled));
}

/** Reads to the end of file. */
export async function readAll(stream: Pick<ByteStream, "read">): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  for (let count; (count = await stream.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text + decoder.decode();
}

/** Reads to the end of file, where what comes is no text. */
export async function readBytes(stream: Pick<ByteStream, "read">): Promise<number[]> {
  const bytes: number[] = [];
  const buffer = new Uint8Array(64);
  for (let count; (count = await stream.read(buffer)) !== null;) {
    bytes.push(...buffer.subarray(0, count));
  }
  return bytes;
}
