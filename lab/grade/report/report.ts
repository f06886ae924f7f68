/**
 * The report of a grading, as text and as JSON.
 *
 * @module
 */

import { escapeUnsafe } from "../../../cli/exit.ts";
import type { Result, Said } from "../judge/verdict.ts";
import type { Judged } from "../run.ts";
import { PHRASES } from "../texts/phrases.ts";
import type { Language } from "../../../cli/language.ts";
import { fill } from "../texts/text.ts";
import { TEST_NAMES, TESTS } from "../texts/tests.ts";
import { GROUPS, WORDS } from "../texts/words.ts";
import type { GradeTest } from "../catalogue.ts";

/** A test as a program reads of it. */
export interface ReportedTest {
  /** Its name. */
  readonly name: string;
  /** Its group. */
  readonly group: string;
  /** How it ended. */
  readonly result: Result;
  /** What was seen. */
  readonly seen: string;
  /** Why it matters and what to look at; null where it did not fail. */
  readonly why: string | null;
}

/** A grading as a program reads of it. */
export interface GradeReport {
  /** The tests, in their order. */
  readonly tests: readonly ReportedTest[];
  /** How many passed. */
  readonly passed: number;
  /** How many failed. */
  readonly failed: number;
  /** How many were skipped. */
  readonly skipped: number;
  /** The last lines that the server printed, where it has ended or did not start. */
  readonly output: readonly string[];
}

/** The report of these verdicts. */
export function reportOf(
  judged: readonly Judged[],
  { language, output }: { readonly language: Language; readonly output: readonly string[] },
): GradeReport {
  const count = (result: Result) =>
    judged.filter(({ verdict }) => verdict.result === result).length;
  return {
    tests: judged.map((one) => reportedTest(one, language)),
    passed: count("pass"),
    failed: count("fail"),
    skipped: count("skip"),
    output,
  };
}

function reportedTest({ test, verdict }: Judged, language: Language): ReportedTest {
  const { name, group } = test;
  const { result, seen } = verdict;
  return {
    name,
    group,
    result,
    seen: saidIn(seen, language),
    why: result === "fail" ? `${TESTS[name].why[language]} ${TESTS[name].look[language]}` : null,
  };
}

/** What was said, in a language. */
export function saidIn(said: readonly Said[], language: Language): string {
  const texts = said.map(({ phrase, values }) => fill(PHRASES[phrase], { language, values }));
  return escapeUnsafe(texts.join("; "));
}

const LABELS: Readonly<Record<Result, string>> = { pass: "PASS", fail: "FAIL", skip: "SKIP" };
const NAME_WIDTH = Math.max(...TEST_NAMES.map((name) => name.length));
const INDENT = " ".repeat(6);

/** The lines of a test: one, and for a failure two more. */
export function formatTest(judged: Judged, language: Language): string {
  const { result, seen, name } = reportedTest(judged, language);
  const line = `${LABELS[result]}  ${name.padEnd(NAME_WIDTH)}  ${seen}`;
  if (result !== "fail") return line;
  const { why, look } = TESTS[judged.test.name];
  return [line, `${INDENT}${why[language]}`, `${INDENT}${look[language]}`].join("\n");
}

/** What stands below the tests. */
export function formatEnd(report: GradeReport, language: Language): string {
  const { passed, failed, skipped, output } = report;
  const counts = fill(WORDS.counts, { language, values: { passed, failed, skipped } });
  if (output.length === 0) return `\n${counts}`;
  const lines = output.map((line) => `${INDENT}${escapeUnsafe(line)}`);
  return ["", WORDS.output[language], ...lines, "", counts].join("\n");
}

/** What `--explain` prints of tests. */
export function formatExplanation(tests: readonly GradeTest[], language: Language): string {
  return tests.map(({ name, group }) => {
    const { does, why, look } = TESTS[name];
    return [
      `${name}: ${GROUPS[group][language]}`,
      `  ${WORDS.does[language]}: ${does[language]}`,
      `  ${WORDS.why[language]}: ${why[language]}`,
      `  ${WORDS.look[language]}: ${look[language]}`,
    ].join("\n");
  }).join("\n\n");
}
