/**
 * A mistake of the parent: what it does in another way, each at one place. Where no mistake is made there is none.
 *
 * @module
 */

import type { Listen } from "../../accept/acceptor.ts";
import type { HandingOver } from "../transports/handing_over.ts";
import type { ProcessTransport } from "../transports/transport.ts";

/** What is done in another way; nothing where it is absent. */
export interface Mistake {
  /** With what it listens. */
  readonly listen?: Listen | undefined;
  /** How it hands a client's socket to another process. */
  readonly handingOver?: HandingOver;
  /** The transport, with the mistake. */
  readonly mistaken?: (transport: ProcessTransport) => ProcessTransport;
}
