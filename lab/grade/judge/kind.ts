/**
 * What kind of server it is, by the processes of its clients.
 *
 * @module
 */

import type { ClientsObservation } from "../observe/observations.ts";

/**
 * How clients meet processes:
 *
 * - `forks`: each client has a process that ends with it, or has come for it
 * - `prefork`: each has a process that was there before, and is there afterwards
 * - `shared`: one process, which is not the one that accepts, has both
 * - `relays`: the parent has the sockets, and a process comes for each client
 * - `hidden`: the parent has the sockets, and processes that were there before do nobody knows what
 * - `threads`: the parent has the sockets, and a thread comes for each client
 * - `alone`: there is but one process
 */
export type ServerKind =
  | "forks"
  | "prefork"
  | "shared"
  | "relays"
  | "hidden"
  | "threads"
  | "alone";

/** The kind of a server. */
export function kindOf(seen: ClientsObservation): ServerKind {
  const [ofFirst, ofSecond] = seen.servers;
  if (ofFirst.length > 0) {
    if (ofFirst.every(({ pid }) => ofSecond.some((other) => other.pid === pid))) return "shared";
    const wereThere = ofFirst.every(({ cameBefore }) => cameBefore);
    return wereThere && seen.endedAfterMs === null ? "prefork" : "forks";
  }
  if (seen.came.length > 0) return "relays";
  if (seen.before > 0) return "hidden";
  return seen.moreThreads > 0 ? "threads" : "alone";
}
