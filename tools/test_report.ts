/**
 * Reads the results of a test run in the JUnit report that `deno test --junit-path` writes.
 *
 * @module
 */

/** How many tests passed, failed, and were skipped. */
export interface Counts {
  /** That ran to their end. */
  readonly passed: number;
  /** That threw, or left something behind. */
  readonly failed: number;
  /** That were not run. */
  readonly skipped: number;
}

/** Counts the test cases of a report; with `prefix`, those whose names begin with it. */
export function countResults(report: string, prefix = ""): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (
    const [, name = "", body = ""] of report.matchAll(
      /<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs,
    )
  ) {
    if (!name.startsWith(prefix)) continue;
    if (/^\s*<(failure|error)\b/.test(body)) counts.failed += 1;
    else if (/^\s*<skipped\b/.test(body)) counts.skipped += 1;
    else counts.passed += 1;
  }
  return counts;
}

/** The tests of a file, and which of them failed. */
export interface FileReport {
  /** Its part of the report. */
  readonly text: string;
  /** The names of the tests that failed, as the report has them. */
  readonly failed: readonly string[];
}

/** The files of a report, by their paths. */
export function filesOf(report: string): ReadonlyMap<string, FileReport> {
  const suites = report.matchAll(/<testsuite name="([^"]*)"[^>]*>.*?<\/testsuite>/gs);
  return new Map(Array.from(suites, ([text, path = ""]) => {
    const cases = text.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<(?:failure|error)\b/g);
    return [path, { text, failed: Array.from(cases, ([, name = ""]) => name) }];
  }));
}

/** How many tests and parts of tests have failed, as the last line of `deno test` tells it: files not loaded, too. */
export function failuresTold(end: string): number {
  const [, tests = 0, parts = 0] = /\| (\d+) failed(?: \((\d+) steps?\))?/.exec(end) ?? [];
  return Number(tests) + Number(parts);
}

/** The counts as one line. */
export function formatCounts(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}
