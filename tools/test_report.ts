/**
 * Reads the results of a test run: in the JUnit report that `deno test --junit-path` writes, and in what it prints. The
 * report does not tell a test's file where another module registers the test, as that of the e2e tests does.
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

/** A test case, or a part of one. */
interface Case {
  readonly name: string;
  readonly result: keyof Counts;
}

function casesOf(report: string): readonly Case[] {
  const cases = report.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs);
  return Array.from(cases, ([, name = "", body = ""]) => {
    if (/^\s*<(failure|error)\b/.test(body)) return { name, result: "failed" };
    return { name, result: /^\s*<skipped\b/.test(body) ? "skipped" : "passed" };
  });
}

/** The names of the test cases of a report with that result, as the report has them. */
export function namesWith(report: string, result: keyof Counts): ReadonlySet<string> {
  return new Set(casesOf(report).filter((test) => test.result === result).map(({ name }) => name));
}

/** Counts the test cases of a report; with `prefix`, those whose names begin with it. */
export function countResults(report: string, prefix = ""): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, result } of casesOf(report)) {
    if (name.startsWith(prefix)) counts[result] += 1;
  }
  return counts;
}

/** The counts where so many failures have come to nothing. */
export function withPassed({ passed, failed, skipped }: Counts, again: number): Counts {
  return { passed: passed + again, failed: failed - again, skipped };
}

/**
 * The file of a test that has failed, as a run of several files at a time prints that line; null for any other line.
 */
export function failedFile(line: string): string | null {
  // deno-lint-ignore no-control-regex -- what a terminal is driven by
  const text = line.replaceAll(/\x1b\[[\d;]*m/g, "");
  return /^(\S+) => .* \.\.\. FAILED \(/.exec(text)?.[1] ?? null;
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
