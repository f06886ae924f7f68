/** Bad input: one line on standard error that names it, the exit status of its kind, and nothing else. */

import { assertEquals, assertMatch, assertStringIncludes } from "../assert.ts";
import { closedPort, listenOnLoopback } from "../support/sockets.ts";
import { type Finished, runToEnd } from "./process.ts";
import { type Program, testProgram } from "./program.ts";

async function run(program: Program, args: readonly string[]): Promise<Finished> {
  return await runToEnd([program.path, ...program.args, ...args]);
}

/** Checks that a call fails with that status, and one line that matches. */
async function assertRefused(
  program: Program,
  call: { args: readonly string[]; status: number; line: RegExp },
): Promise<void> {
  const { status, stdout, stderr } = await run(program, call.args);
  assertMatch(stderr, call.line, call.args.join(" "));
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  assertEquals([status, stdout], [call.status, ""], call.args.join(" "));
}

const WRONG_USAGE: readonly (readonly [string, RegExp])[] = [
  [
    "",
    /a command is missing: server, client, grade, compare, guide or completions; try 'brood --help'/,
  ],
  ["serve", /unknown command "serve"; try 'brood --help'/],
  ["--nope", /unknown flag "--nope"; try 'brood --help'/],
  ["help serve", /unknown command "serve"; try 'brood --help'/],
  ["help _guard", /unknown command "_guard"/],
  ["help server 9000", /surplus argument "9000"/],
  ["server", /PORT is missing; try 'brood server --help'/],
  ["server --nope 9000", /unknown flag --nope; try 'brood server --help'/],
  ["server -x 9000", /unknown flag -x/],
  ["server 9000 9001", /surplus argument "9001"/],
  ["server 65536", /PORT "65536": expected a whole number from 0 to 65535/],
  ["server 90a", /PORT "90a"/],
  ["server -1", /unknown flag -1/],
  ["server --backlog 0 9000", /--backlog "0": expected a whole number from 1 to 65535/],
  ["server --backlog 1.5 9000", /--backlog "1.5"/],
  [
    "server --mode threads 9000",
    /--mode "threads": expected per-connection or iterative or prefork/,
  ],
  ["server --grace -1 9000", /--grace "-1": expected seconds/],
  ["server --grace soon 9000", /--grace "soon": expected seconds/],
  ["server --log xml 9000", /--log "xml": expected text or json/],
  ["server --quiet=yes 9000", /--quiet takes no value/],
  ["server --grace", /--grace needs a value: S/],
  ["server 9000 --host", /--host needs a value: ADDR/],
  [
    "server --workers 4 9000",
    /--workers goes with --mode prefork, not with per-connection; try 'brood server --help'/,
  ],
  ["server --mode prefork --spare 1 9000", /--spare goes with --mode per-connection/],
  ["server --mode prefork --workers 0 9000", /--workers "0": expected a whole number from 1/],
  ["server --idle-timeout x 9000", /--idle-timeout "x": expected seconds/],
  ["server --max-connections 0 9000", /--max-connections "0"/],
  ["server 9000 --", /PROGRAM is missing behind --; try 'brood server --help'/],
  ["server --mode prefork 9000 -- cat", /a program serves one connection and ends/],
  ["server --handler echo 9000 -- cat", /--handler does not go with a program/],
  ["server --transport unix 9000 -- cat", /--transport unix does not go with a program/],
  ["server --idle-timeout 1 9000 -- cat", /--idle-timeout needs --transport pipe with a program/],
  ["server --transport tcp 9000", /--transport "tcp": expected unix or pipe/],
  ["server --transport pipe --mode prefork 9000", /--transport pipe carries one connection/],
  ["server --transport pipe --spare 2 9000", /--transport pipe does not go with --spare/],
  ["server --transport unix --mode iterative 9000", /--transport goes with --mode per-connection/],
  ["client", /PORT is missing; try 'brood client --help'/],
  ["client 0", /PORT "0": expected a whole number from 1 to 65535/],
  ["client 127.0.0.1 9000 x", /surplus argument "x"/],
  ["client --connect-timeout 0 9000", /--connect-timeout "0": expected seconds/],
  ["client --nope 9000", /unknown flag --nope; try 'brood client --help'/],
];

testProgram("wrong usage is refused with status 2", async (program) => {
  for (const [args, line] of WRONG_USAGE) {
    await assertRefused(program, {
      args: args.split(" ").filter((arg) => arg !== ""),
      status: 2,
      line,
    });
  }
});

Deno.test("source: where libc may not be called, that is one line, and what does without it", async () => {
  const main = new URL("../../main.ts", import.meta.url).href;
  const allowed = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write", "--allow-run"];
  const command = [Deno.execPath(), "run", ...allowed, "--allow-env", main, "server"];
  const refusals = [
    [["--transport", "socket", "0"], "--transport pipe does without, and unix for a worker"],
    [["0", "--", "cat"], "--transport pipe does without, and unix for a worker"],
    [["--reuse-port", "0"], "--reuse-port needs it"],
  ] as const;
  for (const [args, advice] of refusals) {
    const { status, stdout, stderr } = await runToEnd([...command, ...args]);
    assertEquals([status, stdout], [1, ""]);
    assertMatch(stderr, /^brood: Cannot call the C library: .*--allow-ffi.*\n$/);
    assertStringIncludes(stderr, `; ${advice}\n`);
  }
});

testProgram("a port in use is told, with status 1", async (program) => {
  using taken = listenOnLoopback();
  const { port } = taken.addr;
  for (const mode of ["per-connection", "iterative"]) {
    await assertRefused(program, {
      args: ["server", "--mode", mode, String(port)],
      status: 1,
      line: new RegExp(
        `^brood: Cannot listen on 127\\.0\\.0\\.1:${port}: address already in use \\(`,
      ),
    });
  }
});

