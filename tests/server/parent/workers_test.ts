import type { ConnectionInfo } from "../../../ipc/transport.ts";
import { AcceptedConnection } from "../../../server/accept/connection.ts";
import type { CloseReason } from "../../../server/events.ts";
import { WaitLimit } from "../../../server/parent/wait_limit.ts";
import type { WorkerProcess } from "../../../server/parent/process/worker_process.ts";
import type { RelayedConnection } from "../../../server/parent/transports/relayed_connection.ts";
import type { WorkersOptions } from "../../../server/parent/transports/transport.ts";
import { UnixTransport } from "../../../server/parent/transports/unix.ts";
import { Workers } from "../../../server/parent/workers.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { readAll, receive, send } from "../../support/bytes.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { ResettablePair, TcpPair } from "../../support/sockets.ts";
import { systemError } from "../../support/system_error.ts";
import { FIRST_PID } from "../fake_worker.ts";
import { failToConnect, type PlayedWorker, PlayedWorkers } from "../played_workers.ts";
import { RecordedEvents } from "../recorded_events.ts";

const INFO: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "192.0.2.1", port: 50_000 },
  localAddr: { hostname: "192.0.2.2", port: 9000 },
};

/** How long every connection may last. */
const LASTING_MS = 3_600_000;

/** The idle timeout of every connection. */
const IDLE_MS = 5000;

/** Workers that the test plays, and its clock. */
class Stage implements AsyncDisposable {
  private constructor(
    readonly workers: Workers,
    readonly clock: FakeClock,
    readonly events: RecordedEvents,
    readonly played: PlayedWorkers,
  ) {}

  static async open(options: Partial<WorkersOptions> = {}): Promise<Stage> {
    const played = new PlayedWorkers();
    const clock = new FakeClock();
    const events = new RecordedEvents();
    const context = { clock, events: events.bus, idleTimeoutMs: IDLE_MS };
    const defaults = { connectionsPerWorker: 0, handlerUrl: null };
    const transport = await UnixTransport.open(context, { ...defaults, ...options });
    const workers = new Workers(context, transport);
    return new Stage(workers, clock, events, played);
  }

  /** Starts a worker that has not said hello. */
  async start(): Promise<{ worker: WorkerProcess; played: PlayedWorker }> {
    const worker = this.workers.start(null);
    assert(worker !== null);
    return { worker, played: await this.played.worker(worker.number) };
  }

  async startReady(options = { listens: true }) {
    const started = await this.start();
    await started.played.becomeReady(options);
    assertEquals(await started.worker.ready, true);
    return started;
  }

  limit(): WaitLimit {
    return new WaitLimit({ clock: this.clock, idleTimeoutMs: IDLE_MS });
  }

  /** Opens a stream to a worker, for as long as a connection may wait. */
  async connect(worker: WorkerProcess) {
    using limit = this.limit();
    const connection = { info: INFO } as AcceptedConnection;
    const { opened } = await this.workers.engage(worker, { connection, limit });
    return (opened as RelayedConnection | null)?.stream ?? null;
  }

  /** Serves the server's end of a connection with a worker that is ready, which takes it. */
  async serve(conn: Deno.TcpConn) {
    const { worker, played } = await this.startReady();
    using limit = this.limit();
    const connection = this.accepted(conn);
    const engagement = await this.workers.engage(worker, { connection, limit });
    const taken = await played.accept();
    const served = this.workers.serve(connection, engagement);
    return { worker, played, taken: taken.stream, served };
  }

  accepted(conn: Deno.TcpConn): AcceptedConnection {
    const { clock } = this;
    return new AcceptedConnection(conn, {
      id: INFO.id,
      hostConnections: 0,
      maxDurationMs: LASTING_MS,
      clock,
      events: this.events.bus,
    });
  }

