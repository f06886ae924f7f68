/**
 * A network: all addresses that begin with the same bits, as CIDR writes it (RFC 4632, RFC 4291).
 *
 * An IPv4 address that is mapped into IPv6 counts as that IPv4 address, in a network as in a client: whether a server
 * listens on IPv4 or on both makes no difference.
 *
 * @module
 */

import { type Flag, list, ValueError } from "../../cli/flags.ts";
import { formatAddress, ipv4Of, parseAddress } from "../../ipc/address.ts";
import { say } from "../../ipc/say.ts";

/** The bits in front of an IPv4 address that is mapped into IPv6. */
const MAPPED_BITS = 96;

/** The networks of one family with prefixes of one length tell each other apart by `bytes` alone. */
export interface Network {
  /** Its first address: 4 bytes, or 16. */
  readonly bytes: Uint8Array;
  /** How many bits are the same in all its addresses. */
  readonly bits: number;
}

/**
 * The network of a text: an address, `/` and the length of the prefix, or an address alone. Bits behind the prefix
 * count as 0. Throws {@linkcode ValueError}.
 */
export function parseNetwork(text: string): Network {
  const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bytes = address.includes("%") ? null : bytesOf(address);
  if (bytes === null) throw expected();
  const bits = prefix === undefined ? bytes.length * 8 : Number(prefix);
  if (bits > bytes.length * 8) throw expected();
  const ipv4 = ipv4Of(bytes);
  if (ipv4 === null || ipv4 === bytes) return { bytes: firstOf(bytes, bits), bits };
  if (bits < MAPPED_BITS) throw expected();
  return { bytes: firstOf(ipv4, bits - MAPPED_BITS), bits: bits - MAPPED_BITS };
}

function expected(): ValueError {
  return new ValueError(
    say`expected an address or a network, such as 192.0.2.0/24 or 2001:db8::/32`,
  );
}

/** Null for what is no address, and for an IPv4 address that others may read in another way: 010.0.0.1. */
function bytesOf(address: string): Uint8Array | null {
  try {
    const bytes = parseAddress(address);
    return bytes.length === 4 && formatAddress(bytes) !== address ? null : bytes;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
}

/** The first address of the network with a prefix of so many bits that an address is in. */
export function firstOf(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - at * 8))));
}

/** Networks: the flag may be given again, and a value may be a list. */
export function networks(help: string): Flag<readonly Network[]> {
  return list({
    placeholder: "CIDR",
    help,
    separator: ",",
    parseItem: parseNetwork,
    formatItem: formatNetwork,
  });
}

function formatNetwork({ bytes, bits }: Network): string {
  return `${formatAddress(bytes)}/${bits}`;
}
