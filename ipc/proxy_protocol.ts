/**
 * The header that tells a worker who is connected: the binary header of the PROXY protocol, version 2, with the
 * connection's id in the `PP2_TYPE_UNIQUE_ID` TLV.
 *
 * Source: "The PROXY protocol, versions 1 & 2" (HAProxy), sections 2.2 and 2.2.5. All integers are big-endian:
 *
 *     12 bytes  signature
 *      1 byte   version 2 and command PROXY (0x21)
 *      1 byte   TCP over IPv4 (0x11) or over IPv6 (0x21), or a stream of AF_UNIX (0x31)
 *      2 bytes  length of what follows
 *     addresses: source, destination (4 or 16 bytes each), source port, destination port (2 bytes each);
 *                of AF_UNIX source and destination path (108 bytes each, filled up with zeros)
 *     TLVs:      type (1 byte), length (2 bytes), value
 *
 * @module
 */

import { formatAddress, parseAddress, UNIX_PATH_BYTES_MAX, unixEndpoint } from "./address.ts";
import type { ByteStream, ConnectionEnds, ConnectionInfo } from "./transport.ts";

/** What every header begins with. */
export const SIGNATURE: Readonly<Uint8Array> = Uint8Array.of(
  ...[13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10],
);
/** How long the part is that every header has: up to its length. */
export const FIXED_LENGTH = 16;
/** Version 2, and that a connection is passed on. */
export const VERSION_2_PROXY = 0x21;
/** The family and protocol of addresses with 4 bytes. */
export const TCP_OVER_IPV4 = 0x11;
/** Of those with 16. */
export const TCP_OVER_IPV6 = 0x21;
const UNIX_STREAM = 0x31;
const UNIQUE_ID = 0x05;

/** The bytes of a path, `sun_path` of unix(7). */
const PATH_LENGTH = UNIX_PATH_BYTES_MAX + 1;

/** The family and protocol, and what stands before the TLVs. */
interface Ends {
  readonly family: number;
  readonly bytes: Uint8Array;
}

/** Encodes the header. Throws `TypeError` where an address is not an IP address, and `RangeError` for a long path. */
export function encodeProxyHeader(info: ConnectionInfo): Uint8Array<ArrayBuffer> {
  const { family, bytes } = info.localAddr.path === undefined ? tcpEnds(info) : unixEnds(info);
  const id = new TextEncoder().encode(String(info.id));
  const bodyLength = bytes.length + 3 + id.length;
  const header = new Uint8Array(FIXED_LENGTH + bodyLength);
  const view = new DataView(header.buffer);
  header.set(SIGNATURE);
  view.setUint8(12, VERSION_2_PROXY);
  view.setUint8(13, family);
  view.setUint16(14, bodyLength);
  header.set(bytes, FIXED_LENGTH);
  const at = FIXED_LENGTH + bytes.length;
  view.setUint8(at, UNIQUE_ID);
  view.setUint16(at + 1, id.length);
  header.set(id, at + 3);
  return header;
}

function unixEnds({ remoteAddr, localAddr }: ConnectionInfo): Ends {
  const bytes = new Uint8Array(2 * PATH_LENGTH);
  [remoteAddr, localAddr].forEach(({ path = "" }, end) => {
    const text = new TextEncoder().encode(path);
    if (text.length > PATH_LENGTH) throw new RangeError(`Cannot encode the path "${path}"`);
    bytes.set(text, end * PATH_LENGTH);
  });
  return { family: UNIX_STREAM, bytes };
}

