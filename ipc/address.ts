/**
 * The ends of connections, and how an internet address and a port are written.
 *
 * The one parser of addresses: a worker reads its connection's ends with it, so it takes what the runtime has loaded
 * already, the URL parser. `node:net` or a package would add to the start of every worker.
 *
 * @module
 */

/** One end of a TCP connection, or of one over a Unix-domain socket. */
export interface Endpoint {
  /** The IP address, IPv6 without brackets; of a Unix-domain socket `unix:` and its path. */
  readonly hostname: string;
  /** The port, 0 to 65535; a Unix-domain socket has none: 0. */
  readonly port: number;
  /** The path of a Unix-domain socket, empty where it is bound to none, as a client's; absent for TCP. */
  readonly path?: string;
}

/** What a Unix-domain socket is written with, in front of its path. */
export const UNIX = "unix:";

/** The longest path of one on Linux, in bytes: `sun_path` of unix(7) without the zero at its end. */
export const UNIX_PATH_BYTES_MAX = 107;

/** The end of a Unix-domain socket with that path; empty for none. */
export function unixEndpoint(path: string): Endpoint & { readonly path: string } {
  return { hostname: `${UNIX}${path}`, port: 0, path };
}

/** `127.0.0.1:9000`, `[::1]:9000` for IPv6 (RFC 3986, section 3.2.2), or `unix:/run/echo`. */
export function formatEndpoint(endpoint: Endpoint): string {
  const { hostname, port } = endpoint;
  if (hostname.startsWith(UNIX)) return hostname;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** An IPv4 address that is mapped into IPv6, as Deno and the functions here write it. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/;

/**
 * An IP address, as plain IPv4 where it is one that is mapped into IPv6: whether a client of IPv4 has met a socket that
 * listens on IPv4 or on both makes no difference.
 */
export function plainAddress(address: string): string {
  return address.replace(MAPPED, "");
}

/** An IPv4 address as every system writes it. */
const PLAIN_IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * The 4 or 16 bytes of an IP address. Throws `TypeError` for anything else. The URL parser knows every way to write
 * one, and which are none.
 */
export function parseAddress(address: string): Uint8Array {
  // A server meets hardly any other, and the URL parser takes five times as long.
  if (PLAIN_IPV4.test(address)) return Uint8Array.from(address.split("."), Number);
  // A zone index (fe80::1%eth0) names an interface of this machine; it is not part of the address.
  const bare = address.replace(/(?<=:.*)%.*$/, "");
  const isIPv6 = bare.includes(":");
  const isPlausible = isIPv6 ? /^[\da-f:.]+$/i.test(bare) : /^\d+(\.\d+){3}$/.test(bare);
  const url = isPlausible ? URL.parse(`http://${isIPv6 ? `[${bare}]` : bare}/`) : null;
  if (url === null) throw new TypeError(`Cannot encode "${address}": not an IP address`);
  if (!isIPv6) return Uint8Array.from(url.hostname.split("."), Number);
  const [head = "", tail = ""] = url.hostname.slice(1, -1).split("::");
  const left = groupsOf(head);
  const right = groupsOf(tail);
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  return Uint8Array.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group]));
}

function groupsOf(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}

/** The first 12 bytes of an IPv4 address that is mapped into IPv6: `::ffff:127.0.0.1` (RFC 4291, section 2.5.5.2). */
const IPV4_MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255);

/** The 4 bytes of an IPv4 address, also of one that is mapped into IPv6; null for other IPv6 addresses. */
export function ipv4Of(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length === 4) return bytes;
  const isMapped = IPV4_MAPPED.every((byte, i) => byte === bytes[i]);
  return isMapped ? bytes.subarray(IPV4_MAPPED.length) : null;
}

/** The text of an address; IPv6 as RFC 5952 recommends, most of which is what the URL standard serializes. */
export function formatAddress(bytes: Uint8Array): string {
  const ipv4 = ipv4Of(bytes);
  if (ipv4 !== null) return `${bytes.length === 4 ? "" : "::ffff:"}${ipv4.join(".")}`;
  const groups: string[] = [];
  for (let i = 0; i < bytes.length; i += 2) {
    groups.push(((bytes[i] ?? 0) << 8 | (bytes[i + 1] ?? 0)).toString(16));
  }
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}
