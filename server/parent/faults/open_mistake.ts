/**
 * Loads a mistake, and no other.
 *
 * @module
 */

import type { FaultName } from "../../faults/table.ts";
import type { Mistake } from "./mistake.ts";

/** Makes each mistake. One that a flag's value makes needs nothing else, nor does one of the worker alone. */
const MISTAKES: Readonly<Record<FaultName, () => Promise<Mistake> | Mistake>> = {
  "no-wait": async () => (await import("./no_wait.ts")).noWait(),
  "parent-keeps-socket": async () => (await import("./parent_keeps_socket.ts")).parentKeepsSocket(),
  "child-keeps-listener": async () =>
    (await import("./child_keeps_listener.ts")).childKeepsListener(),
  "one-at-a-time": () => ({}),
  "no-half-close": () => ofEcho("no-half-close"),
  "short-write": async () => ({
    ...ofEcho("short-write"),
    listen: (await import("./short_write.ts")).listenForShortWrites,
  }),
  "strlen": () => ofEcho("strlen"),
  "dies-on-reset": async () => (await import("./dies_on_reset.ts")).diesOnReset(),
  "descriptor-leak": async () => (await import("./descriptor_leak.ts")).descriptorLeak(),
};

/** One that the worker's echo makes: `server/child/faults` has it. */
function ofEcho(fault: FaultName): Mistake {
  return { handingOver: { flags: { fault } } };
}

/** The mistake of that name. Throws `OperationalError` where libc cannot be called and it takes that. */
export async function openMistake(name: FaultName): Promise<Mistake> {
  return await MISTAKES[name]();
}
