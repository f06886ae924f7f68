/**
 * The history: what a state's figures were in each of the last seconds. A point is the difference between two samples;
 * what the last one was made of is in the state, so that whoever goes on with that makes the same points.
 *
 * @module
 */

import { LIMITS, type Mark, type Point, type ProcessView, type ServerState } from "./state.ts";

/** How often the figures make a point. */
const POINT_MS = 1000;

/** Adds a point if a second has passed since the last one; called with the sample in the state. */
export function addPoint(state: ServerState, at: number): void {
  const { mark: last, processes, totals: { accepted, bytesIn, bytesOut } } = state;
  const isBack = last !== null && at < last.at;
  if (last !== null && !isBack && at - last.at < POINT_MS * 0.9) return;
  const isSeen = processes.length > 0;
  const cpuMs = isSeen ? Object.fromEntries(processes.map(({ pid, cpuMs }) => [pid, cpuMs])) : null;
  state.mark = { at, accepted, bytesIn, bytesOut, cpuMs };
  // The first has nothing to be compared with, nor has one whose clock was set back.
  if (last === null || isBack) return;
  state.history.push(pointOf(state, { last, mark: state.mark }));
  if (state.history.length > LIMITS.history) state.history.shift();
  state.lastStartMs = null;
}

function pointOf(
  { connections, workers, processes, acceptQueue, lastStartMs }: ServerState,
  { last, mark }: { readonly last: Mark; readonly mark: Mark },
): Point {
  const seconds = (mark.at - last.at) / 1000;
  const known = processes.flatMap(({ pssBytes }) => pssBytes === null ? [] : [pssBytes]);
  const cpuMs = cpuSince(last, processes);
  return {
    at: mark.at,
    connections: Object.keys(connections).length,
    acceptedPerSecond: (mark.accepted - last.accepted) / seconds,
    bytesInPerSecond: (mark.bytesIn - last.bytesIn) / seconds,
    bytesOutPerSecond: (mark.bytesOut - last.bytesOut) / seconds,
    workers: Object.keys(workers).length,
    queueLength: acceptQueue?.length ?? null,
    pssBytes: known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0),
    cpu: cpuMs === null ? null : cpuMs / 1000 / seconds,
    startMs: lastStartMs,
  };
}

/** The CPU time that processes have used since then; null where they were not seen then, or are not now. */
function cpuSince({ cpuMs: last }: Mark, processes: readonly ProcessView[]): number | null {
  if (last === null || processes.length === 0) return null;
  return processes.reduce((sum, { pid, cpuMs }) => {
    const before = last[pid] ?? 0;
    // What a process has used that was not there before, it has used since; so has one that got the pid of another.
    return sum + (cpuMs < before ? cpuMs : cpuMs - before);
  }, 0);
}
