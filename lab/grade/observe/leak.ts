/**
 * When memory that grows is memory that leaks.
 *
 * @module
 */

import type { GrowthObservation } from "./observations.ts";

/** More than this for each connection is memory that nobody gives back. */
const LEAK_BYTES = 64 * 1024;

/** Of fewer connections nothing is said: a runtime may not have come to rest. */
const CONNECTIONS_MIN = 100;

/** Whether the parent's memory has grown by as much as a leak from each look to the next. */
export function leaksMemory(
  { connections, looks }: Pick<GrowthObservation, "connections" | "looks">,
): boolean {
  const leak = LEAK_BYTES * connections / (looks.length - 1);
  return connections >= CONNECTIONS_MIN &&
    looks.every(({ memory }, at) => memory - (looks[at - 1]?.memory ?? -Infinity) > leak);
}