  get reasons(): CloseReason[] {
    return this.events.of("connection_closed").map(({ reason }) => reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workers[Symbol.asyncDispose]();
    await this.played[Symbol.asyncDispose]();
  }
}

Deno.test("Workers.start() tells a worker what it is for", async () => {
  await using stage = await Stage.open({
    connectionsPerWorker: 3,
    handlerUrl: "file:///handler.ts",
  });
  for (const number of [1, 2]) {
    const { worker, played } = await stage.startReady();
    const { socket = "", control = "", ...flags } = played.flags;
    assertEquals(flags, {
      transport: "unix",
      handler: "file:///handler.ts",
      worker: String(number),
      connections: "3",
      parentPid: "0",
      idleTimeoutMs: "0",
      reportsMessages: "false",
      reportsTraffic: "false",
      outlivesParent: "false",
      fault: "-",
    });
    assertEquals([socket.endsWith(`/w${number}`), control.endsWith("/hub")], [true, true]);
    assertEquals([worker.number, worker.pid], [number, FIRST_PID + number - 1]);
  }
});

Deno.test("Workers.start() tells how the process was started to who wants to know", async () => {
  await using stage = await Stage.open();
  const started: unknown[] = [];
  stage.events.bus.subscribe(["process_started"], (event) => started.push(event));
  const { played, worker } = await stage.startReady();
  const { socket: path } = played.flags;
  const inherited = { number: 2, kind: "inherited", copyOf: null };
  assertEquals(started, [{
    event: "process_started",
    workerPid: worker.pid,
    connection: null,
    origin: {
      call: "fork",
      descriptors: [
        { number: 0, kind: "null", copyOf: null },
        { number: 1, kind: "null", copyOf: null },
        inherited,
      ],
      reception: { by: "connect", path },
      isSignalledWithGroup: false,
    },
  }]);
});

Deno.test("Workers.start() returns null and tells why if no process can be started", async () => {
  await using stage = await Stage.open();
  stage.played.startFailure = systemError("EAGAIN");
  assertEquals(stage.workers.start(null), null);
  assertEquals(stage.events.of("worker_failed").map(({ error }) => error), [
    "Cannot start a worker: the limit of processes or memory is reached",
  ]);
});

Deno.test("Workers.start() starts none when all are being ended", async () => {
  await using stage = await Stage.open();
  assertEquals(stage.workers.isEnding, false);
  await stage.workers.endAll();
  assertEquals([stage.workers.isEnding, stage.workers.start(null)], [true, null]);
});

Deno.test("Workers removes the socket that a worker has left, and the folder at the end", async () => {
  const stage = await Stage.open();
  const { worker, played } = await stage.start();
  const { socket = "" } = played.flags;
  await Deno.writeTextFile(socket, "as one that was killed leaves it");
  played.dieOf("SIGKILL");
  await worker.reported;
  await assertRejects(() => Deno.stat(socket), Deno.errors.NotFound);
  await stage.workers[Symbol.asyncDispose]();
  assertEquals(stage.played.folder.names(), []);
  await stage[Symbol.asyncDispose]();
});

Deno.test("Workers.connect() waits until the worker is ready, and tells it who is connected", async () => {
  await using stage = await Stage.open();
  const { worker, played } = await stage.start();
  const connecting = stage.connect(worker);
  await played.becomeReady();
  using stream = await closable(connecting);
  const { stream: taken, info } = await played.accept();
  assertEquals(info, INFO);
  await stream.write(Uint8Array.of(1));
  assertEquals(await taken.read(new Uint8Array(9)), 1);
  taken.close();
});

async function closable(connecting: ReturnType<Stage["connect"]>) {
  const stream = await connecting;
  assert(stream !== null);
  return Object.assign(stream, { [Symbol.dispose]: () => stream.close() });
}

Deno.test("Workers.connect() gives null for a worker that ends before it is ready", async () => {
  await using stage = await Stage.open();
  const { worker, played } = await stage.start();
  const connecting = stage.connect(worker);
  played.exit(1);
  assertEquals(await connecting, null);
  assertEquals(stage.clock.sleeping, 0);
});

Deno.test("Workers.connect() ends a worker that nobody can connect to, and tells why", async () => {
  await using stage = await Stage.open();
  const { worker, played } = await stage.startReady({ listens: false });
  assertEquals(await stage.connect(worker), null);
  assertEquals((await worker.exited).reason, "rejected");
  assertEquals(played.process.received, ["0 ms: SIGKILL"]);
  assertEquals(stage.events.of("worker_failed").map(({ error }) => error), [
    `Cannot connect to worker ${worker.pid}: no such file or directory`,
  ]);
});

for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EAGAIN"]) {
  Deno.test(`Workers.connect() tries again for as long as it fails with ${code}, and blames no worker`, async () => {
    await using stage = await Stage.open();
    const { worker, played } = await stage.startReady();
    using _ = failToConnect([systemError(code), systemError(code)]);
    const connecting = stage.connect(worker);
    await stage.clock.pass(100);
    await stage.clock.pass(100);
    using _stream = await closable(connecting);
    assertEquals(stage.events.of("worker_failed"), []);
    assertEquals(played.process.received, []);
    assertEquals(stage.clock.sleeping, 0);
  });
}

