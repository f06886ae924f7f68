import "../ipc/posix/opened.ts";
import { parseServerOptions } from "../../server/command.ts";
import type { EventName } from "../../server/events.ts";
import { runServer } from "../../server/mod.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { OperationalError, UsageError } from "../../ipc/errors.ts";
import { readAll, receive, send } from "../support/bytes.ts";
import { ResettableClient } from "../support/sockets.ts";
import { PlayedWorkers } from "./played_workers.ts";
import { replaceDeno } from "./replaced_deno.ts";

/** An event as the JSON log has it. */
type Logged = Readonly<Record<string, unknown>> & { readonly event: EventName };

/** A server in this process, whose workers the test plays, and what it logs. */
class RunningServer implements AsyncDisposable {
  readonly played = new PlayedWorkers();
  readonly events: Logged[] = [];
  readonly warnings: string[] = [];
  /** Resolves when it has stopped. */
  readonly ended: Promise<void>;
  readonly #replaced = new DisposableStack();
  readonly #stopping = new AbortController();
  readonly #forced = new AbortController();
  #next = Promise.withResolvers<void>();

  private constructor(args: readonly string[]) {
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd().split("\n");
    const output = (take: (line: string) => void) => ({
      write: (bytes: Uint8Array) => {
        for (const line of decode(bytes)) take(line);
        return Promise.resolve(bytes.length);
      },
    });
    this.#replaced.use(replaceDeno("stdout", output((line) => this.#log(JSON.parse(line)))));
    this.#replaced.use(replaceDeno("stderr", output((line) => void this.warnings.push(line))));
    const options = parseServerOptions(["--log", "json", "0", ...args]);
    assert(typeof options !== "string");
    const lifetime = { stopping: this.#stopping.signal, forced: this.#forced.signal };
    this.ended = runServer(options, lifetime);
  }

  /** Starts one with these flags, and waits until it listens. */
  static async start(...args: readonly string[]): Promise<RunningServer> {
    const server = new RunningServer(args);
    try {
      await Promise.race([server.event("listening"), server.ended]);
      return server;
    } catch (error) {
      await server.#release();
      throw error;
    }
  }

  #log(event: Logged): void {
    this.events.push(event);
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Resolves to the event of that name and number, from 1. */
  async event(name: EventName, number = 1): Promise<Logged> {
    while (true) {
      const event = this.events.filter(({ event }) => event === name)[number - 1];
      if (event !== undefined) return event;
      await this.#next.promise;
    }
  }

  /** The names of the events so far. */
  get names(): EventName[] {
    return this.events.map(({ event }) => event);
  }

  get port(): number {
    return Number(this.events[0]?.["port"]);
  }

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ port: this.port });
  }

  stop(): void {
    this.#stopping.abort();
  }

  force(): void {
    this.#forced.abort();
  }

  async #release(): Promise<void> {
    this.#replaced.dispose();
    await this.played[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    this.force();
    for (const worker of this.played.started) worker.exit(0);
    await this.ended;
    assertEquals(this.played.folder.names(), [], "run folders left behind");
    await this.#release();
  }
}

const ITERATIVE = ["--mode", "iterative"];

/** Sends a line and resolves to what comes back. */
async function roundTrip(client: Deno.TcpConn, line = "ping\n"): Promise<string> {
  await send(client, line);
  return await receive(client, line.length);
}

Deno.test("runServer() tells where it listens, and when it has stopped", async () => {
  await using server = await RunningServer.start(...ITERATIVE, "--backlog", "7");
  server.stop();
  await server.ended;
  const { time: _, ...listening } = await server.event("listening");
  assertEquals(listening, {
    event: "listening",
    host: "127.0.0.1",
    port: server.port,
    mode: "iterative",
    pid: Deno.pid,
    backlog: 7,
    maxConnections: 1,
  });
  assertEquals(server.names, ["listening", "stopping", "stopped"]);
});

Deno.test("runServer() numbers and counts connections, also those that were gone before they were accepted", async () => {
  await using server = await RunningServer.start(...ITERATIVE);
  using first = await server.connect();
  await roundTrip(first);
  for (let i = 0; i < 3; i++) {
    using rude = await ResettableClient.connect(server.port);
    await rude.reset();
  }
  using second = await server.connect();
  first.close();
  assertEquals(await roundTrip(second), "ping\n");
  second.close();
  await server.event("connection_closed", 2);
  server.stop();
  await server.ended;
  const ids = server.events.filter(({ event }) => event === "connection_accepted")
    .map(({ connectionId }) => connectionId);
  assertEquals(ids, [1, 2]);
  assertEquals((await server.event("stopping"))["connections"], 0);
  const { connectionsAccepted, connectionsAborted } = await server.event("stopped");
  assertEquals([connectionsAccepted, connectionsAborted], [2, 3]);
});

