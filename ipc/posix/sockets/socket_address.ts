/**
 * An internet address and a port as the kernel has them: struct sockaddr_in, ip(7), and struct sockaddr_in6, ipv6(7).
 *
 *     2 bytes  family, in the machine's byte order: little-endian on x86-64 and on arm64
 *     2 bytes  port, big-endian as all that follows
 *     IPv4:    4 bytes address, 8 bytes nothing
 *     IPv6:    4 bytes flow, 16 bytes address, 4 bytes zone (little-endian)
 *
 * @module
 */

import {
  type Endpoint,
  formatAddress,
  ipv4Of,
  parseAddress,
  UNIX_PATH_BYTES_MAX,
  unixEndpoint,
} from "../../address.ts";
import { FAMILY } from "../constants.ts";
import { newBytes } from "../intrinsics.ts";

/** Room for a socket's address of any kind: struct sockaddr_storage. */
export const ADDRESS_BYTES_MAX = 128;

const IPV4 = { bytes: 16, addressAt: 4, addressBytes: 4 } as const;
const IPV6 = { bytes: 28, addressAt: 8, addressBytes: 16, zoneAt: 24 } as const;

const UNIX_PATH_AT = 2;

/** An address that the kernel takes, and the family of sockets that take it. */
export interface SocketAddress {
  /** For socket(2). */
  readonly family: number;
  /** For bind(2). */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Encodes a numeric address; IPv6 with the number of a zone, if it needs one (`fe80::1%2`). Throws `TypeError` for a
 * name, and `RangeError` for what is no port.
 */
export function encodeSocketAddress({ hostname, port }: Endpoint): SocketAddress {
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) {
    throw new RangeError(`Cannot use port ${port}: ports are 0 to 65535`);
  }
  const address = parseAddress(hostname);
  const isIPv4 = address.length === IPV4.addressBytes;
  const bytes = newBytes(isIPv4 ? IPV4.bytes : IPV6.bytes);
  const family = isIPv4 ? FAMILY.ipv4 : FAMILY.ipv6;
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  bytes.set(address, isIPv4 ? IPV4.addressAt : IPV6.addressAt);
  if (!isIPv4) view.setUint32(IPV6.zoneAt, zoneOf(hostname), true);
  return { family, bytes };
}

function zoneOf(hostname: string): number {
  const [, zone = "0"] = hostname.split("%");
  if (!/^\d+$/.test(zone)) {
    throw new TypeError(`Cannot use "${hostname}": its zone is a name and no number`);
  }
  return Number(zone);
}

/**
 * The end that the first `length` bytes tell: without the zone, and `192.0.2.1` also for an IPv4 address of a socket of
 * IPv6. Null where it is of another family: that of a Unix-domain socket.
 */
export function decodeSocketAddress(bytes: Uint8Array, length: number): Endpoint | null {
  const family = byteAt(bytes, 0) | byteAt(bytes, 1) << 8;
  const layout = family === FAMILY.ipv4 ? IPV4 : family === FAMILY.ipv6 ? IPV6 : null;
  if (layout === null || length < layout.bytes) return null;
  const address = new Uint8Array(layout.addressBytes);
  for (let at = 0; at < layout.addressBytes; at++) {
    address[at] = byteAt(bytes, layout.addressAt + at);
  }
  const port = byteAt(bytes, 2) << 8 | byteAt(bytes, 3);
  return { hostname: formatAddress(ipv4Of(address) ?? address), port };
}

/**
 * Encodes the path of a Unix-domain socket, or its name in the abstract namespace (`@name`): struct sockaddr_un. Throws
 * `RangeError` for a path that is too long.
 */
export function encodeUnixPath(path: string): SocketAddress {
  const text = new TextEncoder().encode(path);
  if (text.length > UNIX_PATH_BYTES_MAX) {
    throw new RangeError(
      `Cannot use the path of a socket with more than ${UNIX_PATH_BYTES_MAX} bytes: ${path}`,
    );
  }
  const isAbstract = path.startsWith("@");
  // A zero ends a path; a name ends with the address.
  const bytes = newBytes(UNIX_PATH_AT + text.length + (isAbstract ? 0 : 1));
  new DataView(bytes.buffer).setUint16(0, FAMILY.unix, true);
  bytes.set(text, UNIX_PATH_AT);
  if (isAbstract) bytes[UNIX_PATH_AT] = 0;
  return { family: FAMILY.unix, bytes };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The path that the first `length` bytes tell, unix(7), with `@` for the zero before a name of the abstract namespace,
 * as `/proc/net/unix` has it. Null where the socket is bound to nothing, or of another family.
 */
export function decodeUnixPath(bytes: Uint8Array, length: number): string | null {
  const family = byteAt(bytes, 0) | byteAt(bytes, 1) << 8;
  if (family !== FAMILY.unix || length <= UNIX_PATH_AT) return null;
  const path = decoder.decode(bytes.subarray(UNIX_PATH_AT, length));
  // The kernel counts the zero that ends a path, and a name in the abstract namespace may have zeros in it.
  return path.startsWith("\0") ? path.replaceAll("\0", "@") : path.replace(/\0.*$/s, "");
}

/**
 * The end that the first `length` bytes tell, of either kind; null where it is of yet another family. A path that is no
 * UTF-8 cannot be told: it is empty, as where the socket is bound to none.
 */
export function decodeEnd(bytes: Uint8Array, length: number): Endpoint | null {
  const end = decodeSocketAddress(bytes, length);
  if (end !== null) return end;
  const isUnix = length >= UNIX_PATH_AT && byteAt(bytes, 0) === FAMILY.unix &&
    byteAt(bytes, 1) === 0;
  if (!isUnix) return null;
  const path = decodeUnixPath(bytes, length) ?? "";
  return unixEndpoint(path.includes("\ufffd") ? "" : path);
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
