/**
 * The PROXY header, version 2, as balancers send it: `ipc/proxy_protocol.ts` says how it is built. What workers are
 * told is one kind of it; here are all.
 *
 * Of a family that is no TCP (UDP, Unix-domain sockets), and for the command LOCAL, the ends are the connection's own,
 * as sections 2.2 and 2.2.1 of the specification ask.
 *
 * @module
 */

import {
  endsLengthOf,
  FIXED_LENGTH,
  parseEnds,
  SIGNATURE,
  TCP_OVER_IPV4,
  TCP_OVER_IPV6,
  VERSION_2_PROXY,
} from "../../../ipc/proxy_protocol.ts";
import { type HeaderState, partial, whole, wrong } from "./header_state.ts";

/** A balancer's own connection, such as a check of health. */
const VERSION_2_LOCAL = 0x20;

/** Unspecified, UDP over IPv4 and IPv6, Unix-domain sockets of both types. */
const WITHOUT_ENDS: ReadonlySet<number> = new Set([0x00, 0x12, 0x22, 0x31, 0x32]);

/** How much may follow the fixed part: addresses take 216 bytes at most, TLVs the rest. */
export const BODY_BYTES_MAX = 4096;

/** Type and length of a TLV. */
const TLV_HEAD = 3;

/** Looks at the bytes so far, which are no more than one header if it is one. */
export function examineVersion2(bytes: Uint8Array): HeaderState {
  const signature = SIGNATURE.subarray(0, bytes.length);
  if (signature.some((byte, at) => byte !== bytes[at])) return wrong("absent");
  const [command = VERSION_2_LOCAL, family = 0] = bytes.subarray(SIGNATURE.length);
  const isProxy = command === VERSION_2_PROXY;
  if (!isProxy && command !== VERSION_2_LOCAL) return wrong("malformed");
  if (bytes.length < FIXED_LENGTH) return partial(FIXED_LENGTH - bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const bodyLength = view.getUint16(FIXED_LENGTH - 2);
  if (bodyLength > BODY_BYTES_MAX) return wrong("too_long");
  const hasEnds = isProxy && (family === TCP_OVER_IPV4 || family === TCP_OVER_IPV6);
  if (isProxy && !hasEnds && !WITHOUT_ENDS.has(family)) return wrong("malformed");
  const endsLength = hasEnds ? endsLengthOf(family) : 0;
  if (bodyLength < endsLength) return wrong("malformed");
  const missing = FIXED_LENGTH + bodyLength - bytes.length;
  if (missing > 0) return partial(missing);
  if (!hasEnds) return whole(null);
  const body = bytes.subarray(FIXED_LENGTH);
  if (!areTlvs(body.subarray(endsLength))) return wrong("malformed");
  return whole(parseEnds(body.subarray(0, endsLength)));
}

/** Whether these are TLVs, the last of which ends with the bytes. */
function areTlvs(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + TLV_HEAD <= bytes.length) at += TLV_HEAD + view.getUint16(at + 1);
  return at === bytes.length;
}
