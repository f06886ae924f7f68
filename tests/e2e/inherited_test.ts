/** What programs and workers inherit: variables, the folder they start in, and what they may use. */

import { assert, assertEquals, assertMatch } from "../assert.ts";
import { readAll } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { runToEnd, TestFolder } from "./process.ts";
import { fixture, type Program, type TestOptions, testProgram } from "./program.ts";
import { type ServerStart, TestServer } from "./server.ts";

/** What a server's program writes to one client. */
async function answerOf(program: Program, start: ServerStart): Promise<string> {
  await using server = await TestServer.start(program, start);
  using conn = await Deno.connect({ port: server.port });
  return await readAll(conn);
}

/** Registers a test for both forms of the program, over each transport that a program can have. */
function testTransports(
  name: string,
  run: (answer: (start: ServerStart) => Promise<string>, transport: string) => Promise<void>,
  options: TestOptions = {},
): void {
  for (const transport of ["pipe", "socket"]) {
    testProgram(`over a ${transport}: ${name}`, async (program) => {
      await run(
        ({ flags = [], ...start }) =>
          answerOf(program, { ...start, flags: ["--transport", transport, ...flags] }),
        transport,
      );
    }, options);
  }
}

/** A shell that does something before it becomes our program. */
function after(script: string): string[] {
  return ["sh", "-c", `${script}; exec "$@"`, "sh"];
}

const ENV = ["env", "-0"];

