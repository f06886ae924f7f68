import { languageOf } from "../../cli/language.ts";
import { parseNetwork } from "../../server/accept/network.ts";
import { UsageError } from "../../ipc/errors.ts";
import { parseServerOptions, SERVER_COMMAND, type ServerOptions } from "../../server/command.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const DEFAULTS: ServerOptions = {
  places: ["127.0.0.1"],
  reusePort: false,
  handedSockets: 0,
  port: 9000,
  mode: "per-connection",
  handler: { kind: "echo" },
  transport: "unix",
  backlog: 128,
  maxConnections: null,
  maxPerHost: 0,
  allow: [],
  deny: [],
  rulesFile: null,
  tlsCert: null,
  tlsKey: null,
  tlsClientCa: null,
  maxRate: 0,
  proxyFrom: [],
  spare: 0,
  workers: 8,
  connectionsPerWorker: 0,
  idleTimeoutMs: 0,
  maxDurationMs: 0,
  keepaliveMs: 60_000,
  graceMs: 30_000,
  drainDelayMs: 0,
  user: null,
  env: [],
  noEnv: false,
  chdir: "",
  limit: [],
  log: "text",
  quiet: false,
  noMessages: false,
  status: null,
  fault: null,
  language: languageOf([]),
};

Deno.test("parseServerOptions() fills in every default", () => {
  assertEquals(parseServerOptions(["9000"]), DEFAULTS);
});

/** How a program gets its connection where nobody says. */
const OF_PROGRAM = Deno.build.os === "linux" ? "socket" : "pipe";

