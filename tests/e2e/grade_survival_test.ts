/** `brood grade` with servers of students that serve one client, or so many, and not the next: each mistake is found, and nothing else. */

import { C_EXAMPLES } from "./c_program.ts";
import { NO_CHILDREN, testMistakes } from "./student_mistakes.ts";

testMistakes([
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
    source: `${C_EXAMPLES}/iterative_server.c`,
    fails: ["concurrent/second-client", "concurrent/twenty", "processes/own-process"],
    seen: /^the second client had to wait/,
    skips: NO_CHILDREN,
  },
]);
