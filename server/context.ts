/**
 * What every part of a running server works with.
 *
 * @module
 */

import type { Clock } from "../ipc/clock.ts";
import type { EventBus } from "./events.ts";

/** Made once, by the server. */
export interface ServerContext {
  /** Where what happens is told. */
  readonly events: EventBus;
  /** Times what waits. */
  readonly clock: Clock;
  /** How long no byte may pass either way, in milliseconds; 0 means for ever. */
  readonly idleTimeoutMs: number;
  /** Whether somebody looks at the bytes of connections while these are open; nobody unless told. */
  readonly showsTraffic?: boolean;
}
