import type { ConnectionInfo } from "../../../ipc/transport.ts";
import { EventBus, type ProcessOrigin, type ServerEvent } from "../../../server/events.ts";
import { type DescriptorLookup, NO_LOOKUP } from "../../../server/log/descriptor_lookup.ts";
import { subscribeExplanation } from "../../../server/log/explain.ts";
import { formatText } from "../../../server/log/log.ts";
import { assert, assertEquals } from "../../assert.ts";
import { bytesOf } from "../../support/bytes.ts";

const PARENT = 4001;
const WORKER = 4010;

const CONNECTION: ConnectionInfo = {
  id: 1,
  remoteAddr: { hostname: "127.0.0.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

const LISTENING: ServerEvent = {
  event: "listening",
  host: "127.0.0.1",
  port: 9000,
  mode: "per-connection",
  pid: PARENT,
  backlog: 128,
  maxConnections: 40,
};

/** What the kernel would tell: nothing is open but what these stories are about. */
const LOOKUP: DescriptorLookup = {
  listening: (port) => port === 9000 ? 5 : null,
  connectedTo: ({ port }) => port === CONNECTION.remoteAddr.port ? 12 : null,
  connectedToPath: (path) => path === "/run/w1" ? 14 : null,
  waitingAt: (listener) => listener === 5 ? 2 : null,
};

const STDERR = { number: 2, kind: "inherited", copyOf: null } as const;

const UNIX: ProcessOrigin = {
  call: "fork",
  descriptors: [
    { number: 0, kind: "null", copyOf: null },
    { number: 1, kind: "null", copyOf: null },
    STDERR,
  ],
  reception: { by: "connect", path: "/run/w1" },
  isSignalledWithGroup: false,
};

const PIPE: ProcessOrigin = {
  call: "fork",
  descriptors: [
    { number: 0, kind: "pipe", copyOf: null },
    { number: 1, kind: "pipe", copyOf: null },
    STDERR,
  ],
  reception: { by: "pipes" },
  isSignalledWithGroup: true,
};

const SOCKET: ProcessOrigin = {
  call: "posix_spawn",
  descriptors: [
    { number: 0, kind: "inherited", copyOf: null },
    { number: 1, kind: "inherited", copyOf: null },
    STDERR,
    { number: 3, kind: "door", copyOf: 8 },
  ],
  reception: { by: "sendmsg", door: 7 },
  isSignalledWithGroup: false,
};

const PROGRAM: ProcessOrigin = {
  call: "posix_spawn",
  descriptors: [
    { number: 0, kind: "client", copyOf: 12 },
    { number: 1, kind: "client", copyOf: 12 },
    STDERR,
  ],
  reception: { by: "start" },
  isSignalledWithGroup: true,
};

/** The log of events that the test emits; a millisecond's half passes between two looks at the clock. */
class Stage {
  readonly lines: string[] = [];
  readonly warnings: string[] = [];
  readonly #events = new EventBus();
  readonly #emitted: ServerEvent[] = [];
  now = 1000;

  constructor(
    options: {
      readonly lookup?: DescriptorLookup;
      readonly quiet?: boolean;
      readonly showsMessages?: boolean;
      readonly isParentServing?: boolean;
    } = {},
  ) {
    subscribeExplanation(this.#events, {
      lookup: LOOKUP,
      quiet: false,
      showsMessages: true,
      isParentServing: false,
      ...options,
      output: { writeLine: (line) => void this.lines.push(line) },
      warnings: { writeLine: (line) => void this.warnings.push(line) },
      now: () => this.now,
    });
    this.emit(LISTENING);
  }

  emit(...events: ServerEvent[]): void {
    for (const event of events) {
      this.#emitted.push(event);
      this.#events.emit(event);
    }
  }

  /** What was written since the last time, the times left out. */
  take(): string[] {
    return this.lines.splice(0).map((line) => line.slice(TIME_COLUMNS));
  }

  /** The lines of the text log. */
  get textLog(): string[] {
    return this.#emitted.map(formatText).filter((line) => line !== null);
  }
}

/** The columns of the time, and those before what happened. */
const TIME_COLUMNS = 15;
const INDENT = " ".repeat(8);

function head(text: string, pid = PARENT): string {
  return `${String(pid).padEnd(8)}${text}`;
}

function under(...lines: string[]): string[] {
  return lines.map((line) => INDENT + line);
}

function accepted(descriptor: number | null): ServerEvent {
  return { event: "socket_accepted", remoteAddr: CONNECTION.remoteAddr, descriptor };
}

function started(origin: ProcessOrigin, connection: ConnectionInfo | null): ServerEvent {
  return { event: "process_started", workerPid: WORKER, connection, origin };
}

function connected(workerPid: number | null): ServerEvent {
  return { event: "connection_accepted", connection: CONNECTION, workerPid };
}

function opened(descriptor: number | null): ServerEvent {
  return { event: "connection_opened", connection: CONNECTION, workerPid: WORKER, descriptor };
}

function closed(bytes: number | null): ServerEvent {
  return {
    event: "connection_closed",
    connection: CONNECTION,
    bytesIn: bytes,
    bytesOut: bytes,
    durationMs: 1000,
    reason: "finished",
  };
}

const IDLE: ServerEvent = { event: "worker_idle", workerPid: WORKER };

const HELLO: ServerEvent = {
  event: "message_received",
  connection: CONNECTION,
  data: bytesOf("hello\n"),
};

const EXITED: ServerEvent = {
  event: "worker_exited",
  workerPid: WORKER,
  status: 0,
  signal: null,
  reason: "exited",
};

const START_LINES = [
  head("Server start... listening on 127.0.0.1:9000 (mode per-connection, pid 4001)"),
  ...under("socket(), bind(), listen(5, 128): descriptor 5 is the listening socket"),
];

const EXIT_LINES = [
  head("worker 4010 exited with status 0"),
  ...under("waitpid(4010): WIFEXITED(status) is true, WEXITSTATUS(status) is 0"),
];

const CONNECTED = head("client 127.0.0.1:51234 is connected... (worker 4010)");
const MESSAGE = "Client(51234): hello";

Deno.test("the explanation of a worker over a Unix-domain socket tells which descriptors the parent keeps", () => {
  const stage = new Stage();
  stage.emit(accepted(null), started(UNIX, CONNECTION), connected(WORKER), IDLE, opened(null));
  stage.emit(HELLO, closed(6), EXITED);
  assertEquals(stage.take(), [
    ...START_LINES,
    CONNECTED,
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "fork() started process 4010, which called setsid() and execve(): it has descriptors 0, 1 (/dev/null) and 2",
      "execve() closed its copies of all others (close-on-exec), also of the listening socket 5 and the client's socket 12",
    ),
    head("worker 4010 waits for a connection", WORKER),
    ...under("it listens on the Unix-domain socket /run/w1"),
    head("worker 4010 gets client 127.0.0.1:51234"),
    ...under(
      "socket() gave descriptor 14; connect(14) reached process 4010 at the Unix-domain socket /run/w1",
      "the parent keeps the client's socket 12 and copies between 12 and 14",
    ),
    head(MESSAGE),
    ...under("recv(12) gave 6 bytes, for send(14) to process 4010"),
    head("Client(51234): is disconnected (6 bytes in, 6 bytes out, 1.000 s)"),
    ...under("close(12): the client's socket", "close(14): the socket to process 4010"),
    ...EXIT_LINES,
  ]);
});

