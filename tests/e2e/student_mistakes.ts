/**
 * How `brood grade` is tested with the servers of students: what a mistake is found by, and that it is, and nothing else.
 *
 * @module
 */

import { assertEquals, assertMatch } from "../assert.ts";
import { MORE_TIME, namesOf, reportOf, StudentServer } from "./grade.ts";
import { type TestOptions, testProgram } from "./program.ts";

/** What a mistake is found by, and what cannot be tested because of it. */
export interface Mistake {
  /** The server's source. */
  readonly source: string;
  /** The tests that fail, and no others. */
  readonly fails: readonly string[];
  /** What was seen in the first of them. */
  readonly seen: RegExp;
  /** The tests that are skipped, where that is the same each time. */
  readonly skips?: readonly string[];
  /** Whether the compiled program is tried, too: that takes as long again. */
  readonly isForBoth?: boolean;
}

/** Of a server with no children. */
export const NO_CHILDREN: readonly string[] = [
  "processes/parent-closes-socket",
  "processes/child-closes-listener",
  "processes/child-ends",
  "processes/exit-status",
  "reaps/burst",
  "survives/interrupted-accept",
  "survives/killed-child",
];

/** What a server needs, and whether the compiled program is tried on it, too. */
export function optionsOf(source: string, isForBoth: boolean): TestOptions {
  return {
    needs: [source.endsWith(".c") ? "cc" : "python3"],
    forms: isForBoth ? ["source", "compiled"] : ["source"],
  };
}

/** A source without its folder. */
export function nameOf(source: string): string {
  return source.replace(/^.*\//, "");
}

/** Registers the tests that each mistake is found. */
export function testMistakes(mistakes: readonly Mistake[]): void {
  for (const { source, fails, seen, skips, isForBoth = false } of mistakes) {
    testProgram(
      `grade names the mistake of ${nameOf(source)}, and nothing else`,
      async (program) => {
        await using server = await StudentServer.make(source);
        const report = await reportOf(program, ...MORE_TIME, "--", ...server.command);
        assertEquals(namesOf(report, "fail"), fails, JSON.stringify(report, null, 1));
        if (skips !== undefined) assertEquals(namesOf(report, "skip").toSorted(), skips.toSorted());
        const [first] = report.tests.filter(({ result }) => result === "fail");
        assertMatch(first?.seen ?? "", seen);
        assertMatch(first?.why ?? "", /\. .*\w+\([2-8]\)/);
        assertEquals([report.failed, report.status], [fails.length, 1]);
        assertEquals(await server.processes(), []);
      },
      optionsOf(source, isForBoth),
    );
  }
}
