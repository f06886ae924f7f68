/**
 * The mistake `parent-keeps-socket`: the parent does not close its copy of the client's socket. When the child closes
 * the other, the connection goes on, and the client waits for an end that does not come.
 *
 * @module
 */

import type { Mistake } from "./mistake.ts";
import { MistakenTransport } from "./mistaken_transport.ts";

/** Makes it. */
export function parentKeepsSocket(): Mistake {
  return {
    handingOver: { flags: { fault: "parent-keeps-socket" }, putAway() {} },
    mistaken: (transport) => new MistakenTransport(transport, "close-client"),
  };
}
