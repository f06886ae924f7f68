/** `brood grade` with servers of students that make a mistake with processes: each is found, and nothing else. */

import { C_EXAMPLES } from "./c_program.ts";
import { NO_CHILDREN, testMistakes } from "./student_mistakes.ts";

testMistakes([
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
]);
