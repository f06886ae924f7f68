/** A server's facts and state, for tests. */

import { initialState } from "../../../server/status/model.ts";
import type { ServerFacts, ServerState } from "../../../server/status/state.ts";

/** What a server that runs could say. */
export const FACTS: ServerFacts = {
  host: "127.0.0.1",
  port: 9000,
  mode: "per-connection",
  transport: "unix",
  handler: "echo",
  fault: null,
  pid: 100,
  backlog: 128,
  maxConnections: 40,
  startedAt: 1_000_000,
};

/** The state of a server that has just begun to listen. */
export function freshState(facts: Partial<ServerFacts> = {}): ServerState {
  return initialState({ ...FACTS, ...facts });
}
