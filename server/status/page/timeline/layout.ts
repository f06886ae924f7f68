/**
 * Where the bars of the timeline are: each child process takes the first line that is free from its start on.
 *
 * @module
 */

import type { EndedWorker, ServerState, WorkerView } from "../../state.ts";

/** What a process did for a while. */
export type Phase = "starting" | "idle" | "serving" | "ending" | "zombie";

/** A part of a bar. */
export interface Part {
  /** What the process did. */
  readonly phase: Phase;
  /** From when. */
  readonly from: number;
  /** Until when. */
  readonly to: number;
}

/** The life of a process. */
export interface Bar {
  /** Its process. */
  readonly pid: number;
  /** When it was started. */
  readonly from: number;
  /** When it was reaped, or now. */
  readonly to: number;
  /** How long it took until it was ready; null if it is not, or nobody knows. */
  readonly startMs: number | null;
  /** Whether it has been reaped. */
  readonly isEnded: boolean;
  /** The line that it is on, from 0. */
  readonly lane: number;
  /** Its parts, one after the other. */
  readonly parts: readonly Part[];
}

/** The bars that are seen between two times, and how many lines they take. */
export interface Timeline {
  /** The bars. */
  readonly bars: readonly Bar[];
  /** How many lines there are. */
  readonly lanes: number;
  /** Bars for which there was no line. */
  readonly hidden: number;
}

/** Lines that have room. */
export const LANES_MAX = 250;

/** Places the bars that are seen between two times. */
export function layoutTimeline(
  state: ServerState,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): Timeline {
  const zombies = new Set(
    state.processes.filter(({ state }) => state === "Z").map(({ pid }) => pid),
  );
  const all: readonly (WorkerView | EndedWorker)[] = [
    ...state.ended,
    ...Object.values(state.workers),
  ];
  const bars: Bar[] = [];
  const freeAt: number[] = [];
  let hidden = 0;
  let lanes = 0;
  const gap = (to - from) / 200;
  for (const worker of all.toSorted((a, b) => a.startedAt - b.startedAt || a.pid - b.pid)) {
    const isEnded = "endedAt" in worker;
    const end = isEnded ? worker.endedAt : Math.max(now, worker.startedAt);
    if (end < from || worker.startedAt > to) continue;
    const free = freeAt.findIndex((at) => at + gap <= worker.startedAt);
    const lane = free === -1 ? freeAt.length : free;
    if (lane >= LANES_MAX) {
      hidden += 1;
      continue;
    }
    freeAt[lane] = end;
    lanes = Math.max(lanes, lane + 1);
    bars.push({
      pid: worker.pid,
      from: worker.startedAt,
      to: end,
      startMs: worker.readyAt === null ? null : worker.readyAt - worker.startedAt,
      isEnded,
      lane,
      parts: partsOf(worker, { end, isZombie: zombies.has(worker.pid) }),
    });
  }
  return { bars, lanes, hidden };
}

function partsOf(
  worker: WorkerView | EndedWorker,
  { end, isZombie }: { readonly end: number; readonly isZombie: boolean },
): readonly Part[] {
  const { startedAt, spans } = worker;
  const parts: Part[] = [];
  let at = startedAt;
  const until = (to: number, phase: Phase) => {
    const cut = Math.min(to, end);
    if (cut <= at) return;
    parts.push({ phase, from: at, to: cut });
    at = cut;
  };
  const zombieMs = "endedAt" in worker ? worker.zombieMs ?? 0 : 0;
  const alive = Math.max(startedAt, end - zombieMs);
  until(Math.min(readyAt(worker, alive), alive), "starting");
  for (const span of spans) {
    until(Math.min(span.from, alive), "idle");
    until(Math.min(span.to ?? alive, alive), "serving");
  }
  const isEnding = "endedAt" in worker ? spans.length > 0 : worker.state === "ending";
  until(alive, isEnding || isZombie ? "ending" : "idle");
  until(end, "zombie");
  return parts;
}

/** A program does not say when it is ready: it serves from its start on. */
function readyAt(worker: WorkerView | EndedWorker, end: number): number {
  if (worker.readyAt !== null) return worker.readyAt;
  const isStarting = "endedAt" in worker ? worker.spans.length === 0 : worker.state === "starting";
  return isStarting ? end : worker.startedAt;
}
