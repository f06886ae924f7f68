import type { ServerState } from "./state.ts";
/** Stub until metrics branch lands. */
export const METRICS_TYPE = "text/plain";
/** Stub. */
export function formatMetrics(_state: ServerState): Promise<string> {
  return Promise.resolve("");
}
