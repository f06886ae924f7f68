/** How `brood grade` is called, how it ends, and what it leaves behind. */

import { assert, assertEquals, assertMatch, assertNotMatch } from "../assert.ts";
import { closedPort } from "../support/sockets.ts";
import { C_EXAMPLES, CServer } from "./c_program.ts";
import { grade, gradeCommand, MUCH_TIME, namesOf, reportOf, StudentServer } from "./grade.ts";
import { childrenOf, isRunning, RunningProcess, within } from "./process.ts";
import { fixture, type Program, testProgram } from "./program.ts";

const NEEDS_CC = { needs: ["cc"] };
const NEEDS_PYTHON = { needs: ["python3"] };
const SOUND = `${C_EXAMPLES}/fork_server_sigchld.c`;

/** Resolves when none of these processes is there. Nobody is told when one ends that is another's child. */
async function untilNone(find: () => Promise<readonly number[]>): Promise<void> {
  let isLate = false;
  const look = async () => {
    while (!isLate && (await find()).length > 0);
  };
  try {
    await within(look(), () => "end of the processes");
  } finally {
    isLate = true;
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  testProgram(`a grading that gets ${signal} leaves no process of the server`, async (program) => {
    await using server = await StudentServer.make("forks_200_strays.c");
    await using grading = new RunningProcess(gradeCommand(program, "--", ...server.command));
    // It runs when the first client has had its answer.
    await grading.stdout.match(/^PASS {2}talks\/line /);
    assert((await server.processes()).length > 200);
    const [keeper] = await childrenOf(grading.pid);
    grading.signal(signal);
    const status = await grading.ended();
    if (signal !== "SIGKILL") {
      assertEquals([status.code, grading.stderr.text], [
        1,
        "brood: Interrupted: not all was tested\n",
      ]);
      assertEquals(await server.processes(), []);
    }
    await untilNone(() => server.processes());
    await untilNone(async () => await isRunning(keeper?.pid ?? 0) ? [keeper?.pid ?? 0] : []);
  }, NEEDS_CC);
}

testProgram("a server that runs is graded at its port, and runs on", async (program) => {
  await using server = await CServer.start("fork_server_sigchld");
  const report = await reportOf(program, String(server.port));
  assertEquals(namesOf(report, "fail"), [], JSON.stringify(report, null, 1));
  assertEquals(report.status, 0);
  const [start, ...others] = report.tests;
  assertEquals([start?.result, start?.seen], [
    "pass",
    `something listens on port ${server.port}`,
  ]);
  const again = others.find(({ name }) => name === "survives/port-again");
  assertEquals([again?.result, again?.seen], [
    "skip",
    "it would end the server, which ran before",
  ]);
  const own = others.find(({ name }) => name === "processes/own-process");
  assertEquals(own?.result, "pass");
  const after = await reportOf(program, "--only", "talks", String(server.port));
  assertEquals(namesOf(after, "fail"), []);
  assertEquals(server.process.stderr.text.includes("accept"), false);
}, NEEDS_CC);

testProgram("a server that runs is seen by its zombies, too", async (program) => {
  await using server = await CServer.start("fork_server");
  const { status, tests } = await reportOf(program, "--only", "reaps", String(server.port));
  assertEquals([status, tests.map(({ name, result }) => `${result} ${name}`)], [
    1,
    ["fail reaps/burst"],
  ]);
}, NEEDS_CC);

testProgram("a port that nobody listens on fails, and nothing else is tested", async (program) => {
  const port = closedPort();
  const report = await reportOf(program, String(port));
  assertEquals(namesOf(report, "fail"), ["talks/starts"]);
  assertEquals([report.passed, report.status], [0, 1]);
  assertEquals(report.tests[0]?.seen, `nothing listens on port ${port}`);
});

Deno.test("a grading from source may do no more than deno.json says, and that is enough", async () => {
  const config = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  const [deno = "", ...args]: readonly string[] = JSON.parse(config).tasks.grade.command.split(" ");
  assertEquals([deno, args.filter((word) => word === "-A" || word === "--allow-all")], [
    "deno",
    [],
  ]);
  const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
  const own = args.map((word) => word === "main.ts" ? `${root}main.ts` : word).slice(0, -1);
  const program: Program = { form: "source", path: Deno.execPath(), args: own };
  const server = ["python3", fixture("student/forking.py")];
  const names = ["talks", "processes/own-process", "survives/reset", "survives/port-again"];
  const report = await reportOf(program, "--only", names.join(","), "--", ...server);
  assertEquals([namesOf(report, "pass").length, report.status], [10, 0], JSON.stringify(report));
});

testProgram("the report is a line for each test, and the counts", async (program) => {
  await using server = await StudentServer.make(SOUND);
  const args = ["--only", "talks", "--only", "concurrent/second-client", "--"];
  const { status, stdout, stderr } = await grade(program, ...args, ...server.command);
  assertEquals([status, stderr], [0, ""]);
  const lines = stdout.split("\n");
  assertEquals(lines.slice(-3), ["", "8 passed, 0 failed, 0 skipped", ""]);
  const results = lines.slice(0, -3).map((line) => line.slice(0, 6));
  assertEquals(results, Array.from({ length: 8 }, () => "PASS  "));
  assertMatch(lines[0] ?? "", /^PASS {2}talks\/starts +it listens on port \d+ after [\d.]+ s$/);
  assertMatch(lines[7] ?? "", /^PASS {2}concurrent\/second-client +the second client was answered/);
  // What the server prints is not in it.
  assertNotMatch(stdout, /Server start|Client\(/);
}, NEEDS_CC);

testProgram("the report is in Korean where that is asked for", async (program) => {
  await using server = await StudentServer.make("exits_at_once.py");
  const { status, stdout } = await grade(program, "--lang", "ko", "--", ...server.command);
  assertEquals(status, 1);
  assertMatch(
    stdout,
    /^FAIL {2}talks\/starts +\d+번 포트에서 듣는 서버가 없습니다; 서버가 반환 값 1/,
  );
  assertMatch(stdout, /^통과 0, 실패 1, 건너뜀 20$/m);
}, NEEDS_PYTHON);

testProgram("the language is the environment's", async (program) => {
  const command = gradeCommand(program, "--explain", "reaps/burst");
  for (
    const [locale, expected] of [["ko_KR.UTF-8", /무엇을 하는가/], ["C", /What it does/]] as const
  ) {
    await using explaining = new RunningProcess(command, { env: { LC_ALL: locale } });
    assertEquals((await explaining.ended()).code, 0);
    assertMatch(explaining.stdout.text, expected);
  }
});

testProgram(
  "a server that does not start shows its last words, which drive no terminal",
  async (program) => {
    await using server = await StudentServer.make("exits_at_once.py");
    const { status, stdout } = await grade(program, "--", ...server.command);
    assertEquals(status, 1);
    assertMatch(
      stdout,
      /\nThe server's last lines:\n {6}I cannot read my \\x1b\[31mconfiguration\n\n/,
    );
    // Two sentences behind the failure, and no more tests.
    assertMatch(stdout, /^FAIL .*\n {6}A client can connect only .*\n {6}Look at socket\(\)/);
    assertMatch(stdout, /^0 passed, 1 failed, 20 skipped$/m);
  },
  NEEDS_PYTHON,
);

testProgram("a program that is not there is a server that does not start", async (program) => {
  const { status, stdout } = await grade(program, "--", "./there-is-no-such-program");
  assertEquals(status, 1);
  assertMatch(stdout, /the server ended with exit status 127\n/);
  assertMatch(stdout, /there-is-no-such-program: not found/);
});

testProgram(
  "a server that starts processes without end is ended with all of them",
  async (program) => {
    await using server = await StudentServer.make("forks_for_its_client.c");
    const report = await reportOf(program, "--", ...server.command);
    assertEquals(namesOf(report, "fail"), ["talks/line"]);
    // How far the tests have come meanwhile depends on how long a fork takes.
    const overran = report.tests.filter(({ seen }) =>
      seen === "the server had more than 600 processes and was ended"
    );
    assert(overran.length > 0, JSON.stringify(report.tests, null, 1));
    assertEquals(await server.processes(), []);
  },
  NEEDS_CC,
);

testProgram("a server that kills its keeper is ended all the same", async (program) => {
  await using server = await StudentServer.make("kills_its_parent.c");
  const args = ["--only", "talks", "--", ...server.command];
  const { status, stdout, stderr } = await grade(program, ...args);
  const problem = "brood: Cannot go on: the keeper was killed, which is the server's parent\n";
  assertEquals([status, stderr], [1, problem], stdout);
  await untilNone(() => server.processes());
}, NEEDS_CC);

testProgram(
  "without libc what needs a look at processes is skipped, and the rest is run",
  async (program) => {
    const args = program.args.filter((word) => word !== "--allow-ffi");
    await using server = await StudentServer.make(SOUND);
    const report = await reportOf({ ...program, args }, "--", ...server.command);
    assertEquals(namesOf(report, "fail"), [], JSON.stringify(report, null, 1));
    const skipped = [...namesOf(report, "skip")];
    assertEquals(skipped, [
      "processes/own-process",
      "processes/parent-closes-socket",
      "processes/child-closes-listener",
      "processes/child-ends",
      "processes/exit-status",
      "processes/nothing-grows",
      "reaps/burst",
      "survives/killed-child",
    ]);
    for (const { result, seen } of report.tests) {
      if (result === "skip") {
        assertMatch(
          seen,
          /^processes cannot be looked at here: Cannot call the C/,
        );
      }
    }
    assertEquals(await server.processes(), []);
  },
  { ...NEEDS_CC, forms: ["source"] },
);

const OWN_SERVERS = [
  { flags: ["--transport", "socket"], skips: [] },
  {
    flags: ["--transport", "unix"],
    skips: [
      "processes/own-process",
      "processes/parent-closes-socket",
      "processes/exit-status",
    ],
  },
];

for (const { flags, skips } of OWN_SERVERS) {
  testProgram(`brood server ${flags.join(" ")} passes what applies to it`, async (program) => {
    const tests = ["talks", "concurrent/second-client", "processes", "survives/killed-child"];
    const server = [program.path, ...program.args, "server", ...flags, "{port}"];
    const args = [...MUCH_TIME, "--only", tests.join(",")];
    const report = await reportOf(program, ...args, "--", ...server);
    assertEquals(namesOf(report, "fail"), [], JSON.stringify(report, null, 1));
    assertEquals(namesOf(report, "skip"), skips, JSON.stringify(report, null, 1));
  }, { forms: ["source"] });
}

testProgram("{port} in an argument is the port", async (program) => {
  await using server = await StudentServer.make(SOUND);
  const [path = ""] = server.command;
  const script = 'test "$1" = "a$2" && exec "$0" "$2"';
  const command = ["sh", "-c", script, path, "a{port}", "{port}"];
  const report = await reportOf(program, "--only", "talks/line", "--", ...command);
  assertEquals([report.passed, report.status], [1, 0]);
}, NEEDS_CC);

testProgram("wrong usage is status 2, and says what is wrong", async (program) => {
  const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [[], /^brood: either PORT or -- PROGRAM: one is missing; try 'brood grade --help'\n$/],
    [["0"], /^brood: PORT "0": expected a whole number from 1 to 65535; /],
    [["--only", "walks", "9000"], /^brood: --only "walks": there is no test "walks"; /],
    [["--lang", "fr", "9000"], /^brood: --lang "fr": expected en or ko; /],
  ];
  for (const [args, message] of wrong) {
    const { status, stdout, stderr } = await grade(program, ...args);
    assertEquals([status, stdout], [2, ""]);
    assertMatch(stderr, message);
  }
});