function tcpEnds(info: ConnectionInfo): Ends {
  const remote = parseAddress(info.remoteAddr.hostname);
  const local = parseAddress(info.localAddr.hostname);
  if (remote.length !== local.length) {
    throw new TypeError(
      `Cannot encode a connection from ${info.remoteAddr.hostname} to ${info.localAddr.hostname}: ` +
        "the two are of different families",
    );
  }
  const bytes = new Uint8Array(2 * remote.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(remote);
  bytes.set(local, remote.length);
  view.setUint16(2 * remote.length, info.remoteAddr.port);
  view.setUint16(2 * remote.length + 2, info.localAddr.port);
  return { family: remote.length === 4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6, bytes };
}

/**
 * Reads a header off the front of a stream, and not one byte more. Throws `Error` for anything but a header that
 * {@linkcode encodeProxyHeader} made; unknown TLVs are passed over, as the specification asks.
 */
export async function readProxyHeader(stream: Pick<ByteStream, "read">): Promise<ConnectionInfo> {
  const fixed = await readExactly(stream, FIXED_LENGTH);
  const family = parseFixed(fixed);
  return parseBody(await readExactly(stream, new DataView(fixed.buffer).getUint16(14)), family);
}

/** The same of a header that is there as a whole. */
export function parseProxyHeader(header: Uint8Array): ConnectionInfo {
  const bytes = header.slice();
  if (bytes.length < FIXED_LENGTH) throw endedAfter(bytes.length);
  const family = parseFixed(bytes);
  const body = bytes.slice(FIXED_LENGTH);
  if (body.length !== new DataView(bytes.buffer).getUint16(14)) throw endedAfter(bytes.length);
  return parseBody(body, family);
}

/** Checks the part that every header begins with. Returns the family and protocol. */
function parseFixed(fixed: Uint8Array): number {
  if (SIGNATURE.some((byte, i) => byte !== fixed[i]) || fixed[12] !== VERSION_2_PROXY) {
    throw new Error("Cannot read the PROXY header: it does not begin as version 2 does");
  }
  const family = fixed[13];
  if (family !== TCP_OVER_IPV4 && family !== TCP_OVER_IPV6 && family !== UNIX_STREAM) {
    throw new Error(`Cannot read the PROXY header: unknown family and protocol ${family}`);
  }
  return family;
}

function parseBody(body: Uint8Array<ArrayBuffer>, family: number): ConnectionInfo {
  if (family === UNIX_STREAM) return parseUnixBody(body);
  const length = endsLengthOf(family);
  checkRoom(body, length);
  return { id: parseId(findUniqueId(body, length)), ...parseEnds(body.subarray(0, length)) };
}

/** How many bytes the addresses and ports of a family take. */
export function endsLengthOf(family: number): number {
  return family === TCP_OVER_IPV4 ? 12 : 36;
}

/** Both ends of a connection, of all the bytes that its addresses and ports take. */
export function parseEnds(bytes: Uint8Array): ConnectionEnds {
  const width = (bytes.length - 4) / 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    remoteAddr: {
      hostname: formatAddress(bytes.subarray(0, width)),
      port: view.getUint16(2 * width),
    },
    localAddr: {
      hostname: formatAddress(bytes.subarray(width, 2 * width)),
      port: view.getUint16(2 * width + 2),
    },
  };
}

function parseUnixBody(body: Uint8Array<ArrayBuffer>): ConnectionInfo {
  checkRoom(body, 2 * PATH_LENGTH);
  const endAt = (at: number) => {
    const path = new TextDecoder().decode(body.subarray(at, at + PATH_LENGTH));
    return unixEndpoint(path.replace(/\0.*$/s, ""));
  };
  return {
    id: parseId(findUniqueId(body, 2 * PATH_LENGTH)),
    remoteAddr: endAt(0),
    localAddr: endAt(PATH_LENGTH),
  };
}

function checkRoom(body: Uint8Array, length: number): void {
  if (body.length >= length) return;
  throw new Error(`Cannot read the PROXY header: ${body.length} bytes hold no addresses`);
}

/** The value of the `UNIQUE_ID` TLV in `body`, whose TLVs begin at `at`. */
function findUniqueId(body: Uint8Array<ArrayBuffer>, at: number): Uint8Array {
  const view = new DataView(body.buffer);
  while (at + 3 <= body.length) {
    const end = at + 3 + view.getUint16(at + 1);
    if (body[at] === UNIQUE_ID && end <= body.length) return body.subarray(at + 3, end);
    at = end;
  }
  throw new Error("Cannot read the PROXY header: it has no unique id");
}

function parseId(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  if (!/^\d+$/.test(text)) {
    throw new Error(`Cannot read the PROXY header: ${JSON.stringify(text)} is no id`);
  }
  return Number(text);
}

async function readExactly(
  stream: Pick<ByteStream, "read">,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await stream.read(bytes.subarray(filled));
    if (count === null) {
      throw endedAfter(filled);
    }
    filled += count;
  }
  return bytes;
}

function endedAfter(bytes: number): Error {
  return new Error(`Cannot read the PROXY header: the stream ended after ${bytes} bytes of it`);
}
