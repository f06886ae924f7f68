import { CATALOGUE } from "../../../../lab/grade/catalogue.ts";
import { fail, pass, say, skip, type Verdict } from "../../../../lab/grade/judge/verdict.ts";
import {
  formatEnd,
  formatExplanation,
  formatTest,
  reportOf,
} from "../../../../lab/grade/report/report.ts";
import type { Judged } from "../../../../lab/grade/run.ts";
import { selectTests } from "../../../../lab/grade/selection.ts";
import type { TestName } from "../../../../lab/grade/texts/tests.ts";
import { assertEquals, assertStringIncludes } from "../../../assert.ts";

function judged(name: TestName, verdict: Verdict): Judged {
  const [test] = selectTests([name]);
  if (test === undefined) throw new Error(`there is no test ${name}`);
  return { test, verdict };
}

const ZOMBIES = judged("reaps/burst", fail("zombies", { n: 3, came: 50, pids: "7, 8, 9" }));
const DONE = judged("processes/exit-status", pass("exitDone", { pids: "7" }));
const SKIPPED = judged("survives/port-again", skip("notOurs"));

Deno.test("a test that passes or is skipped is one line", () => {
  assertEquals(
    formatTest(DONE, "en"),
    "PASS  processes/exit-status            the child (pid 7) exited with status 0",
  );
  assertEquals(
    formatTest(SKIPPED, "en"),
    "SKIP  survives/port-again              it would end the server, which ran before",
  );
});

Deno.test("a test that fails says why it matters, and what to look at", () => {
  const [first, why = "", look = "", ...more] = formatTest(ZOMBIES, "en").split("\n");
  assertEquals(
    first,
    "FAIL  reaps/burst                      " +
      "3 of 50 children became zombies and were never waited for: pids 7, 8, 9",
  );
  assertStringIncludes(why, "signals do not queue");
  assertStringIncludes(look, "waitpid(2)");
  assertEquals(more, []);
});

Deno.test("a report in Korean uses the lecture's words", () => {
  assertStringIncludes(formatTest(ZOMBIES, "ko"), "자식 50개 가운데 3개가 좀비가 되었고");
});

Deno.test("the report for a program has every test, and how many there are of each result", () => {
  const report = reportOf([DONE, ZOMBIES, SKIPPED], { language: "en", output: ["bye"] });
  const { tests: [done, zombies, skipped], ...rest } = report;
  assertEquals(rest, { passed: 1, failed: 1, skipped: 1, output: ["bye"] });
  assertEquals(done, {
    name: "processes/exit-status",
    group: "processes",
    result: "pass",
    seen: "the child (pid 7) exited with status 0",
    why: null,
  });
  assertEquals(zombies?.result, "fail");
  assertStringIncludes(zombies?.why ?? "", "stays a zombie");
  assertStringIncludes(zombies?.why ?? "", "waitpid(2)");
  assertEquals([skipped?.result, skipped?.why], ["skip", null]);
});

Deno.test("what was seen twice is joined, and cannot drive a terminal", () => {
  const verdict: Verdict = {
    result: "skip",
    seen: [say("gone"), say("blind", { reason: "\x1b[2J" })],
  };
  assertStringIncludes(
    formatTest(judged("talks/line", verdict), "en"),
    "the server is gone; processes cannot be looked at here: \\x1b[2J",
  );
});

Deno.test("the report ends with the server's last words, if any, and the counts", () => {
  const options = { language: "en", output: [] } as const;
  assertEquals(formatEnd(reportOf([DONE], options), "en"), "\n1 passed, 0 failed, 0 skipped");
  const report = reportOf([ZOMBIES], { ...options, output: ["one", "\x1b[31mtwo"] });
  assertEquals(
    formatEnd(report, "en"),
    "\nThe server's last lines:\n      one\n      \\x1b[31mtwo\n\n0 passed, 1 failed, 0 skipped",
  );
});

Deno.test("every test can be explained", () => {
  const text = formatExplanation(CATALOGUE, "en");
  for (const { name } of CATALOGUE) assertStringIncludes(text, `${name}: `);
  assertEquals(text.match(/^ {2}What it does: /gm)?.length, CATALOGUE.length);
  assertEquals(text.match(/^ {2}Why it matters: /gm)?.length, CATALOGUE.length);
  assertEquals(text.match(/^ {2}What to look at: /gm)?.length, CATALOGUE.length);
});