/** How many connections flags allow: without any, as with `--workers`, and with both. */
const LIMITS: readonly (readonly [readonly string[], number])[] = [
  [ITERATIVE, 1],
  [[], 40],
  [["--max-connections", "3"], 3],
  [["--max-connections", "3", "--spare", "2"], 3],
  [["--mode", "prefork"], 8],
  [["--mode", "prefork", "--workers", "5", "--max-connections", "6"], 5],
  [["--mode", "prefork", "--workers", "5", "--max-connections", "4"], 4],
];

for (const [flags, maxConnections] of LIMITS) {
  Deno.test(`runServer() serves ${maxConnections} at once with [${flags.join(" ")}]`, async () => {
    await using server = await RunningServer.start(...flags);
    assertEquals((await server.event("listening"))["maxConnections"], maxConnections);
  });
}

for (const flag of ["--max-connections", "--workers", "--spare"]) {
  Deno.test(`runServer() rejects with a usage error for more of ${flag} than there are descriptors`, async () => {
    await using played = new PlayedWorkers();
    const mode = flag === "--workers" ? ["--mode", "prefork"] : [];
    const options = parseServerOptions([...mode, flag, "10000", "0"]);
    assert(typeof options !== "string");
    using _ = limitedTo(256);
    const signal = new AbortController().signal;
    await assertRejects(
      () => runServer(options, { stopping: signal, forced: signal }),
      UsageError,
      flag,
    );
    assertEquals(played.folder.names(), []);
  });
}

/** Lets the shell say that this process may open so many files. */
function limitedTo(descriptors: number): Disposable {
  return replaceDeno(
    "Command",
    class extends Deno.Command {
      constructor(path: string | URL, options?: Deno.CommandOptions) {
        const isAsked = options?.args?.includes("ulimit -n") ?? false;
        super(path, isAsked ? { ...options, args: ["-c", `echo ${descriptors}`] } : options);
      }
    },
  );
}