Deno.test("the explanation leaves out what nobody can tell", () => {
  const stage = new Stage({ lookup: NO_LOOKUP });
  stage.emit(accepted(null), started(UNIX, CONNECTION), connected(WORKER), opened(null));
  stage.emit(HELLO, closed(6));
  const explained = stage.take().filter((line) => line.startsWith(INDENT));
  assertEquals(
    explained,
    under(
      "socket(), bind() and listen(), with a backlog of 128",
      "accept() gave the client's socket",
      "fork() started process 4010, which called setsid() and execve(): it has descriptors 0, 1 (/dev/null) and 2",
      "execve() closed its copies of all others (close-on-exec), also of the listening socket and the client's socket",
      "socket() and connect() reached process 4010 at the Unix-domain socket /run/w1",
      "the parent keeps the client's socket and copies between the two",
      "recv() gave 6 bytes, for send() to process 4010",
      "close(): the client's socket",
      "close(): the socket to process 4010",
    ),
  );
});

Deno.test("the explanation of a worker that gets the socket tells who closes which copy", () => {
  const stage = new Stage();
  stage.emit(accepted(12), started(SOCKET, CONNECTION), connected(WORKER), IDLE, opened(12));
  stage.emit(HELLO, closed(6), EXITED);
  assertEquals(stage.take(), [
    ...START_LINES,
    CONNECTED,
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "socketpair() gave descriptors 7 and 8",
      "posix_spawn() started process 4010: it has descriptors 0, 1, 2 and 3 (one end of the pair)",
      "its copies of all others were closed before it began, also of the listening socket 5 and the client's socket 12",
      "close(8): the parent's copy; process 4010 alone has that end of the pair now",
    ),
    head("worker 4010 waits for a connection", WORKER),
    ...under("it waits in poll() for a message on descriptor 3, its end of the pair"),
    head("worker 4010 gets client 127.0.0.1:51234"),
    ...under(
      "sendmsg(7) with SCM_RIGHTS: a copy of descriptor 12 is for process 4010",
      "close(12): the parent's copy; that of process 4010 is the only one left",
    ),
    head(MESSAGE, WORKER),
    ...under("recv() gave it 6 bytes, as it tells the parent, which does not see them"),
    head("Client(51234): is disconnected (6 bytes in, 6 bytes out, 1.000 s)", WORKER),
    ...under("close(): the client's socket, of which it had the only copy"),
    ...EXIT_LINES,
    ...under("close(7): the parent's end of the pair"),
  ]);
});

