/**
 * `brood grade`: does this server do what the course asks?
 *
 * | what is done to a server, and what is seen   | `observe/`: scenarios, which give observations           |
 * | what that is worth                           | `judge/`: observations in, verdicts out, nothing else    |
 * | which test is of which scenario              | `catalogue.ts`                                           |
 * | one after the other                          | `run.ts`                                                 |
 * | the server, started here or not              | `subject/`                                               |
 * | the process that starts and ends it          | `keeper/`                                                |
 * | what is said, in two languages               | `texts/`, `report/`                                      |
 *
 * @module
 */

import { print } from "../../cli/exit.ts";
import { Lifetime } from "../../cli/lifetime.ts";
import { systemClock } from "../../ipc/clock.ts";
import { EXIT_STATUS, OperationalError } from "../../ipc/errors.ts";
import type { ExplainOptions, GradeOptions } from "./command.ts";
import { formatEnd, formatExplanation, formatTest, reportOf } from "./report/report.ts";
import { runTests } from "./run.ts";
import { RunningServer } from "./subject/running_server.ts";
import { StartedServer } from "./subject/started_server.ts";
import type { Subject } from "./observe/subject.ts";
import { say } from "../../ipc/say.ts";

/** Of the time that all may take: for the start of this process, and the end of the server. */
const AROUND_MS = 4500;

/** Grades a server, or explains tests. Resolves to the exit status. Rejects with `OperationalError` if interrupted. */
export async function runGrade(options: GradeOptions | ExplainOptions): Promise<number> {
  if ("explained" in options) {
    print(formatExplanation(options.explained, options.language));
    return EXIT_STATUS.done;
  }
  const { json, language, tests, patience } = options;
  const testsMs = options.timeMs - AROUND_MS;
  using lifetime = new Lifetime();
  const over = new AbortController();
  const deadlineMs = systemClock.now() + testsMs;
  const timer = setTimeout(() => over.abort(), testsMs);
  const signal = AbortSignal.any([lifetime.stopping, over.signal]);
  try {
    await using subject = subjectOf(options, signal);
    const judged = await runTests(subject, {
      tests,
      clock: systemClock,
      signal,
      deadlineMs,
      patience,
      tell: (one) => json || lifetime.stopping.aborted || print(formatTest(one, language)),
    });
    if (lifetime.stopping.aborted) throw new OperationalError(say`Interrupted: not all was tested`);
    await subject.finish();
    const report = reportOf(judged, { language, output: subject.output });
    print(json ? JSON.stringify(report) : formatEnd(report, language));
    return report.failed > 0 ? EXIT_STATUS.failed : EXIT_STATUS.done;
  } finally {
    clearTimeout(timer);
  }
}

function subjectOf({ server, patience }: GradeOptions, signal: AbortSignal): Subject {
  if (typeof server === "number") return new RunningServer(server);
  return new StartedServer(server, { clock: systemClock, signal, patience });
}