const ACCEPTED: readonly (readonly [string[], Partial<ServerOptions>])[] = [
  [["--handler", "echo", "9000"], { handler: { kind: "echo" } }],
  [["--handler", "./echo", "9000"], { handler: { kind: "module", file: "./echo" } }],
  [["--transport", "pipe", "9000"], { transport: "pipe" }],
  [["--transport", "socket", "9000"], { transport: "socket" }],
  [["--transport", "socket", "--mode", "prefork", "9000"], {
    transport: "socket",
    mode: "prefork",
  }],
  [["9000", "--", "cat"], {
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["cat"] },
  }],
  [["--transport", "pipe", "--idle-timeout", "1", "9000", "--", "cat"], {
    transport: "pipe",
    idleTimeoutMs: 1000,
    handler: { kind: "program", command: ["cat"] },
  }],
  [["--transport", "pipe", "--mode", "iterative", "9000", "--", "cat"], {
    transport: "pipe",
    mode: "iterative",
    handler: { kind: "program", command: ["cat"] },
  }],
  [["9000", "--", "sh", "-c", "--", "--quiet"], {
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["sh", "-c", "--", "--quiet"] },
  }],
  [["--mode", "iterative", "9000", "--", "cat"], {
    mode: "iterative",
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["cat"] },
  }],
  [["0"], { port: 0 }],
  [["65535"], { port: 65_535 }],
  [["--host", "::1", "9000"], { places: ["::1"] }],
  [["--host=localhost", "9000"], { places: ["localhost"] }],
  [["--host", "::1,unix:/run/a", "--host", "localhost", "9000"], {
    places: ["::1", "unix:/run/a", "localhost"],
  }],
  [["--host", "unix:/run/a"], { places: ["unix:/run/a"], port: 0 }],
  [["--reuse-port", "9000"], { reusePort: true }],
  [["--mode", "per-connection", "9000"], { mode: "per-connection" }],
  [["9000", "--mode", "iterative"], { mode: "iterative" }],
  [["--backlog", "1", "9000"], { backlog: 1 }],
  [["--backlog", "65535", "9000"], { backlog: 65_535 }],
  [["--max-connections", "1", "9000"], { maxConnections: 1 }],
  [["--max-connections", "40", "9000"], { maxConnections: 40 }],
  [["--max-connections", "1000000", "9000"], { maxConnections: 1_000_000 }],
  [["--max-per-host", "0", "9000"], { maxPerHost: 0 }],
  [["--max-per-host", "3", "9000"], { maxPerHost: 3 }],
  [["--spare", "2", "9000"], { spare: 2 }],
  [["--mode", "per-connection", "--spare=0", "9000"], { spare: 0 }],
  [["--mode", "prefork", "9000"], { mode: "prefork" }],
  [["--mode", "prefork", "--workers", "1", "9000"], { mode: "prefork", workers: 1 }],
  [["--workers=10000", "9000", "--mode=prefork"], { mode: "prefork", workers: 10_000 }],
  [
    ["--mode=prefork", "--connections-per-worker", "100", "9000"],
    { mode: "prefork", connectionsPerWorker: 100 },
  ],
  [["--idle-timeout", "0", "9000"], { idleTimeoutMs: 0 }],
  [["--idle-timeout", "1.5", "9000"], { idleTimeoutMs: 1500 }],
  [["--allow", "10.0.0.0/8,::1", "--allow=192.0.2.7", "9000"], {
    allow: ["10.0.0.0/8", "::1", "192.0.2.7"].map(parseNetwork),
  }],
  [["--deny", "::ffff:192.0.2.0/120", "9000"], { deny: [parseNetwork("192.0.2.0/24")] }],
  [["--rules", "rules.txt", "9000"], { rulesFile: "rules.txt" }],
  [["--tls-cert", "a.pem", "--tls-key", "a.key", "9000"], { tlsCert: "a.pem", tlsKey: "a.key" }],
  [["--tls-cert", "a.pem", "--tls-key", "a.key", "--tls-client-ca=ca.pem", "9000", "--", "cat"], {
    tlsCert: "a.pem",
    tlsKey: "a.key",
    tlsClientCa: "ca.pem",
    transport: "pipe",
    handler: { kind: "program", command: ["cat"] },
  }],
  [["--tls-cert=a.pem", "--tls-key=a.key", "--mode=prefork", "9000"], {
    tlsCert: "a.pem",
    tlsKey: "a.key",
    mode: "prefork",
  }],
  [["--max-rate", "20", "9000"], { maxRate: 20 }],
  [["--proxy-from", "10.0.0.0/8,::1", "--proxy-from=192.0.2.7", "9000"], {
    proxyFrom: ["10.0.0.0/8", "::1", "192.0.2.7"].map(parseNetwork),
  }],
  [["--max-duration", "1.5", "9000", "--", "cat"], {
    maxDurationMs: 1500,
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["cat"] },
  }],
  [["--keepalive", "0", "9000"], { keepaliveMs: 0 }],
  [["--keepalive", "32767", "9000"], { keepaliveMs: 32_767_000 }],
  [["--grace", "0", "9000"], { graceMs: 0 }],
  [["--grace", "2.5", "9000"], { graceMs: 2500 }],
  [["--grace", ".05", "9000"], { graceMs: 50 }],
  [["--grace", "16.1", "9000"], { graceMs: 16_100 }],
  [["--grace", "2147483", "9000"], { graceMs: 2_147_483_000 }],
  [["--log", "json", "9000"], { log: "json" }],
  [["--log", "text", "9000"], { log: "text" }],
  [["--log", "explain", "9000"], { log: "explain" }],
  [["--quiet", "9000"], { quiet: true }],
  [["--no-messages", "9000"], { noMessages: true }],
  [["--fault", "no-wait", "9000"], { fault: "no-wait", transport: "socket" }],
  [["--fault=dies-on-reset", "9000"], { fault: "dies-on-reset", transport: "unix" }],
  [["--fault", "one-at-a-time", "9000"], {
    fault: "one-at-a-time",
    transport: "socket",
    maxConnections: 1,
  }],
];

for (const [args, expected] of ACCEPTED) {
  Deno.test(`parseServerOptions() understands ${args.join(" ")}`, () => {
    assertEquals(parseServerOptions(args), { ...DEFAULTS, ...expected });
  });
}

