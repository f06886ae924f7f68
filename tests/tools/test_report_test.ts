import { assertEquals } from "../assert.ts";
import {
  countResults,
  failedFile,
  failuresTold,
  formatCounts,
  namesWith,
  withPassed,
} from "../../tools/test_report.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.008">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="source: it&apos;s &lt;good&gt;" classname="./a_test.ts" time="0.1" line="1" col="6">
        </testcase>
        <testcase name="compiled: it&apos;s &lt;good&gt;" classname="./a_test.ts" time="0.1" line="1" col="6">
            <failure message="no">Error: it was &lt;skipped&gt;</failure>
        </testcase>
        <testcase name="compiled: other" classname="./a_test.ts" time="0.1" line="1" col="6">
        </testcase>
        <testcase name="unit" classname="./a_test.ts" time="0.000" line="1" col="6">
            <skipped/>
        </testcase>
    </testsuite>
</testsuites>`;

Deno.test("countResults() counts all test cases by their result", () => {
  assertEquals(countResults(REPORT), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("countResults() with a prefix counts the test cases of that name", () => {
  assertEquals(countResults(REPORT, "compiled: "), { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("namesWith() has the names of the test cases with that result", () => {
  assertEquals([...namesWith(REPORT, "failed")], ["compiled: it&apos;s &lt;good&gt;"]);
  assertEquals([...namesWith(REPORT, "skipped")], ["unit"]);
});

Deno.test("withPassed() counts as passed what has failed once only", () => {
  assertEquals(withPassed(countResults(REPORT), 1), { passed: 3, failed: 0, skipped: 1 });
});

Deno.test("failedFile() tells the file of a test that failed, wherever it is registered", () => {
  const failed = "\x1b[38;5;245m./a_test.ts => \x1b[0mit works ... \x1b[31mFAILED\x1b[0m (6ms)";
  assertEquals(failedFile(failed), "./a_test.ts");
  assertEquals(failedFile("./a_test.ts => group ... part ... FAILED (6ms)"), "./a_test.ts");
  const group = "../b_test.ts => group ... FAILED (due to 1 failed step) (64ms)";
  assertEquals(failedFile(group), "../b_test.ts");
  assertEquals(failedFile("./a_test.ts => it works ... ok (6ms)"), null);
  assertEquals(failedFile("FAILED | 1 passed | 3 failed (101ms)"), null);
});

Deno.test("failuresTold() counts the tests that failed, and their parts", () => {
  assertEquals(failuresTold("\nFAILED | 5 passed | 2 failed (3s)\n"), 2);
  assertEquals(failuresTold("\nFAILED | 5 passed (7 steps) | 2 failed (1 step) (3s)\n"), 3);
  assertEquals(
    failuresTold("\nFAILED | 0 passed | 2 failed (12 steps) | 1 ignored (1 step) (3s)\n"),
    14,
  );
  assertEquals(failuresTold("\nok | 5 passed (7 steps) | 0 failed (3s)\n"), 0);
  assertEquals(failuresTold("error: Module not found"), 0);
});

Deno.test("formatCounts() makes the line that CI reads", () => {
  assertEquals(formatCounts({ passed: 2, failed: 0, skipped: 1 }), "2 passed, 0 failed, 1 skipped");
});