/** What `env -0` has told. */
function variablesIn(text: string): Map<string, string> {
  return new Map(
    text.split("\0").slice(0, -1).map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** What the server itself tells every program. */
const OURS = [
  "PROTO",
  "TCPREMOTEIP",
  "TCPREMOTEPORT",
  "TCPLOCALIP",
  "TCPLOCALPORT",
  "TCPCONNNUM",
  "BROOD_CONNECTION_ID",
  "BROOD_GUARD",
];

testTransports("--env sets a variable besides those that the server has", async (answer) => {
  const wrapper = after("export OWN=1 OTHER=2");
  const flags = ["--env", "OTHER=a=b c", "--env=EMPTY=", "--env", "NEW=\n"];
  const variables = variablesIn(await answer({ wrapper, flags, command: ENV }));
  assertEquals(
    ["OWN", "OTHER", "EMPTY", "NEW"].map((name) => variables.get(name)),
    ["1", "a=b c", "", "\n"],
  );
  assert(variables.has("PATH") && variables.has("TCPREMOTEIP"));
});

testTransports(
  "without --env and --no-env a program has all that the server has",
  async (answer) => {
    const variables = variablesIn(await answer({ wrapper: after("export OWN=1"), command: ENV }));
    assertEquals(variables.get("OWN"), "1");
  },
);

testTransports("--no-env leaves a program its connection alone", async (answer) => {
  const wrapper = after("export OWN=1 TCPREMOTEHOST=fake");
  const variables = variablesIn(await answer({ wrapper, flags: ["--no-env"], command: ENV }));
  assertEquals([...variables.keys()].toSorted(), OURS.toSorted());
  assertEquals(variables.get("TCPREMOTEIP"), "127.0.0.1");
});

testTransports("--no-env with --env passes on what is named, as it is", async (answer) => {
  const wrapper = after(`export OWN="a=b '\n\n" OTHER=2 THIRD=3 EMPTY=`);
  const names = ["OWN", "EMPTY", "MISSING", "SET=4", "OTHER", "OTHER=5", "THIRD=6", "THIRD"];
  const flags = ["--no-env", ...names.flatMap((name) => ["--env", name])];
  const variables = variablesIn(await answer({ wrapper, flags, command: ENV }));
  for (const name of OURS) variables.delete(name);
  // Of two with the same name the last one counts.
  assertEquals(Object.fromEntries(variables), {
    OWN: "a=b '\n\n",
    EMPTY: "",
    SET: "4",
    OTHER: "5",
    THIRD: "3",
  });
});

testProgram(
  "what is no UTF-8 is passed on over a socket, and refused over a pipe",
  async (program) => {
    const wrapper = after(`OWN=$(printf '\\377x') && export OWN`);
    const own = ["--no-env", "--env", "OWN"];
    // The shell has no command to show a variable's bytes with, and without PATH it finds none.
    const command = ["/bin/sh", "-c", 'printf "$OWN" | /usr/bin/od -An -tx1'];
    assertEquals(await answerOf(program, { wrapper, flags: own, command }), " ff 78\n");
    const server = [program.path, ...program.args, "server", "--transport", "pipe", ...own, "0"];
    const { status, stderr } = await runToEnd([...wrapper, ...server, "--", "env"]);
    const reason = "it is no UTF-8, which only --transport socket passes on";
    assertEquals([status, stderr], [1, `brood: Cannot pass the variable OWN on: ${reason}\n`]);
  },
);

testTransports("a program is found by the server's PATH, whatever its own is", async (answer) => {
  const variables = variablesIn(await answer({ flags: ["--env", "PATH=/nowhere"], command: ENV }));
  assertEquals(variables.get("PATH"), "/nowhere");
});

testTransports(
  "--chdir is where a program starts, which is found from the server's folder",
  async (answer) => {
    await using folder = new TempFolder();
    await Deno.mkdir(folder.join("data"));
    await Deno.writeTextFile(folder.join("where"), "#!/bin/sh\npwd -P\n", { mode: 0o755 });
    const wrapper = after(`cd ${folder.path}`);
    for (const chdir of ["data", folder.join("data")]) {
      const text = await answer({ wrapper, flags: ["--chdir", chdir], command: ["./where"] });
      assertEquals(text, `${await Deno.realPath(folder.join("data"))}\n`);
    }
  },
);

for (const transport of ["pipe", "socket"]) {
  testProgram(
    `over a ${transport}: a folder that was removed is told, and the server goes on`,
    async (program) => {
      await using folder = new TempFolder();
      const data = folder.join("data");
      await Deno.mkdir(data);
      const flags = ["--transport", transport, "--chdir", data];
      await using server = await TestServer.start(program, { flags, command: ["pwd"] });
      await Deno.remove(data);
      using lost = await server.connect();
      assertEquals(await lost.disconnected(), "end of file");
      const { stdout, stderr } = server.process;
      await stderr.match(/^warning: Cannot start programs in .*data: no such file or directory$/);
      await stdout.match(/is disconnected \(.*no worker could serve it\)$/);
      await Deno.mkdir(data);
      using conn = await Deno.connect({ port: server.port });
      assertEquals(await readAll(conn), `${data}\n`);
    },
  );
}

testTransports("--limit is what a program may use, from its start", async (answer) => {
  const flags = ["--limit", "open-files=64,memory=256M", "--limit=cpu=5", "--limit=processes=4321"];
  const limits = await answer({ flags, command: ["cat", "/proc/self/limits"] });
  assertMatch(limits, /^Max open files +64 +64 +files/m);
  assertMatch(limits, /^Max address space +268435456 +268435456 +bytes/m);
  assertMatch(limits, /^Max cpu time +5 +6 +seconds/m);
  assertMatch(limits, /^Max processes +4321 +4321 +processes/m);
}, { needs: ["prlimit"] });

testTransports("a limited program has its variables and its folder too", async (answer) => {
  const flags = ["--limit", "open-files=64", "--no-env", "--env", "A=1", "--chdir", "/usr"];
  const script = 'ulimit -n; pwd; echo "$A"; exec /usr/bin/env -0';
  const text = await answer({ flags, command: ["sh", "-c", script] });
  const [limit, folder, value, ...rest] = text.split("\n");
  assertEquals([limit, folder, value], ["64", "/usr", "1"]);
  // The shell adds its folder.
  const names = [...variablesIn(rest.join("\n")).keys()].filter((name) => name !== "PWD");
  assertEquals(names.toSorted(), [...OURS, "A"].toSorted());
}, { needs: ["prlimit"] });

testProgram("a program that has used its CPU time is killed by SIGXCPU", async (program) => {
  const flags = ["--log", "json", "--limit", "cpu=1"];
  const command = ["sh", "-c", "while :; do :; done"];
  await using server = await TestServer.start(program, { flags, command });
  using client = await server.connect();
  assertEquals(await client.disconnected(), "end of file");
  await server.event("worker_exited", { signal: "SIGXCPU" });
  await server.event("connection_closed", { reason: "worker_lost" });
}, { needs: ["prlimit"] });

/** Every way that a worker is started. */
const WORKERS: readonly (readonly string[])[] = [
  ["--transport", "unix"],
  ["--transport", "unix", "--spare", "1"],
  ["--transport", "unix", "--handler", fixture("echo_handler.js")],
  ["--transport", "pipe"],
  ["--transport", "socket"],
  ["--transport", "socket", "--mode", "prefork", "--workers", "2"],
];

for (const how of WORKERS) {
  testProgram(`--limit is what a worker may use: ${how.join(" ")}`, async (program) => {
    const flags = ["--log", "json", "--limit", "open-files=30,cpu=50,processes=54321", ...how];
    await using server = await TestServer.start(program, { flags });
    using client = await server.connect();
    assertEquals(await client.roundTrip(), "ping\n");
    const worker = await server.workerOf(client);
    const limits = await Deno.readTextFile(`/proc/${worker}/limits`);
    assertMatch(limits, /^Max open files +30 +30 +files/m);
    assertMatch(limits, /^Max cpu time +50 +51 +seconds/m);
    assertMatch(limits, /^Max processes +54321 +54321 +processes/m);
  }, { needs: ["prlimit"] });
}

testProgram("limits are set, and no others, also where the server has its own", async (program) => {
  const wrapper = ["prlimit", "--nofile=512"];
  const flags = ["--limit", "cpu=9"];
  const command = ["cat", "/proc/self/limits"];
  const limits = await answerOf(program, { wrapper, flags, command });
  assertMatch(limits, /^Max open files +512 +512 +files/m);
  assertMatch(limits, /^Max cpu time +9 +10 +seconds/m);
}, { needs: ["prlimit"] });

/** What cannot be inherited, by the flags, with the reason, before the server listens. */
const IMPOSSIBLE: readonly (readonly [what: string, flags: string, message: string])[] = [
  [
    "a missing folder",
    "--chdir /no/such/folder",
    "Cannot start programs in /no/such/folder: no such file or directory",
  ],
  [
    "a folder that is a file",
    `--chdir ${fixture("echo_handler.js")}`,
    `Cannot start programs in ${fixture("echo_handler.js")}: not a directory`,
  ],
];

for (const [what, flags, message] of IMPOSSIBLE) {
  testProgram(`${what} is told in one line`, async (program) => {
    const server = [program.path, ...program.args, "server", ...flags.split(" "), "0", "--", "cat"];
    const { status, stdout, stderr } = await runToEnd(server);
    assertEquals([status, stdout, stderr], [1, "", `brood: ${message}\n`]);
  });
}

/** Takes from the superuser what lets it enter every folder, and raise limits. */
const LIKE_A_USER = [
  "setpriv",
  "--bounding-set=-dac_override,-dac_read_search,-sys_resource",
  "--inh-caps=-dac_override,-dac_read_search,-sys_resource",
];

/** Runs a server to its end as who is no superuser. */
async function refusalOf(
  program: Program,
  flags: readonly string[],
  wrapper: readonly string[] = [],
) {
  const asUser = Deno.uid() === 0 ? LIKE_A_USER : [];
  const server = [program.path, ...program.args, "server", ...flags, "0", "--", "cat"];
  const { status, stdout, stderr } = await runToEnd([...asUser, ...wrapper, ...server]);
  assertEquals([status, stdout], [1, ""]);
  return stderr;
}

testProgram("a folder that may not be entered is told in one line", async (program) => {
  await using folder = new TempFolder();
  const closed = folder.join("closed");
  await Deno.mkdir(closed, { mode: 0o600 });
  assertEquals(
    await refusalOf(program, ["--chdir", closed]),
    `brood: Cannot start programs in ${closed}: permission denied\n`,
  );
}, { needs: ["setpriv"] });

testProgram("a limit above that of the server is told in one line", async (program) => {
  assertEquals(
    await refusalOf(program, ["--limit", "open-files=501"], ["prlimit", "--nofile=500"]),
    "brood: Cannot set the limits of --limit: " +
      "failed to set the NOFILE resource limit: Operation not permitted\n",
  );
}, { needs: ["setpriv", "prlimit"] });

testProgram("a machine without prlimit or printenv is told in one line", async (program) => {
  await using folder = new TestFolder();
  const wrapper = after(`PATH=${folder.path}`);
  const server = (...flags: string[]) =>
    runToEnd([
      ...wrapper,
      program.path,
      ...program.args,
      "server",
      ...flags,
      "0",
      "--",
      "/bin/cat",
    ]);
  assertEquals(
    (await server("--limit", "cpu=1")).stderr,
    'brood: Cannot set the limits of --limit: Cannot run "prlimit": no such program in PATH\n',
  );
  assertEquals(
    (await server("--transport", "pipe", "--no-env", "--env", "HOME")).stderr,
    "brood: Cannot pass the variable HOME on: " +
      'Cannot run "printenv": no such program in PATH\n',
  );
});
