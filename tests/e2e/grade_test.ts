/** `brood grade` with servers that are sound. */

import { assertEquals } from "../assert.ts";
import { C_EXAMPLES } from "./c_program.ts";
import { MORE_TIME, namesOf, reportOf, StudentServer } from "./grade.ts";
import { testProgram } from "./program.ts";
import { nameOf, optionsOf } from "./student_mistakes.ts";

/** Servers that pass what can be asked of them. */
const SOUND: readonly { readonly source: string; readonly skips?: readonly string[] }[] = [
  { source: `${C_EXAMPLES}/fork_server_sigchld.c`, skips: [] },
  { source: "floods_its_output.c", skips: [] },
  { source: "forks_200_strays.c", skips: [] },
  {
    source: "prefork.py",
    skips: [
      "concurrent/twenty",
      "processes/child-closes-listener",
      "processes/child-ends",
      "processes/exit-status",
      "reaps/burst",
      "survives/interrupted-accept",
    ],
  },
  // Its children are waited for by the keeper, which may be as quick as the look at their exit status.
  { source: "double_fork.py" },
];

for (const { source, skips } of SOUND) {
  testProgram(
    `${nameOf(source)} passes, and leaves no process`,
    async (program) => {
      await using server = await StudentServer.make(source);
      const report = await reportOf(program, ...MORE_TIME, "--", ...server.command);
      assertEquals(namesOf(report, "fail"), [], JSON.stringify(report, null, 1));
      if (skips !== undefined) assertEquals(namesOf(report, "skip"), skips);
      assertEquals(report.status, 0);
      assertEquals(await server.processes(), []);
    },
    optionsOf(source, source.includes("sigchld")),
  );
}
