/**
 * What a test comes to.
 *
 * @module
 */

import type { ProgramEnd } from "../keeper/messages.ts";
import type { Observations, ScenarioName } from "../observe/observations.ts";
import type { PhraseName } from "../texts/phrases.ts";

/** How a test ends. */
export type Result = "pass" | "fail" | "skip";

/** Something to be said, in whichever language. */
export interface Said {
  /** Which phrase. */
  readonly phrase: PhraseName;
  /** What stands in it. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** What a test comes to, and what was seen. */
export interface Verdict {
  /** How it ends. */
  readonly result: Result;
  /** Why. */
  readonly seen: readonly Said[];
}

/** What became of a scenario. */
export type Outcome<Observation> =
  | {
    /** It was played. */
    readonly seen: Observation;
    /** How the server ended in it, where it did; null for `how` where nobody knows. */
    readonly ended: { readonly how: ProgramEnd | null } | null;
  }
  | {
    /** It could not be played. */
    readonly seen: null;
    /** Why. */
    readonly reason: Said;
  };

/** The outcomes so far. */
export type Outcomes = { readonly [Name in ScenarioName]?: Outcome<Observations[Name]> };

/** What a scenario has seen; null where it was not played, or not yet. */
export function seenIn<Name extends ScenarioName>(
  outcomes: Outcomes,
  name: Name,
): Observations[Name] | null {
  // The compiler loses which outcome belongs to which name.
  const outcome = outcomes[name] as Outcome<Observations[Name]> | undefined;
  return outcome?.seen ?? null;
}

/** Says something. */
export function say(phrase: PhraseName, values: Said["values"] = {}): Said {
  return { phrase, values };
}

/** Makes a verdict of it. */
export function pass(phrase: PhraseName, values?: Said["values"]): Verdict {
  return { result: "pass", seen: [say(phrase, values)] };
}

/** Likewise. */
export function fail(phrase: PhraseName, values?: Said["values"]): Verdict {
  return { result: "fail", seen: [say(phrase, values)] };
}

/** Likewise. */
export function skip(phrase: PhraseName, values?: Said["values"]): Verdict {
  return { result: "skip", seen: [say(phrase, values)] };
}

/** How a server ended. */
export function sayEnd(how: ProgramEnd | null): Said {
  if (how === null) return say("endedSomehow");
  if (how.signal !== null) return say("endedBySignal", { signal: how.signal });
  return say("endedWithStatus", { status: how.code });
}
