/** PROXY headers as a balancer writes them, byte by byte. */

import type { ConnectionEnds } from "../../../../ipc/transport.ts";

/** What a header tells. */
export type Ends = ConnectionEnds;

/** A header of version 2 with these bytes behind its fixed part. */
export function version2(
  { command = 0x21, family = 0, body = [] }: {
    readonly command?: number;
    readonly family?: number;
    readonly body?: readonly number[];
  },
): Uint8Array<ArrayBuffer> {
  const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
  const length = [body.length >> 8, body.length & 0xff];
  return Uint8Array.of(...signature, command, family, ...length, ...body);
}

/** A TLV of that type, with so many bytes. */
export function tlv(type: number, length: number): number[] {
  return [type, length >> 8, length & 0xff, ...new Array<number>(length).fill(0xaa)];
}
