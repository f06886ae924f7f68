/**
 * The mistake `descriptor-leak`: the parent does not close its end of the pair to a worker that has ended. Nobody uses
 * it any more, and it counts.
 *
 * @module
 */

import type { Mistake } from "./mistake.ts";
import { MistakenTransport } from "./mistaken_transport.ts";

class LeakingTransport extends MistakenTransport {
  override reaped(): void {}
}

/** Makes it. */
export function descriptorLeak(): Mistake {
  return { mistaken: (transport) => new LeakingTransport(transport, "close-door") };
}
