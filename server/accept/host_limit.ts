/**
 * How many connections one client's address may have at once.
 *
 * @module
 */

import { formatAddress, ipv4Of, parseAddress } from "../../ipc/address.ts";
import { type Slot, slotOf } from "./admission.ts";

/**
 * What counts as one address: an IPv4 address, also one that is mapped into IPv6, or the /64 of an IPv6 address, which
 * is what one customer gets at the least (RFC 6177).
 */
export function hostKey(address: string): string {
  const bytes = parseAddress(address);
  const ipv4 = ipv4Of(bytes);
  return ipv4 === null ? `${formatAddress(bytes.fill(0, 8))}/64` : formatAddress(ipv4);
}

/** Counts the connections of each address. */
export class HostLimit {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  /** Allows each address `limit` connections at once; `Infinity` only counts them. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many connections the address has. */
  countOf(address: string): number {
    return this.#counts.get(hostKey(address)) ?? 0;
  }

  /** Takes one of the address's slots, or rejects with null if it has none left. */
  acquire(address: string): Slot | null {
    const key = hostKey(address);
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#limit) return null;
    this.#counts.set(key, count + 1);
    return slotOf(() => this.#release(key));
  }

  #release(key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
