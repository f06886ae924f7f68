/** Observations for the tests of verdicts: those of a sound server, and what is different. */

import type { Outcome, Verdict } from "../../../../lab/grade/judge/verdict.ts";
import type {
  ClientsObservation,
  Echo,
  GrowthObservation,
  Possessions,
  ServingProcess,
} from "../../../../lab/grade/observe/observations.ts";

export const WHOLE: Echo = {
  sent: 14,
  received: 14,
  wrongAt: null,
  ending: "open",
  waitedMs: 3000,
};

export const NONE: Echo = { ...WHOLE, received: 0, ending: "late" };

export function serving(pid: number, options: Partial<ServingProcess> = {}): ServingProcess {
  return { pid, cameBefore: false, hasListener: false, ...options };
}

/** A parent with a child for each of two clients. */
export const FORKS: ClientsObservation = {
  parent: 100,
  moreThreads: 0,
  servers: [[serving(101)], [serving(102)]],
  parentHolds: false,
  came: [serving(101), serving(102)],
  before: 0,
  clientSawEnd: true,
  endedAfterMs: 12,
  waitedMs: 2500,
  exit: {
    status: { success: true, code: 0, signal: null, coreDumped: false },
    unseen: null,
  },
};

const NOBODY = { servers: [[], []], exit: { status: null, unseen: "alive" } } as const;
const STAYS = { endedAfterMs: null, exit: { status: null, unseen: "alive" } } as const;

export const ALONE: ClientsObservation = { ...FORKS, ...NOBODY, came: [] };
export const THREADS: ClientsObservation = { ...ALONE, moreThreads: 2 };
export const RELAYS: ClientsObservation = { ...FORKS, ...NOBODY };
export const HIDDEN: ClientsObservation = { ...ALONE, before: 8 };

const BEFORE = { cameBefore: true, hasListener: true };

export const PREFORK: ClientsObservation = {
  ...FORKS,
  ...STAYS,
  servers: [[serving(101, BEFORE)], [serving(102, BEFORE)]],
  came: [],
  before: 8,
};

export const SHARED: ClientsObservation = {
  ...PREFORK,
  servers: [[serving(101, BEFORE)], [serving(101, BEFORE)]],
};

/** What a parent has before anybody came. */
export const SOME: Possessions = {
  descriptors: 4,
  clientSockets: 0,
  children: 0,
  memory: 1_000_000,
};

/** 200 connections, and what there is more of in the middle and at the end. */
export function growth(
  middle: Partial<Possessions> = {},
  last: Partial<Possessions> = {},
): GrowthObservation {
  return {
    connections: 200,
    failed: 0,
    looks: [SOME, { ...SOME, ...middle }, { ...SOME, ...last }],
  };
}

/** The outcome of a scenario that was played. */
export function seen<Observation>(observation: Observation): Outcome<Observation> {
  return { seen: observation, ended: null };
}

/** A verdict in short: its result, and the names of what was said. */
export function inShort({ result, seen }: Verdict): string {
  return [result, ...seen.map(({ phrase }) => phrase)].join(" ");
}