const PORTS = "expected a whole number from 0 to 65535";
const BACKLOGS = "expected a whole number from 1 to 65535";
const CONNECTIONS = "expected a whole number from 1 to 1000000";
const WORKERS = "expected a whole number from 1 to 10000";
const SECONDS = "expected seconds, from 0 to 2147483";

const REFUSED: readonly (readonly [string[], string])[] = [
  [[], "PORT is missing"],
  [["9000", "9001"], 'surplus argument "9001"'],
  [["--host", "unix:/run/a", "9000"], "PORT 9000: a Unix-domain socket has none"],
  [["--host", "unix:/run/a", "--host", "::1"], "PORT is missing"],
  [["--host", "::1,::1", "9000"], "--host ::1 is given twice"],
  [["--host", "0.0.0.0,::", "9000"], "--host :: takes IPv4 too: leave --host 0.0.0.0 out"],
  [
    ["--host", "unix:/run/a", "--reuse-port"],
    "--reuse-port goes with an address: a Unix-domain socket has no port",
  ],
  [
    ["--host", "unix:/run/a", "--fault", "no-wait"],
    "--fault no-wait goes with one address of --host, and nothing else to listen on",
  ],
  [
    ["--reuse-port", "--fault", "no-wait", "9000"],
    "--fault no-wait goes with one address of --host, and nothing else to listen on",
  ],
  [["65536"], `PORT "65536": ${PORTS}`],
  [["90x"], `PORT "90x": ${PORTS}`],
  [["9e3"], `PORT "9e3": ${PORTS}`],
  [["9000.5"], `PORT "9000.5": ${PORTS}`],
  [[""], `PORT "": ${PORTS}`],
  [["--port", "9000"], "unknown flag --port"],
  [["--host=", "9000"], "--host needs a value: ADDR|unix:PATH"],
  [
    ["--mode", "threads", "9000"],
    '--mode "threads": expected per-connection or iterative or prefork',
  ],
  [["--backlog", "0", "9000"], `--backlog "0": ${BACKLOGS}`],
  [["--backlog", "65536", "9000"], `--backlog "65536": ${BACKLOGS}`],
  [["--max-connections", "0", "9000"], `--max-connections "0": ${CONNECTIONS}`],
  [["--max-connections=-1", "9000"], `--max-connections "-1": ${CONNECTIONS}`],
  [["--max-connections", "1000001", "9000"], `--max-connections "1000001": ${CONNECTIONS}`],
  [["--max-per-host=-1", "9000"], '--max-per-host "-1": expected a whole number from 0 to 1000000'],
  [["--spare", "10001", "9000"], '--spare "10001": expected a whole number from 0 to 10000'],
  [["--mode=prefork", "--workers", "0", "9000"], `--workers "0": ${WORKERS}`],
  [["--mode=prefork", "--workers", "10001", "9000"], `--workers "10001": ${WORKERS}`],
  [["--idle-timeout=-1", "9000"], `--idle-timeout "-1": ${SECONDS}`],
  [
    ["--mode", "iterative", "--spare", "1", "9000"],
    "--spare goes with --mode per-connection, not with iterative",
  ],
  [
    ["--spare=0", "--mode=prefork", "9000"],
    "--spare goes with --mode per-connection, not with prefork",
  ],
  [["--workers", "8", "9000"], "--workers goes with --mode prefork, not with per-connection"],
  [
    ["--mode=iterative", "--workers=4", "9000"],
    "--workers goes with --mode prefork, not with iterative",
  ],
  [
    ["--connections-per-worker", "0", "9000"],
    "--connections-per-worker goes with --mode prefork, not with per-connection",
  ],
  [
    ["--mode=iterative", "--connections-per-worker=1", "9000"],
    "--connections-per-worker goes with --mode prefork, not with iterative",
  ],
  [["--grace=-1", "9000"], `--grace "-1": ${SECONDS}`],
  [["--grace", "2147484", "9000"], `--grace "2147484": ${SECONDS}`],
  [["--grace", "soon", "9000"], `--grace "soon": ${SECONDS}`],
  [["--log", "xml", "9000"], '--log "xml": expected text or json or explain'],
  [["--quiet=no", "9000"], "--quiet takes no value"],
  [["--env", "=x", "9000"], '--env "=x": expected NAME or NAME=VALUE'],
  [["--env", "A\0", "9000"], '--env "A\\u0000": expected NAME or NAME=VALUE'],
  [["--env", "A=b\0", "9000"], '--env "A=b\\u0000": expected NAME or NAME=VALUE'],
  [["--env", "--no-env", "9000"], '--env "--no-env": expected NAME or NAME=VALUE'],
  [["--env", "PROTO", "9000"], '--env "PROTO": the server itself tells programs by PROTO'],
  [
    ["--env", "TLSCLIENTSUBJECT=CN=root", "9000"],
    '--env "TLSCLIENTSUBJECT=CN=root": the server itself tells programs by TLSCLIENTSUBJECT',
  ],
  [
    ["--env", "TCPREMOTEIP=::1", "9000"],
    '--env "TCPREMOTEIP=::1": the server itself tells programs by TCPREMOTEIP',
  ],
  [
    ["--env", "BROOD_GUARD=1", "9000"],
    '--env "BROOD_GUARD=1": the server itself tells programs by BROOD_GUARD',
  ],
  [["--env", "", "9000"], "--env needs a value: NAME[=VALUE]"],
  [["--no-env=A", "9000"], "--no-env takes no value"],
  [["--chdir=", "9000"], "--chdir needs a value: DIR"],
  ...["cpu", "cpu 1", "files=1", "=1", "cpu=1,"].map((text): [string[], string] => [
    ["--limit", text, "9000"],
    `--limit ${JSON.stringify(text)}: ` +
    "expected NAME=N, and for NAME one of open-files, memory, cpu, processes",
  ]),
  ...["cpu=0", "open-files=-1", "processes=1K", "cpu=2147483648", "cpu="].map(
    (text): [string[], string] => [
      ["--limit", text, "9000"],
      `--limit ${JSON.stringify(text)}: expected a whole number from 1 to 2147483647`,
    ],
  ),
  ...["memory=0", "memory=1T", "memory=1.5G", "memory=99999999999G"].map(
    (text): [string[], string] => [
      ["--limit", text, "9000"],
      `--limit ${JSON.stringify(text)}: expected a number of bytes, such as 512M`,
    ],
  ),
];

