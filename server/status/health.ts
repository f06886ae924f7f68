import type { ServerState } from "./state.ts";
/** Stub. */
export function healthOf(_state: ServerState): { ok: boolean; body: unknown } {
  return { ok: true, body: {} };
}
