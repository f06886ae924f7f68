/**
 * The scenarios in the order that they are played, and what each needs.
 *
 * @module
 */

import { observeClients } from "./clients.ts";
import { observeBurst, observeGrowth } from "./many.ts";
import type { Observations, ScenarioName } from "./observations.ts";
import type { Scene } from "./scene.ts";
import {
  observeAgain,
  observeDeaf,
  observeInterrupted,
  observeKilled,
  observeReset,
} from "./survival.ts";
import {
  observeCrowd,
  observeEmpty,
  observeHalfClose,
  observeLarge,
  observeLine,
  observeNulBytes,
  observePieces,
  observeSecond,
} from "./talks.ts";

/** What a scenario cannot do without. */
export type Need =
  /** A server that sends back what it is sent. */
  | "echo"
  /** A look at the server's processes. */
  | "processes"
  /** A server that may be ended. */
  | "ours"
  /** Children that come for clients. */
  | "children"
  /** Children that end with their clients. */
  | "ends";

/** A scenario. */
export interface Scenario<Name extends ScenarioName = ScenarioName> {
  /** Its name. */
  readonly name: Name;
  /** What it needs. */
  readonly needs: readonly Need[];
  /** Those that have to be played before, because they tell something about it. */
  readonly after: readonly ScenarioName[];
  /**
   * Plays it. `isLimited` says that the server does not serve any number of clients at once: nobody waits long then.
   */
  observe(scene: Scene, isLimited: boolean): Promise<Observations[Name]>;
}

function scenario<Name extends ScenarioName>(
  name: Name,
  observe: Scenario<Name>["observe"],
  { needs = [], after = [] }: Partial<Pick<Scenario, "needs" | "after">> = {},
): Scenario<Name> {
  return { name, needs, after, observe };
}

const ECHO = { needs: ["echo"], after: ["line"] } as const;

/** All but the start, in the order that they are played: what tells something about the others comes first. */
export const SCENARIOS: readonly Scenario[] = [
  scenario("line", observeLine),
  scenario("interrupted", observeInterrupted, ECHO),
  scenario("nulBytes", observeNulBytes, ECHO),
  scenario("large", observeLarge, ECHO),
  scenario("pieces", observePieces, ECHO),
  scenario("halfClose", observeHalfClose, ECHO),
  scenario("empty", observeEmpty, ECHO),
  scenario("second", observeSecond, ECHO),
  scenario("clients", observeClients, { needs: ["processes"], after: ["line"] }),
  // Of a prefork server no more can be served at once than it has processes: the clients tell whether it is one.
  scenario("crowd", observeCrowd, {
    needs: ["echo"],
    after: ["line", "second", "clients"],
  }),
  scenario("burst", observeBurst, {
    needs: ["processes", "children", "ends"],
    after: ["line", "clients"],
  }),
  scenario("reset", observeReset, ECHO),
  scenario("deaf", observeDeaf, { needs: ["echo"], after: ["line", "second"] }),
  scenario("killed", observeKilled, {
    needs: ["echo", "processes", "children"],
    after: ["line", "clients"],
  }),
  scenario("again", observeAgain, { needs: ["ours"] }),
  // The last: it does with the time that there is.
  scenario("growth", observeGrowth, {
    needs: ["processes", "echo"],
    after: ["line", "clients"],
  }),
];

/** Those of these names, with those that have to be played before. The start is none of them. */
export function scenariosFor(names: Iterable<ScenarioName>): readonly Scenario[] {
  const needed = new Set(names);
  // Each comes behind those that it is after, so that one way back finds all.
  for (const { name, after } of SCENARIOS.toReversed()) {
    if (needed.has(name)) { for (const other of after) needed.add(other); }
  }
  return SCENARIOS.filter(({ name }) => needed.has(name));
}