for (const [args, message] of REFUSED) {
  Deno.test(`parseServerOptions() refuses ${JSON.stringify(args)}`, () => {
    const error = assertThrows(() => parseServerOptions(args), UsageError);
    assertEquals(error.message, message);
    assertEquals(error.command, SERVER_COMMAND.name);
  });
}

Deno.test("parseServerOptions() returns what is asked, whatever else is missing", () => {
  assertEquals(parseServerOptions(["--help"]), "help");
  assertEquals(parseServerOptions(["--version"]), "version");
});

/** What contradicts each other, with the message that says so. */
const CONFLICTS: readonly (readonly [string[], string])[] = [
  [
    ["--mode=iterative", "--max-connections=1", "9000"],
    "--max-connections goes with --mode per-connection or prefork, not with iterative",
  ],
  [
    ["--mode=iterative", "--transport=unix", "9000"],
    "--transport goes with --mode per-connection or prefork, or with a program: " +
    "iterative mode has no other process",
  ],
  [
    ["--mode=iterative", "--max-connections=1", "9000", "--", "cat"],
    "--max-connections goes with --mode per-connection or prefork, not with iterative",
  ],
  [
    ["--mode=prefork", "9000", "--", "cat"],
    "a program serves one connection and ends, so it cannot be started before: " +
    "--mode prefork goes with --handler",
  ],
  [["--handler", "echo", "9000", "--", "cat"], "--handler does not go with a program"],
  [
    ["--transport", "unix", "9000", "--", "cat"],
    "--transport unix does not go with a program, which gets its connection by socket or by pipe",
  ],
  [
    ["--transport", "socket", "--idle-timeout", "1", "9000", "--", "cat"],
    "--idle-timeout needs --transport pipe with a program: over a socket only the program sees the bytes",
  ],
  [["--spare", "1", "9000", "--", "cat"], "--spare does not go with a program"],
  [
    ["--mode=prefork", "--transport=pipe", "9000"],
    "--transport pipe carries one connection: it goes with --mode per-connection",
  ],
  [["--transport=pipe", "--spare=1", "9000"], "--transport pipe does not go with --spare"],
  [["--tls-cert=a.pem", "9000"], "--tls-cert needs --tls-key"],
  [["--tls-key=a.key", "9000"], "--tls-key needs --tls-cert"],
  [["--tls-client-ca=ca.pem", "9000"], "--tls-client-ca needs --tls-cert and --tls-key"],
  [
    ["--tls-cert=a.pem", "--tls-key=a.key", "--transport=socket", "9000"],
    "--tls-cert does not go with --transport socket, where no byte passes the server to be " +
    "decrypted: use --transport pipe, or unix for a worker",
  ],
  [
    ["--tls-cert=a.pem", "--tls-key=a.key", "--fault=no-wait", "9000"],
    "--tls-cert does not go with --fault no-wait, which is made with --transport socket",
  ],
  [
    ["--env", "A=1", "9000"],
    "--env goes with a program: a worker may read no environment",
  ],
  [
    ["--no-env", "--handler=a.ts", "9000"],
    "--no-env goes with a program: a worker may read no environment",
  ],
  [["--chdir", "/", "9000"], "--chdir goes with a program: a worker may open no file"],
  [
    ["--limit", "cpu=1", "--mode=iterative", "9000"],
    "--limit goes with --mode per-connection or prefork, or with a program: " +
    "iterative mode has no other process",
  ],
  [
    ["--limit", "cpu=1,memory=1G", "9000"],
    "--limit memory goes with a program: " +
    "a worker's engine reserves far more addresses than it uses memory",
  ],
  [["9000", "--"], "PROGRAM is missing behind --"],
  [["--", "cat"], "PORT is missing"],
  [["--handler=", "9000"], "--handler needs a value: echo|FILE"],
  [["--transport", "tcp", "9000"], '--transport "tcp": expected unix or pipe or socket'],
];

