/** Each mistake that the server makes on purpose is found by the tests of `grade` that it should be found by, and by no other. */

import { FAULT_NAMES, type FaultName, FAULTS } from "../../server/faults/table.ts";
import { assertEquals } from "../assert.ts";
import { MUCH_TIME } from "./grade.ts";
import { runToEnd } from "./process.ts";
import { testProgram } from "./program.ts";

/** The tests that fail. */
const FOUND_BY: Readonly<Record<FaultName, readonly string[]>> = {
  "no-wait": ["reaps/burst"],
  "parent-keeps-socket": ["processes/parent-closes-socket"],
  "child-keeps-listener": ["processes/child-closes-listener"],
  "one-at-a-time": ["concurrent/second-client", "concurrent/twenty"],
  "no-half-close": ["talks/half-close"],
  "short-write": ["talks/large"],
  "strlen": ["talks/nul-bytes"],
  "dies-on-reset": ["survives/reset"],
  "descriptor-leak": ["processes/nothing-grows"],
};

for (const fault of FAULT_NAMES) {
  testProgram(`grade finds the mistake ${fault}, and nothing else`, async ({ path, args }) => {
    const brood = [path, ...args];
    // What makes the mistake is the server: programs serve where they can, which start in a moment.
    const program = FAULTS[fault].takesProgram ? ["--", "cat"] : [];
    const server = [...brood, "server", "--quiet", "--fault", fault, "{port}", ...program];
    const grade = [...brood, "grade", "--json", ...MUCH_TIME, "--", ...server];
    const { stdout, stderr } = await runToEnd(grade);
    const { tests }: {
      tests: { name: string; result: "pass" | "fail" | "skip"; seen: string }[];
    } = JSON.parse(stdout || `{"tests": "${stderr}"}`);
    const failed = tests.filter(({ result }) => result === "fail");
    assertEquals(failed.map(({ name }) => name), FOUND_BY[fault], JSON.stringify(tests, null, 1));
  }, { forms: ["source"] });
}
