/**
 * Who gets in, by address: the longest prefix that an address has decides, and on a tie deny. An address that no rule
 * is about gets in, unless there is a rule that allows: then only those get in that one allows.
 *
 * @module
 */

import { ValueError } from "../../cli/flags.ts";
import { ipv4Of, parseAddress } from "../../ipc/address.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import { firstOf, type Network, parseNetwork } from "./network.ts";

/** What is done with the clients of a network. */
export interface Rule {
  /** Whether they get in. */
  readonly verdict: "allow" | "deny";
  /** Where they come from. */
  readonly network: Network;
}

/** Whether each network with prefixes of one length gets in, by the bytes of its first address. */
interface Prefixes {
  readonly bits: number;
  readonly isAllowed: Map<string, boolean>;
}

/** Finds the rule of an address in as many steps as there are lengths of prefixes, however many rules there are. */
export class Rules {
  readonly #ipv4: readonly Prefixes[];
  readonly #ipv6: readonly Prefixes[];
  readonly #isOpen: boolean;

  /** Knows these rules, in whatever order. */
  constructor(rules: readonly Rule[]) {
    this.#ipv4 = prefixesOf(rules.filter(({ network: { bytes } }) => bytes.length === 4));
    this.#ipv6 = prefixesOf(rules.filter(({ network: { bytes } }) => bytes.length !== 4));
    this.#isOpen = rules.every(({ verdict }) => verdict === "deny");
  }

  /** Whether a client with that address gets in. */
  admits(address: string): boolean {
    const bytes = parseAddress(address);
    const ipv4 = ipv4Of(bytes);
    for (const { bits, isAllowed } of ipv4 === null ? this.#ipv6 : this.#ipv4) {
      const verdict = isAllowed.get(keyOf(firstOf(ipv4 ?? bytes, bits)));
      if (verdict !== undefined) return verdict;
    }
    return this.#isOpen;
  }
}

/** The longest first. */
function prefixesOf(rules: readonly Rule[]): readonly Prefixes[] {
  const byBits = new Map<number, Map<string, boolean>>();
  for (const { verdict, network: { bytes, bits } } of rules) {
    const isAllowed = byBits.get(bits) ?? new Map<string, boolean>();
    const key = keyOf(bytes);
    isAllowed.set(key, verdict === "allow" && isAllowed.get(key) !== false);
    byBits.set(bits, isAllowed);
  }
  return Array.from(byBits, ([bits, isAllowed]) => ({ bits, isAllowed }))
    .sort((a, b) => b.bits - a.bits);
}

function keyOf(bytes: Uint8Array): string {
  return bytes.join(".");
}

/**
 * The rules of a file's text, one a line: `allow CIDR` or `deny CIDR`. Empty lines and what stands behind `#` are left
 * out. Throws {@linkcode OperationalError} that names the file and the line.
 */
export function parseRules(text: string, file: string): readonly Rule[] {
  return text.split("\n").flatMap((line, at) => {
    const words = line.replace(/#.*/, "").trim();
    if (words === "") return [];
    try {
      return [parseRule(words)];
    } catch (cause) {
      if (!(cause instanceof ValueError)) throw cause;
      throw new OperationalError(
        say`Cannot read the rules ${file}, line ${at + 1}: ${
          JSON.stringify(words)
        }: ${cause.message}`,
        { cause },
      );
    }
  });
}

function parseRule(text: string): Rule {
  const [, verdict, network = ""] = /^(allow|deny)\s+(\S+)$/.exec(text) ?? [];
  if (verdict !== "allow" && verdict !== "deny") {
    throw new ValueError(say`expected allow CIDR or deny CIDR`);
  }
  return { verdict, network: parseNetwork(network) };
}