Deno.test("Workers.connect() does not try again where the worker has ended meanwhile", async () => {
  await using stage = await Stage.open();
  const { worker, played } = await stage.startReady();
  using _ = failToConnect(Array.from({ length: 9 }, () => systemError("EMFILE")));
  const connecting = stage.connect(worker);
  await stage.clock.sleeps(100);
  played.exit(0);
  await worker.exited;
  await stage.clock.pass(100);
  assertEquals(await connecting, null);
  assertEquals(stage.events.of("worker_failed"), []);
  assertEquals(stage.clock.sleeping, 0);
});

Deno.test("Workers.connect() gives up when the time is over, and tells of the shortage", async () => {
  await using stage = await Stage.open();
  const { worker, played } = await stage.startReady();
  using _ = failToConnect(Array.from({ length: 999 }, () => systemError("EMFILE")));
  assertEquals(await stage.clock.run(stage.connect(worker)), null);
  assertEquals(stage.clock.now(), IDLE_MS);
  assertEquals(stage.events.of("worker_failed"), [{
    event: "worker_failed",
    workerPid: worker.pid,
    error: `Cannot connect to worker ${worker.pid}: ` +
      "too many open files in this process (see ulimit -n)",
  }]);
  assertEquals(played.process.received, [], "the worker is as good as before");
});

Deno.test("Workers.connect() gives up when the time is over and the worker is still not ready", async () => {
  await using stage = await Stage.open();
  const { worker, played } = await stage.start();
  const connecting = stage.connect(worker);
  await stage.clock.pass(IDLE_MS);
  assertEquals(await connecting, null);
  assertEquals(stage.events.of("worker_failed"), []);
  played.exit(0);
});

Deno.test("Workers.connect() rejects with what is no error of the operating system", async () => {
  await using stage = await Stage.open();
  const { worker } = await stage.startReady();
  using _ = failToConnect([new RangeError("a bug")]);
  await assertRejects(() => stage.connect(worker), RangeError);
});

Deno.test("Workers.end() ends that worker", async () => {
  await using stage = await Stage.open();
  const [first, second] = [await stage.startReady(), await stage.startReady()];
  await stage.workers.end(first.worker);
  assertEquals((await first.worker.exited).reason, "killed_by_us");
  assertEquals(second.worker.hasExited, false);
});

Deno.test("Workers.serve() closes a connection whose worker has ended, and then tells of the worker", async () => {
  await using stage = await Stage.open();
  const { worker, played } = await stage.start();
  using pair = await TcpPair.open();
  const engaged = worker.engage();
  const served = stage.workers.serve(stage.accepted(pair.server), { ...engaged, opened: null });
  played.exit(70);
  await served;
  assertEquals(await readAll(pair.client), "");
  await worker.reported;
  assertEquals(stage.reasons, ["worker_failed"]);
  const names = stage.events.all.map(({ event }) => event);
  assertEquals(names.filter((name) => /_(closed|exited)$/.test(name)), [
    "connection_closed",
    "worker_exited",
  ]);
});

Deno.test("Workers.serve() closes a connection whose worker was ended by a stop of the server", async () => {
  await using stage = await Stage.open();
  const { worker } = await stage.startReady();
  using pair = await TcpPair.open();
  const engaged = worker.engage();
  const served = stage.workers.serve(stage.accepted(pair.server), { ...engaged, opened: null });
  await Promise.all([stage.workers.endAll(), served]);
  assertEquals(stage.reasons, ["server_stopped"]);
});

/** How a worker ends that has got its connection, and why the connection closes then. */
const ENDS: readonly (readonly [string, (worker: PlayedWorker) => unknown, CloseReason])[] = [
  ["says that it has finished", (worker) => worker.send({ type: "finished" }), "finished"],
  ["exits with status 0", (worker) => worker.exit(0), "finished"],
  ["exits with status 1", (worker) => worker.exit(1), "handler_failed"],
  ["exits with status 70", (worker) => worker.exit(70), "worker_lost"],
  ["is killed", (worker) => worker.dieOf("SIGKILL"), "worker_lost"],
];

for (const [how, end, reason] of ENDS) {
  Deno.test(`Workers.serve() says ${reason} of a connection whose worker ${how}`, async () => {
    await using stage = await Stage.open();
    using pair = await TcpPair.open();
    const { played, taken, served } = await stage.serve(pair.server);
    await send(taken, "bye");
    taken.close();
    await end(played);
    assertEquals(await readAll(pair.client), "bye");
    await pair.client.closeWrite();
    await served;
    assertEquals(stage.reasons, [reason]);
    assertEquals(played.messages.filter(({ type }) => type === "hangup"), []);
  });
}

