/** `brood grade` with servers of students that make a mistake with bytes: each is found, and nothing else. */

import { testMistakes } from "./student_mistakes.ts";

testMistakes([
  {
    source: "counts_with_strlen.c",
    fails: ["talks/nul-bytes"],
    seen: /^3 of 16 bytes came back/,
    skips: [],
    isForBoth: true,
  },
  { source: "writes_once.c", fails: ["talks/large"], seen: / of 200000 (bytes )?came/, skips: [] },
  { source: "forgets_the_rest.c", fails: ["talks/half-close"], seen: / of 4999 /, skips: [] },
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
]);