Deno.test("the explanation of a prefork worker tells its start first, and what it is opened to with the client", () => {
  const stage = new Stage();
  stage.emit(started(SOCKET, null), IDLE);
  assertEquals(stage.take().slice(START_LINES.length), [
    head("worker 4010 is started"),
    ...under(
      "socketpair() gave descriptors 7 and 8",
      "posix_spawn() started process 4010: it has descriptors 0, 1, 2 and 3 (one end of the pair)",
      "its copies of all others were closed before it began, also of the listening socket 5",
      "close(8): the parent's copy; process 4010 alone has that end of the pair now",
    ),
    head("worker 4010 waits for a connection", WORKER),
    ...under("it waits in poll() for a message on descriptor 3, its end of the pair"),
  ]);
  stage.emit(accepted(12), opened(12), connected(WORKER), IDLE);
  assertEquals(stage.take(), [
    CONNECTED,
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "sendmsg(7) with SCM_RIGHTS: a copy of descriptor 12 is for process 4010",
      "close(12): the parent's copy; that of process 4010 is the only one left",
    ),
    head("worker 4010 waits for a connection", WORKER),
  ]);
});

Deno.test("the explanation of a program with the socket tells that it has it from its start", () => {
  const stage = new Stage();
  stage.emit(accepted(12), started(PROGRAM, CONNECTION), connected(WORKER), opened(12));
  stage.emit(closed(null), { ...EXITED, status: null, signal: "SIGKILL", reason: "crashed" });
  assertEquals(stage.take().slice(START_LINES.length), [
    CONNECTED,
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "posix_spawn() started process 4010: it has descriptors 0, 1 (the client's socket) and 2",
      "its copies of all others were closed before it began, also of the listening socket 5",
      "close(12): the parent's copy; process 4010 alone has the client's socket now",
    ),
    head("Client(51234): is disconnected (1.000 s)"),
    ...under("process 4010 had the client's socket; at its end the kernel closed what it had open"),
    head("worker 4010 was killed by SIGKILL"),
    ...under("waitpid(4010): WIFSIGNALED(status) is true, WTERMSIG(status) is 9 (SIGKILL)"),
  ]);
});

/** The lines under these events. */
function explained(stage: Stage, ...events: readonly ServerEvent[]): string[] {
  stage.emit(...events);
  return stage.take().filter((line) => line.startsWith(INDENT)).map((line) => line.trim());
}

Deno.test("the explanation of a parent that keeps the client's socket closes it nowhere", () => {
  const omits = "close-client";
  for (const origin of [{ ...SOCKET, omits }, { ...PROGRAM, omits }] as const) {
    const lines = explained(
      new Stage(),
      ...[accepted(12), started(origin, CONNECTION), connected(WORKER), opened(12)],
      closed(origin.reception.by === "sendmsg" ? 6 : null),
      EXITED,
    );
    const kept = "no close(12): the parent keeps its copy, and the client will see no end";
    assertEquals(lines.includes(kept), true);
    assertEquals(
      lines.some((line) => /^close\(12\)|only copy|alone has the client/.test(line)),
      false,
    );
  }
});

