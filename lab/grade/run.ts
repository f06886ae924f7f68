/**
 * Plays the scenarios, one after the other, and judges the tests.
 *
 * @module
 */

import { type Clock, LATE, within } from "../../ipc/clock.ts";
import type { GradeTest } from "./catalogue.ts";
import { kindOf } from "./judge/kind.ts";
import { isWhole } from "./judge/talks.ts";
import {
  type Outcome,
  type Outcomes,
  type Said,
  say,
  seenIn,
  type Verdict,
} from "./judge/verdict.ts";
import type { Observations, ScenarioName } from "./observe/observations.ts";
import { type Need, type Scenario, scenariosFor } from "./observe/scenarios.ts";
import { Scene, type SceneTime, UnseenError } from "./observe/scene.ts";
import type { Absence, Subject } from "./observe/subject.ts";

/** How long the children of one scenario may take to go before the next begins. */
const QUIET_MS = 500;

/** How long one that has to end is waited for. */
const LEAVE_MS = 500;

/** A test and what it came to. */
export interface Judged {
  /** The test. */
  readonly test: GradeTest;
  /** Its verdict. */
  readonly verdict: Verdict;
}

/** What a run works with. */
export interface RunOptions extends SceneTime {
  /** The tests, in the order of the report. Those for which no time is left are skipped. */
  readonly tests: readonly GradeTest[];
  /** Is told of each test as soon as those in front of it are known, too. */
  readonly tell: (judged: Judged) => void;
}

/** Runs the tests. Resolves to what they came to, in their order. */
export async function runTests(subject: Subject, options: RunOptions): Promise<readonly Judged[]> {
  const { tests, tell } = options;
  const outcomes: { [Name in ScenarioName]?: Outcome<Observations[Name]> } = {};
  const judged: Judged[] = [];
  const tellKnown = (isLast: boolean) => {
    for (let test; (test = tests[judged.length]) !== undefined;) {
      if (outcomes[test.scenario] === undefined && !isLast) return;
      const one = { test, verdict: test.judge(outcomes) };
      judged.push(one);
      tell(one);
    }
  };
  outcomes.start = { seen: await subject.begin(), ended: null };
  for (const scenario of scenariosFor(tests.map(({ scenario }) => scenario))) {
    tellKnown(false);
    // The compiler loses which observation belongs to which name.
    const outcome = await play(scenario, { subject, outcomes, options });
    (outcomes as Record<ScenarioName, unknown>)[scenario.name] = outcome;
  }
  tellKnown(true);
  return judged;
}

interface Stage {
  readonly subject: Subject;
  readonly outcomes: Outcomes;
  readonly options: SceneTime;
}

async function play(
  { name, needs, observe }: Scenario,
  { subject, outcomes, options }: Stage,
): Promise<Outcome<Observations[ScenarioName]> | undefined> {
  const reason = needs.map((need) => obstacleTo(need, { subject, outcomes }))
    .find((said) => said !== null);
  if (reason !== undefined) return { seen: null, reason };
  if (options.signal.aborted) return undefined;
  await untilQuiet(subject, options);
  const absence = await subject.ensure();
  if (absence !== null) return { seen: null, reason: sayAbsence(absence) };
  const { clock, signal } = options;
  using scene = new Scene(subject, options);
  const observing = observe(scene, isLimited(outcomes));
  // Where it is left alone its clients are closed, and it ends.
  observing.catch(() => {});
  try {
    const seen = await within(Infinity, observing, { clock: endless(clock), signal });
    if (seen === LATE) {
      scene.closeAll();
      await within(LEAVE_MS, observing.catch(() => {}), { clock });
      return undefined;
    }
    scene.closeAll();
    // What a scenario did to the server is felt a moment later.
    const isAlive = name === "again" || await subject.isAlive();
    return { seen, ended: isAlive ? null : { how: subject.end } };
  } catch (error) {
    if (!(error instanceof UnseenError)) throw error;
    return { seen: null, reason: say(await subject.isAlive() ? "unseen" : "gone") };
  }
}

/** Whether no number of clients is served at the same time: one alone, or as many as there are processes. */
function isLimited(outcomes: Outcomes): boolean {
  const second = seenIn(outcomes, "second");
  if (second !== null && !isWhole(second)) return true;
  const clients = seenIn(outcomes, "clients");
  return clients !== null && ["prefork", "hidden"].includes(kindOf(clients));
}

/** A clock whose sleep ends with its signal alone: no timer is that long. */
function endless(clock: Clock): Clock {
  return { now: () => clock.now(), sleep: (_, signal) => ended(signal) };
}

function ended(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Why the scenario cannot be played, or null. */
function obstacleTo(
  need: Need,
  { subject, outcomes }: Pick<Stage, "subject" | "outcomes">,
): Said | null {
  const clients = seenIn(outcomes, "clients");
  switch (need) {
    case "echo": {
      const line = seenIn(outcomes, "line");
      return line === null || isWhole(line) ? null : say("noEcho");
    }
    case "processes":
      if (subject.blind !== null) return say("blind", { reason: subject.blind });
      return null;
    case "ours":
      return subject.isOurs ? null : say("notOurs");
    case "children": {
      const hasNone = clients !== null && ["threads", "alone", "hidden"].includes(kindOf(clients));
      return hasNone ? say("nothingToReap") : null;
    }
    case "ends":
      return clients !== null && kindOf(clients) === "forks" && clients.endedAfterMs === null
        ? say("childrenStay")
        : null;
  }
}

function sayAbsence(absence: Absence): Said {
  switch (absence) {
    case "never":
      return say("notStarted");
    case "gone":
      return say("gone");
    case "overran":
      return say("overran");
  }
}

/** Waits until the clients of the scenario before have left no process that comes and goes. */
async function untilQuiet(
  { view }: Subject,
  { clock, signal }: Stage["options"],
): Promise<void> {
  if (view === null) return;
  const deadlineMs = clock.now() + QUIET_MS;
  let last = -1;
  for (let same = 0; same < 3 && clock.now() < deadlineMs && !signal.aborted;) {
    const { length } = view.living();
    same = length === last ? same + 1 : 0;
    last = length;
    await clock.sleep(10, signal);
  }
}