for (const [args, message] of CONFLICTS) {
  Deno.test(`parseServerOptions() refuses ${args.join(" ")}, and says why`, () => {
    const error = assertThrows(() => parseServerOptions(args), UsageError);
    assertEquals([error.message, error.command], [message, SERVER_COMMAND.name]);
  });
}

Deno.test("parseServerOptions() refuses what a fault does not go with, and says what it does", () => {
  for (
    const [args, message] of [
      [["--mode=prefork"], "no-wait goes with --mode per-connection, not with prefork"],
      [["--mode=iterative"], "no-wait goes with --mode per-connection, not with iterative"],
      [["--transport=unix"], "no-wait goes with --transport socket, not with unix"],
      [["--handler=a.ts"], "no-wait goes with the echo or a program, not with a module"],
      [["--spare=1"], "no-wait does not go with --spare"],
    ] as const
  ) {
    const error = assertThrows(
      () => parseServerOptions(["--fault", "no-wait", ...args, "9000"]),
      UsageError,
    );
    assertEquals(error.message, `--fault ${message}`);
  }
  for (
    const [args, message] of [
      [["strlen", "9000", "--", "cat"], "strlen goes with the echo, not with a program"],
      [["strlen", "--handler=a.ts", "9000"], "strlen goes with the echo, not with a module"],
      [
        ["dies-on-reset", "--transport=socket", "9000"],
        "dies-on-reset goes with --transport unix, not with socket",
      ],
      [
        ["one-at-a-time", "--max-connections=2", "9000"],
        "one-at-a-time does not go with --max-connections",
      ],
    ] as const
  ) {
    const error = assertThrows(() => parseServerOptions(["--fault", ...args]), UsageError);
    assertEquals(error.message, `--fault ${message}`);
  }
});

