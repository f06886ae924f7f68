/**
 * A PROXY header of either version, read off the front of a stream, and not one byte more: what follows is the
 * client's, and may be another process's to read.
 *
 * @module
 */

import type { ByteStream } from "../../../ipc/transport.ts";
import { SIGNATURE } from "../../../ipc/proxy_protocol.ts";
import { type HeaderState, partial, wrong } from "./header_state.ts";
import { examineVersion1, SHORTEST } from "./version_1.ts";
import { examineVersion2 } from "./version_2.ts";

/** What has been read. */
export interface ReadHeader {
  /** What it is. */
  readonly state: Exclude<HeaderState, { readonly kind: "partial" }>;
  /** How many bytes were read. */
  readonly bytes: number;
  /** How many reads it took. */
  readonly reads: number;
}

/** What the bytes tell, which are no more than one header if they are one. */
export function examineHeader(bytes: Uint8Array): HeaderState {
  const [first] = bytes;
  if (first === undefined) return partial(SHORTEST);
  return first === SIGNATURE[0] ? examineVersion2(bytes) : examineVersion1(bytes);
}

/**
 * Reads until it is there, or nothing that follows can make one of it. Each read asks for no more bytes than are
 * missing at the least. Rejects as the stream does.
 */
export async function readHeader(stream: Pick<ByteStream, "read">): Promise<ReadHeader> {
  let buffer = new Uint8Array(SHORTEST);
  let bytes = 0;
  let reads = 0;
  while (true) {
    const state = examineHeader(buffer.subarray(0, bytes));
    if (state.kind !== "partial") return { state, bytes, reads };
    const end = bytes + state.missing;
    if (end > buffer.length) buffer = copyOf(buffer, end);
    const count = await stream.read(buffer.subarray(bytes, end));
    reads += 1;
    if (count === null) return { state: wrong("cut_off"), bytes, reads };
    bytes += count;
  }
}

function copyOf(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copy.set(bytes);
  return copy;
}