Deno.test("runServer() rejects with one line if its port is in use, and leaves nothing behind", async () => {
  await using server = await RunningServer.start(...ITERATIVE);
  const options = parseServerOptions([String(server.port)]);
  assert(typeof options !== "string");
  const signal = new AbortController().signal;
  const error = await assertRejects(
    () => runServer(options, { stopping: signal, forced: signal }),
    OperationalError,
  );
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${server.port}: address already in use ` +
      "(choose another port, or 0 for a free one)",
  );
});

Deno.test("runServer() closes a surplus connection of an address, counts it, and gives its slot back", async () => {
  await using server = await RunningServer.start("--max-per-host", "1", "--max-connections", "2");
  using first = await server.connect();
  const worker = await server.played.readyWorker(1);
  const echoed = worker.echo();
  assertEquals(await roundTrip(first), "ping\n");
  // More than there are slots.
  for (let rejected = 1; rejected <= 3; rejected++) {
    using surplus = await server.connect();
    assertEquals(await readAll(surplus).catch(() => ""), "");
    const { time: _, ...event } = await server.event("connection_rejected", rejected);
    assertEquals(event, {
      event: "connection_rejected",
      remoteHost: "127.0.0.1",
      remotePort: surplus.localAddr.port,
      reason: "max_per_host",
      maxPerHost: 1,
      rejected,
    });
  }
  assertEquals(server.played.started.length, 1);

  await first.closeWrite();
  await echoed;
  worker.exit(0);
  await server.event("worker_exited");
  using next = await server.connect();
  await next.closeWrite();
  const nextWorker = await server.played.readyWorker(2);
  await nextWorker.echo();
  nextWorker.exit(0);
  assertEquals((await server.event("connection_closed", 2))["reason"], "finished");
});

Deno.test("runServer() allows an address as many connections as it likes unless told otherwise", async () => {
  await using server = await RunningServer.start("--max-connections", "3");
  using clients = new DisposableStack();
  for (let number = 1; number <= 3; number++) {
    clients.use(await server.connect());
    await server.played.worker(number);
  }
  assertEquals(server.names.includes("connection_rejected"), false);
});

Deno.test("runServer() gives a slot back when all that the connection used is gone, and tells of the wait", async () => {
  await using server = await RunningServer.start("--max-connections", "1");
  using first = await server.connect();
  const worker = await server.played.readyWorker(1);
  const { stream } = await worker.accept();
  using second = await server.connect();
  await server.event("admission_paused");
  stream.close();
  first.close();
  // The connection has ended, its worker has not.
  assertEquals(server.names.includes("admission_resumed"), false);
  worker.exit(0);
  assertEquals((await server.event("admission_resumed"))["maxConnections"], 1);
  await second.closeWrite();
  const next = await server.played.readyWorker(2);
  await next.echo();
  next.exit(0);
  await server.event("connection_closed", 2);
});

Deno.test("runServer() does not tell that the one slot of an iterative server is taken", async () => {
  await using server = await RunningServer.start(...ITERATIVE);
  using first = await server.connect();
  assertEquals(await roundTrip(first), "ping\n");
  first.close();
  using second = await server.connect();
  assertEquals(await roundTrip(second), "ping\n");
  assertEquals(server.names.filter((name) => name.startsWith("admission")), []);
});

const UPPER_CASE = new URL("../../examples/upper_case.ts", import.meta.url);

Deno.test("runServer() warns that nothing isolates a module in iterative mode, and serves with it", async () => {
  await using server = await RunningServer.start(...ITERATIVE, "--handler", UPPER_CASE.pathname);
  await server.event("handler_not_isolated");
  using client = await server.connect();
  assertEquals(await roundTrip(client), "PING\n");
  assertEquals(server.warnings.length, 1);
});

for (const mode of ["per-connection", "prefork"]) {
  Deno.test(`runServer() tells the workers of ${mode} mode which module they serve with`, async () => {
    const handler = ["--handler", UPPER_CASE.pathname];
    await using server = await RunningServer.start("--mode", mode, ...handler);
    using client = await server.connect();
    const { flags } = await server.played.worker(1);
    assert((flags["handler"] ?? "-") !== "-");
    assertEquals([server.warnings, server.names.includes("handler_not_isolated")], [[], false]);
    client.close();
  });
}

Deno.test("runServer() rejects with one line for a handler that does not load, and listens no more", async () => {
  const options = parseServerOptions(["--handler", "/no/such/handler.ts", "0"]);
  assert(typeof options !== "string");
  const signal = new AbortController().signal;
  const run = () => runServer(options, { stopping: signal, forced: signal });
  await assertRejects(run, OperationalError, 'Cannot load the handler "/no/such/handler.ts"');
});

Deno.test("runServer() tells a program how many connections its client's address has", async () => {
  const script = 'echo "$TCPCONNNUM"; exec cat';
  await using server = await RunningServer.start("--transport", "pipe", "--", "sh", "-c", script);
  using clients = new DisposableStack();
  for (const count of ["1\n", "2\n", "3\n"]) {
    assertEquals(await receive(clients.use(await server.connect()), 2), count);
  }
});

Deno.test("runServer() starts what is kept ready, and no spare any more once it stops", async () => {
  await using server = await RunningServer.start("--spare", "2");
  const spare = await server.played.readyWorker(1);
  // One at a time: the second is started when the first is ready.
  const late = await server.played.worker(2);
  using client = await server.connect();
  const echoed = spare.echo();
  assertEquals(await roundTrip(client), "ping\n");
  server.stop();
  await server.event("stopping");
  await late.becomeReady();
  for (let i = 0; i < 20; i++) await roundTrip(client);
  await client.closeWrite();
  await echoed;
  spare.exit(0);
  await server.ended;
  assertEquals(server.played.started.length, 2);
});

Deno.test("runServer() lets connections finish when it is asked to stop, and takes no new one", async () => {
  await using server = await RunningServer.start(...ITERATIVE, "--grace", "3600");
  using client = await server.connect();
  await roundTrip(client);
  server.stop();
  const { connections, graceMs } = await server.event("stopping");
  assertEquals([connections, graceMs], [1, 3_600_000]);
  await assertRejects(() => server.connect(), Deno.errors.ConnectionRefused);
  assertEquals(await roundTrip(client), "ping\n");
  client.close();
  await server.ended;
  assertEquals((await server.event("connection_closed"))["reason"], "finished");
});

for (const [how, grace] of [["is over", "0"], ["is cut short", "3600"]] as const) {
  Deno.test(`runServer() ends connections when their grace ${how}`, async () => {
    await using server = await RunningServer.start(...ITERATIVE, "--grace", grace);
    using client = await server.connect();
    await roundTrip(client);
    server.stop();
    await server.event("stopping");
    if (how === "is cut short") server.force();
    await server.ended;
    assertEquals((await server.event("connection_closed"))["reason"], "server_stopped");
    assertEquals(server.names.slice(-2), ["connection_closed", "stopped"]);
  });
}

Deno.test("runServer() ends its workers when it stops, and removes their folder", async () => {
  await using server = await RunningServer.start("--mode", "prefork", "--workers", "1");
  await server.played.readyWorker(1);
  server.stop();
  await server.ended;
  assertEquals((await server.event("worker_exited"))["reason"], "killed_by_us");
  assertEquals(server.names.at(-1), "stopped");
});
