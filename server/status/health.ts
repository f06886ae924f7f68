/**
 * The health: whether a balancer may send new connections here.
 *
 * @module
 */

import type { Phase, ServerState } from "./state.ts";

/** What `/health` answers, as JSON. */
export interface HealthBody {
  /** Whether new connections are served. */
  readonly status: "ok" | "unavailable";
  /** What the server does with new connections. */
  readonly state: Phase;
  /** Why they are not served, in words; null if they are. */
  readonly reason: string | null;
  /** Connections that are open. */
  readonly connections: number;
  /** How many connections are served at once. */
  readonly maxConnections: number;
}

/** What `/health` answers. */
export interface Health {
  /** True for status 200, false for 503. */
  readonly ok: boolean;
  /** What it tells. */
  readonly body: HealthBody;
}

/**
 * The health of a server. One whose slots are all taken is healthy: who comes now waits in the kernel's queue, and soon
 * gets one.
 */
export function healthOf(state: ServerState): Health {
  const { phase, connections, server: { maxConnections } } = state;
  const reason = reasonOf(state);
  const ok = reason === null;
  return {
    ok,
    body: {
      ...{ status: ok ? "ok" : "unavailable", state: phase, reason },
      ...{ connections: Object.keys(connections).length, maxConnections },
    },
  };
}

/** Why new connections are not served; null if they are. */
function reasonOf({ phase, failure, acceptQueue }: ServerState): string | null {
  if (phase === "draining") return "the server is stopping: it lets its connections finish";
  if (phase === "stopped") return "the server has stopped";
  // Only a connection shows that a failure to accept is over. A balancer that sends none would wait for ever: where
  // nobody is left in the queue, let one come and try.
  const isTried = acceptQueue === null || acceptQueue.length > 0;
  return isTried ? failure : null;
}