testProgram("an address of another machine, and a name that is none, are told", async (program) => {
  await assertRefused(program, {
    args: ["server", "--host", "192.0.2.1", "9000"],
    status: 1,
    line: /^brood: Cannot listen on 192\.0\.2\.1:9000: this machine has no such address/,
  });
  await assertRefused(program, {
    args: ["server", "--host", "nosuch.invalid", "9000"],
    status: 1,
    line: /^brood: Cannot listen on nosuch\.invalid:9000: the host name could not be resolved/,
  });
  await assertRefused(program, {
    args: ["client", "nosuch.invalid", "9000"],
    status: 1,
    line: /^brood: Cannot connect to nosuch\.invalid:9000: the host name could not be resolved/,
  });
});

/** Where the kernel lets everybody have every port, as some containers do, nothing can be refused. */
const LOWEST_FREE_PORT = Number(
  await Deno.readTextFile("/proc/sys/net/ipv4/ip_unprivileged_port_start"),
);

testProgram("a privileged port is refused with the reason", async (program) => {
  // As root the privilege has to be given up first; a user has none.
  const without = ["--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"];
  const wrapper = Deno.uid() === 0 ? ["setpriv", ...without] : [];
  const server = [program.path, ...program.args, "server", "81"];
  const { status, stderr } = await runToEnd([...wrapper, ...server]);
  assertMatch(
    stderr,
    /^brood: Cannot listen on 127\.0\.0\.1:81: permission denied \(ports below 1024/,
  );
  assertEquals(status, 1);
}, {
  needs: ["setpriv"],
  impossible: LOWEST_FREE_PORT <= 81 ? "every user may have port 81 here" : undefined,
});

testProgram("a connection that is refused is told, with status 1", async (program) => {
  const port = closedPort();
  await assertRefused(program, {
    args: ["client", String(port)],
    status: 1,
    line: new RegExp(`^brood: Cannot connect to 127\\.0\\.0\\.1:${port}: connection refused \\(`),
  });
});

testProgram("--help and --version answer on standard output with status 0", async (program) => {
  const version = await run(program, ["--version"]);
  assertEquals([version.status, version.stderr], [0, ""]);
  const { version: configured } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertMatch(version.stdout, /^brood \S+ \(deno \d+\.\d+\.\d+\)\n$/);
  assertEquals(version.stdout.split(" ")[1], configured);
  for (
    const [args, line] of [
      [["--help"], /^Usage: brood server \[OPTIONS\] \[PORT\] \[-- PROGRAM \[ARG\]\.\.\.\]$/m],
      [
        ["server", "--help"],
        /^Usage: brood server \[OPTIONS\] \[PORT\] \[-- PROGRAM \[ARG\]\.\.\.\]$/m,
      ],
      [["client", "--help"], /^Usage: brood client \[OPTIONS\] \[HOST\] PORT$/m],
    ] as const
  ) {
    const { status, stdout, stderr } = await run(program, args);
    assertEquals([status, stderr], [0, ""]);
    assertMatch(stdout, line);
  }
});

/** Ways to ask, and what they are the same as. */
const QUESTIONS: readonly (readonly [string, string])[] = [
  ["-h", "--help"],
  ["help", "--help"],
  ["server -h", "server --help"],
  ["help server", "server --help"],
  ["client -h", "client --help"],
  ["help client", "client --help"],
  ["server --version", "--version"],
  ["server --backlog 0 --version", "--version"],
  ["client --version", "--version"],
];

testProgram("questions may be asked in other words", async (program) => {
  for (const [words, same] of QUESTIONS) {
    const { status, stdout } = await run(program, words.split(" "));
    assertEquals(status, 0, words);
    assertEquals(stdout, (await run(program, same.split(" "))).stdout, words);
  }
});

/** What prints to standard output and ends. */
const ANSWERS = ["--help", "--version", "server --help", "client --version"];

testProgram("an answer that cannot be written is told as that, with status 1", async (program) => {
  const full = ["sh", "-c", 'exec "$@" > /dev/full', "sh", program.path, ...program.args];
  for (const words of ANSWERS) {
    const { status, stderr } = await runToEnd([...full, ...words.split(" ")]);
    assertEquals(
      [status, stderr],
      [1, "brood: Cannot write to standard output: no space left on the device\n"],
    );
  }
});

testProgram("an error that cannot be written leaves the exit status", async (program) => {
  const full = ["sh", "-c", 'exec "$@" 2> /dev/full', "sh", program.path, ...program.args];
  for (const [words, expected] of [["server", 2], [`client -v ${closedPort()}`, 1]] as const) {
    const { status } = await runToEnd([...full, ...words.split(" ")]);
    assertEquals(status, expected, words);
  }
});

testProgram("an IPv6 address may stand in brackets", async (program) => {
  const line = /^brood: Cannot listen on \[2001:db8::1\]:9000: this machine has no such address/;
  const args = ["server", "--host", "[2001:db8::1]", "9000"];
  await assertRefused(program, { args, status: 1, line });
  await assertRefused(program, {
    args: ["client", "[::1]", "1"],
    status: 1,
    line: /^brood: Cannot connect to \[::1\]:1: /,
  });
});

testProgram("an error does not drive the terminal, whatever it names", async (program) => {
  for (const args of [["client", "a\x1b[31m\u202eb", "9"], ["server", "--host", "\x9b\n", "9"]]) {
    const { stderr } = await run(program, args);
    assertMatch(stderr, /^brood: [\x20-\x7e]*\n$/);
  }
});