Deno.test("Workers.serve() relays both ways until both have ended, and counts the bytes", async () => {
  await using stage = await Stage.open();
  using pair = await TcpPair.open();
  const { played, taken, served } = await stage.serve(pair.server);
  await send(pair.client, "hello");
  assertEquals(await receive(taken, 5), "hello");
  await send(taken, "hi");
  assertEquals(await receive(pair.client, 2), "hi");
  await pair.client.closeWrite();
  assertEquals(await readAll(taken), "");
  taken.close();
  await played.send({ type: "finished" });
  await served;
  const [closed] = stage.events.of("connection_closed");
  assertEquals([closed?.bytesIn, closed?.bytesOut, closed?.reason], [5, 2, "finished"]);
  assertEquals(stage.events.of("message_received").length, 1);
  assertEquals(played.messages, []);
});

/** Connections that end before their worker is done with them: how that comes, and why they close. */
const LOST: readonly (readonly [CloseReason, (stage: Stage, pair: ResettablePair) => unknown])[] = [
  ["client_lost", (_, pair) => pair.reset()],
  [
    "idle_timeout",
    async ({ clock }) => {
      for (let quarter = 0; quarter < 4; quarter++) await clock.pass(IDLE_MS / 4);
    },
  ],
  ["max_duration", ({ clock }) => clock.advance(LASTING_MS)],
];

for (const [reason, lose] of LOST) {
  Deno.test(`Workers.serve() hangs up after ${reason}, and leaves the worker alone that finishes then`, async () => {
    await using stage = await Stage.open();
    using pair = await ResettablePair.open();
    const { worker, played, taken, served } = await stage.serve(pair.conn);
    await lose(stage, pair);
    assertEquals(await played.receives("hangup"), { type: "hangup", connection: INFO.id });
    taken.close();
    await played.send({ type: "finished" });
    await served;
    assertEquals(stage.reasons, [reason]);
    assertEquals([worker.hasExited, stage.clock.sleeping], [false, 0]);
  });

  Deno.test(`Workers.serve() ends a worker that takes no notice of a hang-up after ${reason} for a second`, async () => {
    await using stage = await Stage.open();
    using pair = await ResettablePair.open();
    const { worker, played, taken, served } = await stage.serve(pair.conn);
    await lose(stage, pair);
    await played.receives("hangup");
    assertEquals(worker.hasExited, false);
    await stage.clock.pass(1000);
    await served;
    assertEquals((await worker.exited).reason, "killed_by_us");
    assertEquals(stage.reasons, [reason]);
    taken.close();
  });
}

Deno.test("Workers.endAll() ends a connection with its worker", async () => {
  await using stage = await Stage.open();
  using pair = await TcpPair.open();
  const { worker, taken, served } = await stage.serve(pair.server);
  taken.close();
  await stage.workers.endAll();
  await served;
  assertEquals(stage.reasons, ["server_stopped"]);
  assertEquals((await worker.exited).reason, "killed_by_us");
  assertEquals(await readAll(pair.client), "");
});

Deno.test("Workers.endAll() ends a connection whose worker has ended, but not its stream", async () => {
  await using stage = await Stage.open();
  using pair = await TcpPair.open();
  // Something that the worker has started holds the stream.
  const { taken, served } = await stage.serve(pair.server);
  await stage.workers.endAll();
  await served;
  assertEquals(stage.reasons, ["server_stopped"]);
  assertEquals(await readAll(pair.client), "");
  taken.close();
});

Deno.test("Workers.endAll() has told of every worker when it resolves", async () => {
  await using stage = await Stage.open();
  using pair = await TcpPair.open();
  const { taken } = await stage.serve(pair.server);
  await stage.workers.endAll();
  taken.close();
  const names = stage.events.all.map(({ event }) => event).slice(-2);
  assertEquals(names, ["connection_closed", "worker_exited"]);
});

Deno.test("Workers ends its connections when it is disposed, also those without a worker", async () => {
  const stage = await Stage.open();
  using pair = await TcpPair.open();
  const { played, taken, served } = await stage.serve(pair.server);
  played.exit(0);
  await stage[Symbol.asyncDispose]();
  await served;
  assertEquals(stage.reasons, ["server_stopped"]);
  taken.close();
});