Deno.test("the explanation of a program whose worker reports tells of the copy that is left", () => {
  const origin = { ...SOCKET, omits: "close-client" } as const;
  const stage = new Stage();
  stage.emit(accepted(12), started(origin, CONNECTION), connected(WORKER), opened(12));
  stage.take();
  assertEquals(explained(stage, closed(6)), [
    "close(): the client's socket, of which the parent has a copy still: the client sees no end",
  ]);
});

Deno.test("the explanation of a parent that never waits has no waitpid", () => {
  const stage = new Stage();
  stage.emit(started({ ...SOCKET, omits: "wait" }, null));
  stage.take();
  assertEquals(explained(stage, EXITED), [
    "waitid(4010) with WNOWAIT: WIFEXITED(status) is true, WEXITSTATUS(status) is 0",
    "no waitpid(4010): it stays a zombie",
    "close(7): the parent's end of the pair",
  ]);
});

Deno.test("the explanation of a parent that leaks its end of the pair does not close it", () => {
  const stage = new Stage();
  stage.emit(started({ ...SOCKET, omits: "close-door" }, null));
  stage.take();
  assertEquals(explained(stage, EXITED), [
    "waitpid(4010): WIFEXITED(status) is true, WEXITSTATUS(status) is 0",
    "no close(7): the parent's end of the pair stays open",
  ]);
});

Deno.test("the explanation of a worker that inherits the listening socket does not close that", () => {
  const listening = { number: 4, kind: "listening", copyOf: 5 } as const;
  const origin = { ...SOCKET, descriptors: [...SOCKET.descriptors, listening] };
  const of = (connection: ConnectionInfo | null) =>
    explained(new Stage(), started(origin, connection), connected(WORKER))
      .filter((line) => /posix_spawn|its copies/.test(line));
  const spawned = "posix_spawn() started process 4010: " +
    "it has descriptors 0, 1, 2, 3 (one end of the pair) and 4 (the listening socket)";
  const closing = "its copies of all others were closed before it began";
  assertEquals(of(null), [spawned, closing]);
  assertEquals(of(CONNECTION), [spawned, `${closing}, also of the client's socket`]);
});

Deno.test("the explanation of a server that stops tells whether its queue is reset", () => {
  const listening = { number: 4, kind: "listening", copyOf: 5 } as const;
  const shared = { ...SOCKET, descriptors: [...SOCKET.descriptors, listening] };
  for (
    const [origin, queue] of [
      [SOCKET, "whoever waits in its queue is reset"],
      [shared, "workers have it still, so whoever waits in its queue waits on"],
    ] as const
  ) {
    const stage = new Stage();
    stage.emit(started(origin, null));
    stage.take();
    assertEquals(explained(stage, { event: "stopping", connections: 1, graceMs: 0 }), [
      `close(5): the listening socket; ${queue}`,
    ]);
  }
});

Deno.test("the explanation of a process over pipes tells that the parent copies", () => {
  const stage = new Stage();
  stage.emit(accepted(null), started(PIPE, CONNECTION), connected(WORKER), opened(null));
  stage.emit(HELLO, closed(6));
  assertEquals(stage.take().slice(START_LINES.length), [
    CONNECTED,
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "fork() started process 4010, which called setsid() and execve(): it has descriptors 0, 1 (pipes to the parent) and 2",
      "execve() closed its copies of all others (close-on-exec), also of the listening socket 5 and the client's socket 12",
    ),
    head("worker 4010 gets client 127.0.0.1:51234"),
    ...under(
      "the parent keeps the client's socket 12 and copies between that and the pipes of process 4010",
    ),
    head(MESSAGE),
    ...under("recv(12) gave 6 bytes, for write() to a pipe to process 4010"),
    head("Client(51234): is disconnected (6 bytes in, 6 bytes out, 1.000 s)"),
    ...under("close(12): the client's socket", "close() of both pipes to process 4010"),
  ]);
});

Deno.test("the explanation of iterative mode tells that there is no other process", () => {
  const stage = new Stage({ isParentServing: true });
  stage.emit(accepted(null), connected(null), HELLO, closed(6));
  assertEquals(stage.take().slice(START_LINES.length), [
    head("client 127.0.0.1:51234 is connected..."),
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "no other process: the parent itself serves it, and accepts the next one afterwards",
    ),
    head(MESSAGE),
    ...under("recv(12) gave 6 bytes"),
    head("Client(51234): is disconnected (6 bytes in, 6 bytes out, 1.000 s)"),
    ...under("close(12): the client's socket"),
  ]);
});

