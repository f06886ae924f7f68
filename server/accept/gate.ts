/**
 * The gate: whether a connection that was just accepted is served, by its client's address: the rules, how many
 * connections it makes in a second, and how many it has.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import type { EventBus, Rejection } from "../events.ts";
import type { Slot } from "./admission.ts";
import { HostLimit } from "./host_limit.ts";
import type { Network } from "./network.ts";
import type { RateLimit } from "./rate_limit.ts";
import type { RulesFile } from "./rules_file.ts";

/** A connection that is served. */
export interface Entry {
  /** What to give back when it is over; null where nobody counts. */
  readonly hostSlot: Slot | null;
  /** How many connections its client's address has, this one included; 0 if nobody counts. */
  readonly hostConnections: number;
}

/** What a gate goes by. Null is no limit. */
export interface GateLimits {
  /** Who gets in by address. */
  readonly rules: Pick<RulesFile, "admits"> | null;
  /** How many connections an address may make in a second. */
  readonly rate: { readonly limit: RateLimit; readonly maxRate: number } | null;
  /** How many connections an address may have. */
  readonly hosts: { readonly limit: HostLimit; readonly maxPerHost: number } | null;
}

/** Counts what it rejects. */
export class Gate {
  readonly #limits: GateLimits;
  readonly #rejected: Record<Rejection["reason"], number> = {
    proxy_header: 0,
    denied: 0,
    max_rate: 0,
    max_per_host: 0,
    tls_failed: 0,
  };

  /** Has rejected none yet. */
  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** How many connections were rejected so far for that reason. */
  rejected(reason: Rejection["reason"]): number {
    return this.#rejected[reason];
  }

  /** Lets a client with that address in, or tells why not. */
  admit(address: string): Entry | Rejection {
    const { rules, rate, hosts } = this.#limits;
    if (rules?.admits(address) === false) return this.reject({ reason: "denied" });
    if (rate?.limit.take(address) === false) {
      return this.reject({ reason: "max_rate", maxRate: rate.maxRate });
    }
    if (hosts === null) return { hostSlot: null, hostConnections: 0 };
    const hostSlot = hosts.limit.acquire(address);
    if (hostSlot === null) {
      return this.reject({ reason: "max_per_host", maxPerHost: hosts.maxPerHost });
    }
    return { hostSlot, hostConnections: hosts.limit.countOf(address) };
  }

  /** Counts one that is not let in for a reason that is not its address. */
  reject(rejection: Rejection): Rejection {
    this.#rejected[rejection.reason] += 1;
    return rejection;
  }
}

/** What a user asks of a gate. */
export interface GateOptions {
  /** Networks whose clients get in. */
  readonly allow: readonly Network[];
  /** Networks whose clients do not. */
  readonly deny: readonly Network[];
  /** The file with more rules; null for none. */
  readonly rulesFile: string | null;
  /** How many connections an address may make in a second; 0 is no limit. */
  readonly maxRate: number;
  /** How many connections an address may have; 0 is no limit. */
  readonly maxPerHost: number;
  /** What serves: a program is told how many connections its client has. */
  readonly handler: { readonly kind: string };
}

/** What it needs, and owns. */
export interface OpenedGate extends AsyncDisposable {
  /** The gate. */
  readonly gate: Gate;
}

/** Loads and reads what was asked for. Throws `OperationalError` in one line where the rules cannot be read. */
export async function openGate(
  options: GateOptions,
  { clock, events }: { readonly clock: Clock; readonly events: EventBus },
): Promise<OpenedGate> {
  const rules = await openRules(options, events);
  const { maxRate } = options;
  const limits = { rules, rate: await openRate(maxRate, clock), hosts: hostsOf(options) };
  return {
    gate: new Gate(limits),
    async [Symbol.asyncDispose]() {
      await rules?.[Symbol.asyncDispose]();
    },
  };
}

async function openRules(
  { allow, deny, rulesFile: file }: GateOptions,
  events: EventBus,
): Promise<RulesFile | null> {
  if (allow.length === 0 && deny.length === 0 && file === null) return null;
  const { RulesFile } = await import("./rules_file.ts");
  return await RulesFile.open({ allow, deny, file, events });
}

async function openRate(maxRate: number, clock: Clock): Promise<GateLimits["rate"]> {
  if (maxRate === 0) return null;
  const { RateLimit } = await import("./rate_limit.ts");
  return { limit: new RateLimit(maxRate, clock), maxRate };
}

function hostsOf({ maxPerHost, handler }: GateOptions): GateLimits["hosts"] {
  if (maxPerHost === 0 && handler.kind !== "program") return null;
  return { limit: new HostLimit(maxPerHost === 0 ? Infinity : maxPerHost), maxPerHost };
}
