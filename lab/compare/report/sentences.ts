/**
 * What each model shows, in a sentence: what it does differently, and a comparison where the figures carry one.
 *
 * @module
 */

import { say } from "../../../ipc/say.ts";
import type { ModelId } from "../models.ts";
import type { FigureName } from "./figures.ts";
import { areApart, type Range } from "./statistics.ts";

/** What a model shows. */
export interface Lesson {
  /** What it does: a sentence without its end. */
  readonly text: string;
  /** The figure that shows it, beside that of another model. */
  readonly shownBy: { readonly figure: FigureName; readonly beside: ModelId };
}

/** How a figure is called in a comparison. */
const NOUNS: Readonly<Partial<Record<FigureName, string>>> = {
  connectionsPerSecond: say`connections per second`,
  "firstEchoMs.median": say`first echo`,
  "roundTripMs.median": say`round trip`,
  bytesPerClient: say`memory of a client`,
};

/** What each model shows. */
export const LESSONS: Readonly<Record<ModelId, Lesson>> = {
  iterative: {
    text:
      say`One process serves one client after the other, without a process to start or to switch to, and lets all others wait`,
    shownBy: { figure: "connectionsPerSecond", beside: "process" },
  },
  process: {
    text: say`A process is started for each client, and its start is what a connection costs`,
    shownBy: { figure: "connectionsPerSecond", beside: "prefork" },
  },
  "process-socket": {
    text:
      say`The process of a client has the socket itself, so that no byte passes the parent; its start costs what it did`,
    shownBy: { figure: "roundTripMs.median", beside: "process" },
  },
  spare: {
    text:
      say`Processes are started before their clients come, which helps as long as no more come than can be started again`,
    shownBy: { figure: "firstEchoMs.median", beside: "process" },
  },
  "spare-socket": {
    text:
      say`Started ahead and given the socket: a client waits for less, the machine works for it as much`,
    shownBy: { figure: "roundTripMs.median", beside: "spare" },
  },
  prefork: {
    text:
      say`The processes stay and take one client after the other, so that nobody pays for a start`,
    shownBy: { figure: "connectionsPerSecond", beside: "process" },
  },
  "prefork-socket": {
    text:
      say`Descriptors are passed to processes that stay, and the parent has no part in the bytes`,
    shownBy: { figure: "roundTripMs.median", beside: "prefork" },
  },
  "c-iterative": {
    text:
      say`The same loop in C, with room for two in its queue: who finds it full is told nothing, and tries again a second later`,
    shownBy: { figure: "connectionsPerSecond", beside: "iterative" },
  },
  "c-fork": {
    text:
      say`fork() copies a small process that runs already, where our servers start a whole program`,
    shownBy: { figure: "connectionsPerSecond", beside: "process" },
  },
};

/** A figure of a model, as a comparison needs it. */
export interface Compared {
  /** What all rounds show, or null. */
  readonly value: number | null;
  /** What the rounds show, or null. */
  readonly range: Range | null;
}

/** The sentence of a model. `figureOf` has what was measured, null for a model that was not. */
export function sentenceOf(
  id: ModelId,
  figureOf: (id: ModelId, figure: FigureName) => Compared | null,
): string {
  const { text, shownBy: { figure, beside } } = LESSONS[id];
  const comparison = compare(figureOf(id, figure), figureOf(beside, figure));
  const noun = NOUNS[figure] ?? figure;
  if (comparison === null) return say`${text}.`;
  return comparison === "alike"
    ? say`${text} (${noun}: not to be told from ${beside} here).`
    : say`${text} (${noun}: ${formatRatio(comparison)} times that of ${beside}).`;
}

/** Two digits that count: `0.014`, `1.2`, `47`. */
function formatRatio(ratio: number): string {
  return Number(ratio.toPrecision(2)).toLocaleString("en-US", { maximumSignificantDigits: 2 });
}

/** The ratio where the rounds tell the two apart, `alike` where they do not, null where one is missing. */
function compare(own: Compared | null, other: Compared | null): number | "alike" | null {
  if (own === null || other === null || own.range === null || other.range === null) return null;
  if (own.value === null || other.value === null || other.value === 0) return null;
  return areApart(own.range, other.range) ? own.value / other.value : "alike";
}
