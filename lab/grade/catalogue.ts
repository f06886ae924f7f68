/**
 * The tests: of which scenario each is, and who judges it.
 *
 * @module
 */

import {
  judgeBurst,
  judgeEnd,
  judgeExit,
  judgeGrowth,
  judgeListener,
  judgeOwn,
  judgeParent,
} from "./judge/processes.ts";
import {
  judgeAgain,
  judgeCrowd,
  judgeDeaf,
  judgeEcho,
  judgeEmpty,
  judgeInterrupted,
  judgeKilled,
  judgeReset,
  judgeSecond,
  judgeStart,
} from "./judge/talks.ts";
import { type Outcome, type Outcomes, say, sayEnd, seenIn, type Verdict } from "./judge/verdict.ts";
import { isWhole } from "./judge/talks.ts";
import type { Observations, ScenarioName } from "./observe/observations.ts";
import { TEST_NAMES, type TestName } from "./texts/tests.ts";
import type { GroupName } from "./texts/words.ts";

/** A test. */
export interface GradeTest {
  /** Its name, `group/what`. */
  readonly name: TestName;
  /** The group. */
  readonly group: GroupName;
  /** What it looks at. */
  readonly scenario: ScenarioName;
  /** What it comes to, when its scenario was played. */
  judge(outcomes: Outcomes): Verdict;
}

type Judge<Name extends ScenarioName> = (seen: Observations[Name], outcomes: Outcomes) => Verdict;

/** Makes the tests' own part of it: a scenario that was not played skips its tests, by its reason. */
function of<Name extends ScenarioName>(
  scenario: Name,
  judge: Judge<Name>,
): Pick<GradeTest, "scenario" | "judge"> {
  return {
    scenario,
    judge(outcomes) {
      const outcome = outcomes[scenario] as Outcome<Observations[Name]> | undefined;
      if (outcome === undefined) return { result: "skip", seen: [say("noTime")] };
      if ("reason" in outcome) return { result: "skip", seen: [outcome.reason] };
      const verdict = judge(outcome.seen, outcomes);
      if (verdict.result !== "fail" || outcome.ended === null) return verdict;
      const interrupted = seenIn(outcomes, "interrupted");
      const dies = scenario !== "interrupted" && interrupted !== null &&
        !isWhole(interrupted.next);
      if (dies) return { result: "skip", seen: [say("endsWithChild")] };
      return { ...verdict, seen: [...verdict.seen, sayEnd(outcome.ended.how)] };
    },
  };
}

const PARTS: Readonly<Record<TestName, Pick<GradeTest, "scenario" | "judge">>> = {
  "talks/starts": of("start", judgeStart),
  "talks/line": of("line", judgeEcho),
  "talks/nul-bytes": of("nulBytes", judgeEcho),
  "talks/large": of("large", judgeEcho),
  "talks/small-pieces": of("pieces", judgeEcho),
  "talks/half-close": of("halfClose", judgeEcho),
  "talks/empty": of("empty", judgeEmpty),
  "concurrent/second-client": of("second", judgeSecond),
  "concurrent/twenty": of("crowd", judgeCrowd),
  "processes/own-process": of("clients", judgeOwn),
  "processes/parent-closes-socket": of("clients", judgeParent),
  "processes/child-closes-listener": of("clients", judgeListener),
  "processes/child-ends": of("clients", judgeEnd),
  "processes/exit-status": of("clients", judgeExit),
  "processes/nothing-grows": of("growth", judgeGrowth),
  "reaps/burst": of("burst", judgeBurst),
  "survives/interrupted-accept": of("interrupted", judgeInterrupted),
  "survives/reset": of("reset", judgeReset),
  "survives/never-reads": of("deaf", judgeDeaf),
  "survives/killed-child": of("killed", judgeKilled),
  "survives/port-again": of("again", judgeAgain),
};

/** Every test, in the order of the report. */
export const CATALOGUE: readonly GradeTest[] = TEST_NAMES.map((name) => ({
  name,
  group: groupOf(name),
  ...PARTS[name],
}));

function groupOf(name: TestName): GroupName {
  const [group] = name.split("/");
  // The names begin with no other.
  return group as GroupName;
}