Deno.test("the explanation tells of a client that no worker could be started for", () => {
  const stage = new Stage();
  stage.emit(accepted(12), connected(null), closed(0));
  assertEquals(stage.take().slice(START_LINES.length), [
    head("client 127.0.0.1:51234 is connected..."),
    ...under("accept(5) gave descriptor 12; 2 connections wait in the accept queue"),
    head("Client(51234): is disconnected (0 bytes in, 0 bytes out, 1.000 s)"),
    ...under("close(12): the client's socket"),
  ]);
});

Deno.test("the explanation tells that a client which is rejected is accepted and closed", () => {
  const stage = new Stage();
  const { hostname: remoteHost, port: remotePort } = CONNECTION.remoteAddr;
  stage.emit(accepted(12), {
    event: "connection_rejected",
    remoteHost,
    remotePort,
    reason: "max_per_host",
    maxPerHost: 3,
    rejected: 1,
  });
  assertEquals(stage.take().slice(START_LINES.length), [
    head("client 127.0.0.1:51234 is rejected: its address has 3 connections already"),
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "close(12): the client's socket",
    ),
  ]);
});

Deno.test("the explanation tells what a balancer's header says, and that nothing behind it was taken", () => {
  for (
    const [client, told] of [
      [{ hostname: "192.0.2.7", port: 4 }, "the client is 192.0.2.7:4"],
      [null, "it tells no client"],
    ] as const
  ) {
    const stage = new Stage({ isParentServing: true });
    const { remoteAddr } = CONNECTION;
    const connection = client === null
      ? CONNECTION
      : { ...CONNECTION, remoteAddr: client, proxyAddr: remoteAddr };
    stage.emit(
      accepted(12),
      { event: "proxy_header_read", remoteAddr, client, bytes: 28, reads: client === null ? 1 : 3 },
      { event: "connection_accepted", connection, workerPid: null },
    );
    const calls = client === null ? "one call" : "3 calls";
    assertEquals(stage.take().slice(START_LINES.length + 1, -1), [
      ...under(
        "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
        `recv(12), in ${calls}, gave the PROXY header, 28 bytes, and nothing that follows it: ${told}`,
      ),
    ]);
  }
});

Deno.test("the explanation tells that a balancer has sent no header", () => {
  const stage = new Stage();
  const { hostname: remoteHost, port: remotePort } = CONNECTION.remoteAddr;
  const rejection = { reason: "proxy_header", problem: "absent", rejected: 1 } as const;
  stage.emit(accepted(12), {
    event: "connection_rejected",
    ...{ remoteHost, remotePort, ...rejection },
  });
  assertEquals(stage.take().slice(START_LINES.length), [
    head("client 127.0.0.1:51234 is rejected: it does not begin with a PROXY header"),
    ...under(
      "accept(5) gave descriptor 12; 2 connections wait in the accept queue",
      "recv(12) gave no PROXY header",
      "close(12): the client's socket",
    ),
  ]);
});

Deno.test("the explanation tells how many wait when accepting pauses and goes on", () => {
  let waiting = 0;
  const stage = new Stage({ lookup: { ...LOOKUP, waitingAt: () => waiting } });
  stage.emit({ event: "admission_paused", maxConnections: 40 });
  waiting = 1;
  stage.emit({ event: "admission_resumed", maxConnections: 40 });
  assertEquals(stage.take().slice(START_LINES.length), [
    head("all 40 slots are taken: new connections wait"),
    ...under("no accept() until a slot is free; 0 connections wait in the accept queue"),
    head("a slot is free: accepting again"),
    ...under("accept() again; 1 connection waits in the accept queue"),
  ]);
});

Deno.test("the explanation tells by which means a worker is made to end", () => {
  for (
    const [by, origin, line] of [
      ["message", UNIX, "a message to stop, over its control channel"],
      ["input", PIPE, "close(): the pipe to its standard input"],
      ["SIGTERM", UNIX, "kill(4010, SIGTERM)"],
      ["SIGKILL", PROGRAM, "kill(-4010, SIGKILL): to all of its process group"],
    ] as const
  ) {
    const stage = new Stage();
    stage.emit(started(origin, null));
    stage.take();
    stage.emit({ event: "worker_told_to_end", workerPid: WORKER, by });
    assertEquals(stage.take(), [head("worker 4010 is told to end"), ...under(line)]);
  }
});

