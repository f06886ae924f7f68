import { assertEquals } from "../assert.ts";
import { countResults, failuresTold, filesOf, formatCounts } from "../../tools/test_report.ts";

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

Deno.test("filesOf() tells which tests of each file failed", () => {
  const other = REPORT.replaceAll("./a_test.ts", "./b_test.ts").replace(
    /<failure.*<\/failure>/,
    "",
  );
  const files = filesOf(REPORT.replace("</testsuites>", other));
  assertEquals([...files].map(([path, { failed }]) => [path, failed]), [
    ["./a_test.ts", ["compiled: it&apos;s &lt;good&gt;"]],
    ["./b_test.ts", []],
  ]);
  const texts = Array.from(files.values(), ({ text }) => countResults(text));
  assertEquals(texts, [
    { passed: 2, failed: 1, skipped: 1 },
    { passed: 3, failed: 0, skipped: 1 },
  ]);
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
