/** Bytes to send through a server, and to compare with what comes back. */

import { assertEquals } from "../assert.ts";
import { randomBytes, randomFrom } from "../support/random.ts";
import type { TestClient } from "./server.ts";

/** So many bytes. */
export const MEBIBYTE = 1024 * 1024;

/** So many bytes that repeat a random block: as good as random for a checksum, and quickly made. */
export function manyBytes(length: number): Uint8Array<ArrayBuffer> {
  const block = randomBytes(65_521, randomFrom(1));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += block.length) {
    bytes.set(block.subarray(0, length - at), at);
  }
  return bytes;
}

/** The checksum in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Sends, half-closes, and receives until the end of file, all at once. */
export async function exchange(
  client: TestClient,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const sending = client.send(bytes).then(() => client.closeWrite());
  const received = await client.receive(bytes.length);
  await sending;
  assertEquals(await client.disconnected(), "end of file");
  return received;
}
