/** `brood grade` with servers that are sound, and with those of students, which make one mistake each. */

import { assertEquals, assertMatch } from "../assert.ts";
import { C_EXAMPLES } from "./c_program.ts";
import { MORE_TIME, namesOf, reportOf, StudentServer } from "./grade.ts";
import { type TestOptions, testProgram } from "./program.ts";

/** What a mistake is found by, and what cannot be tested because of it. */
interface Mistake {
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
const NO_CHILDREN = [
  "processes/parent-closes-socket",
  "processes/child-closes-listener",
  "processes/child-ends",
  "processes/exit-status",
  "reaps/burst",
  "survives/interrupted-accept",
  "survives/killed-child",
];

const MISTAKES: readonly Mistake[] = [
  {
    source: "waits_for_nobody.c",
    fails: ["reaps/burst"],
    seen: /^\d+ of \d+ children became zombies and were never waited for: pids \d+, /,
    skips: [],
    isForBoth: true,
  },
  { source: "waits_once_for_a_signal.c", fails: ["reaps/burst"], seen: /zombies/, skips: [] },
  {
    source: "parent_keeps_the_socket.c",
    fails: ["processes/parent-closes-socket"],
    seen: /^the parent \(pid \d+\) has the client's socket open.* the client saw no end/,
    skips: ["processes/nothing-grows"],
  },
  {
    source: "child_keeps_the_listener.c",
    fails: ["processes/child-closes-listener"],
    seen: /^a child has the listening socket open: pids \d+, \d+$/,
    skips: [],
  },
  {
    source: "counts_with_strlen.c",
    fails: ["talks/nul-bytes"],
    seen: /^3 of 16 bytes came back/,
    skips: [],
    isForBoth: true,
  },
  { source: "writes_once.c", fails: ["talks/large"], seen: / of 200000 (bytes )?came/, skips: [] },
  {
    source: "serves_one_at_a_time.c",
    fails: ["concurrent/second-client", "concurrent/twenty"],
    seen: /^the second client had to wait for the first; 0 of 14 bytes came back within [\d.]+ s$/,
    skips: ["processes/exit-status"],
  },
  {
    source: "dies_of_a_reset.c",
    fails: ["survives/reset"],
    seen: /^the next client was not answered; .*; the server ended with exit status 1$/,
    skips: [],
  },
  { source: "forgets_the_rest.c", fails: ["talks/half-close"], seen: / of 4999 /, skips: [] },
  {
    source: "leaks_descriptors.c",
    fails: ["processes/nothing-grows"],
    seen: /^after \d+ connections the parent has more than before: [1-9]\d+ descriptors, 0 sock/,
    skips: [],
  },
  {
    source: "leaks_memory.c",
    fails: ["processes/nothing-grows"],
    seen: /: 0 descriptors, 0 sockets of clients, 0 living children, \d{5,} KiB of memory$/,
    skips: [],
  },
  {
    source: "ends_at_eintr.c",
    fails: ["survives/interrupted-accept"],
    seen: /; the server ended with exit status 1$/,
    isForBoth: true,
  },
  {
    source: "does_not_reuse_its_port.c",
    fails: ["survives/port-again"],
    seen: /it does not listen on the same port; the server ended with exit status 1$/,
    skips: [],
  },
  {
    source: "child_never_ends.c",
    fails: ["processes/child-ends"],
    seen: /^the child \(pid \d+\) is there [\d.]+ s after its client has ended$/,
    skips: [
      "processes/exit-status",
      "processes/nothing-grows",
      "reaps/burst",
      "survives/interrupted-accept",
    ],
  },
  {
    source: "exits_with_one.c",
    fails: ["processes/exit-status"],
    seen: /^the child \(pid \d+\) exited with status 1$/,
    skips: [],
  },
  { source: "hangs.py", fails: ["talks/starts"], seen: /^nothing listens on port \d+$/ },
  {
    source: "exits_at_once.py",
    fails: ["talks/starts"],
    seen: /^nothing listens on port \d+; the server ended with exit status 1$/,
  },
  {
    source: "floods_its_clients.py",
    fails: ["talks/line", "processes/child-closes-listener"],
    seen: /^byte 1 of 14 came back as another one$/,
  },
  {
    source: "says_nothing.py",
    fails: ["talks/line"],
    seen: /^0 of 14 bytes came back within [\d.]+ s$/,
  },
  {
    source: "serves_in_threads.py",
    fails: ["processes/own-process"],
    seen: /^process \d+ serves its clients in threads: no client has a process of its own$/,
    skips: NO_CHILDREN,
  },
  {
    // True of Python's own server.
    source: "forking.py",
    fails: ["processes/child-closes-listener"],
    seen: /^a child has the listening socket open/,
    skips: [],
  },
  {
    source: `${C_EXAMPLES}/fork_server.c`,
    fails: ["reaps/burst"],
    seen: /zombies/,
    skips: [],
  },
  {
    source: `${C_EXAMPLES}/iterative_server.c`,
    fails: ["concurrent/second-client", "concurrent/twenty", "processes/own-process"],
    seen: /^the second client had to wait/,
    skips: NO_CHILDREN,
  },
];

/** What a server needs, and whether the compiled program is tried on it, too. */
function optionsOf(source: string, isForBoth: boolean): TestOptions {
  return {
    needs: [source.endsWith(".c") ? "cc" : "python3"],
    forms: isForBoth ? ["source", "compiled"] : ["source"],
  };
}

function nameOf(source: string): string {
  return source.replace(/^.*\//, "");
}

for (const { source, fails, seen, skips, isForBoth = false } of MISTAKES) {
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
