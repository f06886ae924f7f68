/**
 * When a server that was asked to stop takes no more connections: at once, or after a while in which its health says
 * that it stops, so that a balancer can send new ones elsewhere before anybody is refused.
 *
 * @module
 */

import type { Lifetime } from "../cli/lifetime.ts";
import type { Clock } from "../ipc/clock.ts";

/** What a closing works with. */
export interface ClosingOptions {
  /** How long the server goes on accepting, in milliseconds. */
  readonly delayMs: number;
  /** Times that. */
  readonly clock: Clock;
  /** Called when it was asked to stop, and goes on for a while. */
  readonly onDelay: () => void;
}

/** Aborts when no more connections are to be taken: sooner where the end is insisted on. */
export function closingSignal(
  { stopping, forced }: Pick<Lifetime, "stopping" | "forced">,
  { delayMs, clock, onDelay }: ClosingOptions,
): AbortSignal {
  if (delayMs === 0 || stopping.aborted) return stopping;
  const closing = new AbortController();
  stopping.addEventListener("abort", async () => {
    onDelay();
    await clock.sleep(delayMs, forced);
    closing.abort(stopping.reason);
  }, { once: true });
  return closing.signal;
}