Deno.test("the explanation tells that a stopping server closes its listening socket", () => {
  const stage = new Stage();
  stage.take();
  stage.emit({ event: "stopping", connections: 0, graceMs: 30_000 });
  assertEquals(stage.take(), [
    head("Server stop..."),
    ...under("close(5): the listening socket; whoever waits in its queue is reset"),
  ]);
});

for (
  const [flag, sharing, start, stop] of [
    [
      "LISTEN_FDS",
      { handedOver: true },
      "the listening socket 5 was there at the start (LISTEN_FDS)",
      "who started the server has it still, so whoever waits in its queue waits on",
    ],
    [
      "--reuse-port",
      { sharesPort: true },
      "socket(), bind(), listen(5, 128): descriptor 5 is the listening socket",
      "whoever waited in its queue was accepted before",
    ],
  ] as const
) {
  Deno.test(`the explanation tells whose the listening socket is with ${flag}`, () => {
    const stage = new Stage();
    stage.take();
    stage.emit({ ...LISTENING, ...sharing });
    assertEquals(stage.take().slice(1), under(start));
    stage.emit({ event: "stopping", connections: 0, graceMs: 30_000 });
    assertEquals(stage.take().slice(1), under(`close(5): the listening socket; ${stop}`));
  });
}

Deno.test("the explanation has the time since the start, and that of an accept which was a while before", () => {
  const stage = new Stage();
  stage.now += 800.12;
  stage.emit(accepted(12));
  stage.now += 12.3;
  stage.emit(connected(null));
  assertEquals(stage.lines.map((line) => line.slice(0, 60).trimEnd()), [
    "+0.0 ms        4001    Server start... listening on 127.0.0.",
    "                       socket(), bind(), listen(5, 128): des",
    "+812.4 ms      4001    client 127.0.0.1:51234 is connected..",
    "                       accept(5) at +800.1 ms gave descripto",
  ]);
});

Deno.test("the explanation has every line of the text log, in its order", () => {
  const stage = new Stage();
  stage.emit(accepted(12), started(SOCKET, CONNECTION), connected(WORKER), IDLE, opened(12), HELLO);
  stage.emit({ event: "stopping", connections: 1, graceMs: 1000 }, closed(6), EXITED);
  const heads = stage.take().filter((line) => !line.startsWith(INDENT))
    .map((line) => line.slice(INDENT.length));
  assertEquals(heads.filter((line) => stage.textLog.includes(line)), stage.textLog);
});

Deno.test("what a client sends and a folder is called cannot drive the terminal in an explanation", () => {
  const stage = new Stage();
  stage.take();
  const reception = { by: "connect", path: "/run/\x1b[2J/w1" } as const;
  stage.emit(started({ ...UNIX, reception }, null), IDLE);
  stage.emit({ ...HELLO, data: bytesOf("\x1b[2J\n") });
  assertEquals(stage.take().filter((line) => line.includes("2J")), [
    ...under("it listens on the Unix-domain socket /run/\\x1b[2J/w1"),
    head("Client(51234): \\x1b[2J"),
  ]);
});

Deno.test("a quiet explanation has the start alone", () => {
  const stage = new Stage({ quiet: true });
  stage.emit(accepted(12), started(PROGRAM, CONNECTION), connected(WORKER), closed(null), EXITED);
  assertEquals(stage.take(), START_LINES);
});

Deno.test("an explanation without messages has everything else", () => {
  const [full, other] = [new Stage(), new Stage({ showsMessages: false })];
  for (const stage of [full, other]) {
    stage.emit(accepted(12), started(PROGRAM, CONNECTION), connected(WORKER), HELLO, closed(null));
  }
  const lines = full.take();
  const at = lines.findIndex((line) => line.includes("Client(51234): hello"));
  const next = lines.findIndex((line) => line.includes("Client(51234): is disconnected"));
  assert(0 < at && at < next, lines.join("\n"));
  assertEquals(other.take(), lines.toSpliced(at, next - at));
});

Deno.test("warnings are no part of the explanation", () => {
  const stage = new Stage();
  stage.take();
  stage.emit({ event: "accept_failed", error: "Cannot accept on 127.0.0.1:9000: too many" });
  assertEquals(stage.take(), []);
  assertEquals(stage.warnings, ["warning: Cannot accept on 127.0.0.1:9000: too many"]);
});