/** What looks like a conflict, and is none. */
const AGREED: readonly (readonly [string[], Partial<ServerOptions>])[] = [
  [["--transport=unix", "--spare=2", "9000"], { spare: 2 }],
  [["--mode=prefork", "--transport=unix", "9000"], { mode: "prefork" }],
  [["--mode=iterative", "--handler=a.ts", "9000"], {
    mode: "iterative",
    handler: { kind: "module", file: "a.ts" },
  }],
  [["--max-connections=2", "--max-per-host=1", "9000", "--", "cat", "--help"], {
    maxConnections: 2,
    maxPerHost: 1,
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["cat", "--help"] },
  }],
];

/** What a program inherits, and a worker. */
const INHERITED: typeof AGREED = [
  [["--env", "A=1", "--env=B", "--env", "C=", "--env=D=e=f,g", "--no-env", "9000", "--", "env"], {
    env: [
      { name: "A", value: "1" },
      { name: "B", value: null },
      { name: "C", value: "" },
      { name: "D", value: "e=f,g" },
    ],
    noEnv: true,
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["env"] },
  }],
  // Such a name is not one of the server's.
  [["--env=PROTOCOL", "--chdir=..", "9000", "--", "pwd"], {
    env: [{ name: "PROTOCOL", value: null }],
    chdir: "..",
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["pwd"] },
  }],
  [["--limit=memory=2K,memory=3M", "--limit", "memory=1G, cpu=5", "9000", "--", "cat"], {
    limit: [
      { name: "memory", value: 2048 },
      { name: "memory", value: 3 * 1024 ** 2 },
      { name: "memory", value: 1024 ** 3 },
      { name: "cpu", value: 5 },
    ],
    transport: OF_PROGRAM,
    handler: { kind: "program", command: ["cat"] },
  }],
  [["--limit=open-files=64", "--limit=processes=9", "--mode=prefork", "9000"], {
    mode: "prefork",
    limit: [{ name: "open-files", value: 64 }, { name: "processes", value: 9 }],
  }],
];

/** These go with a fault. */
const AGREED_WITH_FAULT: typeof AGREED = [
  [["--fault=no-wait", "--transport=socket", "--mode=per-connection", "--handler=echo", "9000"], {
    fault: "no-wait",
    transport: "socket",
  }],
  [["--fault=no-wait", "--max-connections=7", "9000", "--", "cat"], {
    fault: "no-wait",
    transport: "socket",
    maxConnections: 7,
    handler: { kind: "program", command: ["cat"] },
  }],
];

for (const [args, expected] of [...AGREED, ...AGREED_WITH_FAULT, ...INHERITED]) {
  Deno.test(`parseServerOptions() finds no conflict in ${args.join(" ")}`, () => {
    assertEquals(parseServerOptions(args), { ...DEFAULTS, ...expected });
  });
}

Deno.test("parseServerOptions() takes --user as a user, or a user and a group", () => {
  const userOf = (value: string) => {
    const options = parseServerOptions(["--user", value, "9000"]);
    return typeof options === "string" ? options : options.user;
  };
  assertEquals(userOf("www"), { user: "www", group: null });
  assertEquals(userOf("33:tape"), { user: "33", group: "tape" });
  for (const value of [":", "www:", ":tape", "a:b:c", "a\0"]) {
    assertThrows(() => userOf(value), UsageError, "expected NAME or NAME:GROUP");
  }
});
