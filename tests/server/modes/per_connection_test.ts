import { systemClock } from "../../../ipc/clock.ts";
import { AcceptedConnection } from "../../../server/accept/connection.ts";
import type { ServerContext } from "../../../server/context.ts";
import { PerConnectionMode } from "../../../server/modes/per_connection.ts";
import { UnixTransport } from "../../../server/parent/transports/unix.ts";
import { Workers } from "../../../server/parent/workers.ts";
import { assertEquals } from "../../assert.ts";
import { bytesOf, readAll, receive, send } from "../../support/bytes.ts";
import { ResettablePair, TcpPair } from "../../support/sockets.ts";
import { replaceEnv } from "../../support/replaced_env.ts";
import { systemError } from "../../support/system_error.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { failToConnect, PlayedWorkers } from "../played_workers.ts";
import { RecordedEvents } from "../recorded_events.ts";
import { replaceDeno } from "../replaced_deno.ts";

/**
 * Opens a per-connection mode, whose workers are real, and serves one connection with it. Its run folder is in a folder
 * of the test: opening a mode removes old run folders, and the machine's are none of a test's business.
 */
async function serve(
  stream: Deno.TcpConn,
  options: Partial<Pick<ServerContext, "clock" | "idleTimeoutMs">> = {},
) {
  const events = new RecordedEvents();
  const context = { events: events.bus, clock: systemClock, idleTimeoutMs: 0, ...options };
  const parent = new TempFolder();
  const mode = await openModeIn(parent.path, context);
  const connection = new AcceptedConnection(stream, { id: 1, hostConnections: 0, ...context });
  const served = mode.serve(connection);
  return {
    parent,
    events,
    mode,
    served,
    connection: connection.info,
    /** How the connection ended, and its worker. */
    async outcome() {
      await served;
      const { reason } = await events.first("connection_closed");
      const exits = events.of("worker_exited").map(({ status, signal, reason }) => ({
        status,
        signal,
        reason,
      }));
      return { reason, exits };
    },
    async [Symbol.asyncDispose]() {
      await mode[Symbol.asyncDispose]();
      await parent[Symbol.asyncDispose]();
    },
  };
}

/** Opens a per-connection mode whose workers echo. */
async function openMode(context: ServerContext, spare: number): Promise<PerConnectionMode> {
  const options = { connectionsPerWorker: 1, handlerUrl: null };
  const workers = new Workers(context, await UnixTransport.open(context, options));
  return new PerConnectionMode(context, { workers, spare });
}

async function openModeIn(parent: string, context: ServerContext): Promise<PerConnectionMode> {
  using _ = replaceEnv({ XDG_RUNTIME_DIR: parent });
  return await openMode(context, 0);
}

Deno.test("PerConnectionMode serves a connection in a worker, and tells its events", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server);
  const { connection, events } = serving;
  await send(pair.client, "안녕");
  await pair.client.closeWrite();
  assertEquals(await readAll(pair.client), "안녕");
  await serving.served;

  const { workerPid } = await events.first("worker_started");
  const data = bytesOf("안녕");
  assertEquals(events.of("connection_accepted"), [
    { event: "connection_accepted", connection, workerPid },
  ]);
  assertEquals(events.of("message_received"), [{ event: "message_received", connection, data }]);
  const [closed] = events.of("connection_closed");
  assertEquals(events.of("connection_closed"), [{
    event: "connection_closed",
    connection,
    bytesIn: 6,
    bytesOut: 6,
    durationMs: closed?.durationMs ?? NaN,
    reason: "finished",
  }]);
  assertEquals(events.of("worker_exited"), [
    { event: "worker_exited", workerPid, status: 0, signal: null, reason: "exited" },
  ]);
  assertEquals(events.all.map(({ event }) => event), [
    "worker_started",
    "connection_accepted",
    "message_received",
    "connection_closed",
    "worker_exited",
  ]);
});

Deno.test("PerConnectionMode leaves no socket of a worker that has ended, and no folder when it is disposed", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server);
  await pair.client.closeWrite();
  await serving.served;

  const [folder = ""] = serving.parent.names();
  const names = [...Deno.readDirSync(serving.parent.join(folder))].map(({ name }) => name);
  assertEquals(names.filter((name) => name !== "launch"), ["hub"]);
  await serving.mode[Symbol.asyncDispose]();
  assertEquals(serving.parent.names(), []);
});

Deno.test("PerConnectionMode tells once of workers' sockets that cannot be removed, and goes on", async () => {
  await using parent = new TempFolder();
  const events = new RecordedEvents();
  const context = { events: events.bus, clock: systemClock, idleTimeoutMs: 0 };
  await using mode = await openModeIn(parent.path, context);
  const folder = parent.join(parent.names()[0] ?? "");
  // A worker cannot listen there, and the server cannot remove what is there.
  const blocked = [1, 2, 4].map((worker) => `${folder}/w${worker}`);
  for (const path of blocked) Deno.mkdirSync(`${path}/full`, { recursive: true });
  for (const id of [1, 2, 3, 4]) {
    using pair = await TcpPair.open();
    const connection = new AcceptedConnection(pair.server, { id, hostConnections: 0, ...context });
    const served = mode.serve(connection);
    await pair.client.closeWrite();
    await served;
  }
  const reasons = events.of("connection_closed").map(({ reason }) => reason);
  assertEquals(reasons, ["worker_failed", "worker_failed", "finished", "worker_failed"]);
  assertEquals(
    events.of("run_folder_failed").map(({ error }) => error),
    [blocked[0], blocked[2]].map((path) => `Cannot remove ${path}: ENOTEMPTY`),
  );
});

Deno.test("PerConnectionMode tells of a client that resets the connection, whose worker exits well", async () => {
  using pair = await ResettablePair.open();
  await using serving = await serve(pair.conn);
  await pair.reset();
  assertEquals(await serving.outcome(), {
    reason: "client_lost",
    exits: [{ status: 0, signal: null, reason: "exited" }],
  });
});

Deno.test("PerConnectionMode tells of a worker that somebody kills", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server);
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  Deno.kill((await serving.events.first("worker_started")).workerPid, "SIGKILL");
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), {
    reason: "worker_lost",
    exits: [{ status: null, signal: "SIGKILL", reason: "crashed" }],
  });
  const lastTwo = serving.events.all.slice(-2).map(({ event }) => event);
  assertEquals(lastTwo, ["connection_closed", "worker_exited"]);
});

Deno.test("PerConnectionMode tells of a worker that is killed before it is ready", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server);
  Deno.kill((await serving.events.first("worker_started")).workerPid, "SIGKILL");
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), {
    reason: "worker_failed",
    exits: [{ status: null, signal: "SIGKILL", reason: "crashed" }],
  });
  assertEquals(serving.events.of("worker_failed").length, 1);
});

Deno.test("PerConnectionMode closes an idle connection, whose worker exits well", async () => {
  using pair = await TcpPair.open();
  const clock = new FakeClock();
  await using serving = await serve(pair.server, { clock, idleTimeoutMs: 500 });
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  for (let quarter = 0; quarter < 4; quarter++) await clock.pass(125);
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), {
    reason: "idle_timeout",
    exits: [{ status: 0, signal: null, reason: "exited" }],
  });
});

Deno.test("PerConnectionMode.endAll() ends the connection and its worker", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server);
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  await serving.mode.endAll();
  assertEquals(await serving.outcome(), {
    reason: "server_stopped",
    exits: [{ status: 0, signal: null, reason: "killed_by_us" }],
  });
  assertEquals(await readAll(pair.client), "");
});

Deno.test("PerConnectionMode.endAll() ends a worker that is still starting", async () => {
  using pair = await TcpPair.open();
  const clock = new FakeClock();
  await using serving = await serve(pair.server, { clock });
  const ended = serving.mode.endAll();
  await clock.pass(1000);
  await ended;
  assertEquals(await serving.outcome(), {
    reason: "server_stopped",
    exits: [{ status: null, signal: "SIGKILL", reason: "killed_by_us" }],
  });
  assertEquals(await readAll(pair.client), "");
  assertEquals(serving.events.of("worker_failed"), []);
});

Deno.test("PerConnectionMode closes a connection whose worker cannot be started", async () => {
  using _ = replaceDeno(
    "Command",
    class {
      spawn(): never {
        throw systemError("EAGAIN");
      }
      output(): Promise<never> {
        return Promise.reject(systemError("EAGAIN"));
      }
    },
  );
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server);
  const { connection, events } = serving;
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), { reason: "worker_failed", exits: [] });
  assertEquals(events.of("connection_accepted"), [
    { event: "connection_accepted", connection, workerPid: null },
  ]);
  assertEquals(events.of("worker_failed"), [{
    event: "worker_failed",
    workerPid: null,
    error: "Cannot start a worker: the limit of processes or memory is reached",
  }]);
});

Deno.test("PerConnectionMode lets a connection wait while this server has no descriptor to start a worker with", async () => {
  await using stage = await Stage.open({ spare: 0 });
  using pair = await TcpPair.open();
  stage.played.startFailure = systemError("EMFILE");
  const served = stage.serve(pair);
  await stage.context.clock.pass(100);
  await stage.context.clock.sleeps(100);
  assertEquals(stage.outcome.servedBy, []);
  stage.played.startFailure = null;
  stage.context.clock.advance(100);
  const worker = await stage.played.readyWorker(1);
  const echoed = worker.echo();
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  await pair.client.closeWrite();
  worker.exit(0);
  await Promise.all([echoed, served]);
  assertEquals(stage.events.of("worker_failed").length, 1);
});

Deno.test("PerConnectionMode gives a connection up that has waited too long for a descriptor", async () => {
  await using stage = await Stage.open({ spare: 0, idleTimeoutMs: 250 });
  using pair = await TcpPair.open();
  stage.played.startFailure = systemError("EMFILE");
  await stage.context.clock.run(stage.serve(pair));
  assertEquals([stage.outcome.servedBy, stage.outcome.reasons], [[null], ["idle_timeout"]]);
  assertEquals(await readAll(pair.client), "");
});

Deno.test("PerConnectionMode ends a worker that it cannot connect to, and gives up the connection", async () => {
  using pair = await TcpPair.open();
  using _ = failToConnect([systemError("ECONNREFUSED")]);
  await using serving = await serve(pair.server);
  const { events } = serving;
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), {
    reason: "worker_failed",
    exits: [{ status: null, signal: "SIGKILL", reason: "rejected" }],
  });
  const { workerPid } = await events.first("worker_started");
  assertEquals(events.of("worker_failed"), [{
    event: "worker_failed",
    workerPid,
    error: `Cannot connect to worker ${workerPid}: connection refused`,
  }]);
});

/** A mode whose workers and clock are the test's, and whose connections may be idle for 5 s. */
class Stage implements AsyncDisposable {
  private constructor(
    readonly mode: PerConnectionMode,
    readonly context: ServerContext & { readonly clock: FakeClock },
    readonly events: RecordedEvents,
    readonly played: PlayedWorkers,
  ) {}

  static async open(
    { idleTimeoutMs = 5000, spare }: {
      readonly spare: number;
      readonly idleTimeoutMs?: number;
    },
  ): Promise<Stage> {
    const played = new PlayedWorkers();
    const events = new RecordedEvents();
    const context = { events: events.bus, clock: new FakeClock(), idleTimeoutMs };
    const mode = await openMode(context, spare);
    return new Stage(mode, context, events, played);
  }

  serve({ server }: TcpPair): Promise<void> {
    const { context } = this;
    return this.mode.serve(
      new AcceptedConnection(server, { id: 1, hostConnections: 0, ...context }),
    );
  }

  /** Who served the one connection, and how that and every worker ended. */
  get outcome() {
    return {
      servedBy: this.events.of("connection_accepted").map(({ workerPid }) => workerPid),
      reasons: this.events.of("connection_closed").map(({ reason }) => reason),
      exits: this.events.of("worker_exited").map(({ reason }) => reason),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const disposed = this.mode[Symbol.asyncDispose]();
    // Those that are still starting cannot be told to end.
    for (const worker of this.played.started) worker.exit(0);
    await disposed;
    await this.played[Symbol.asyncDispose]();
  }
}

Deno.test("PerConnectionMode gives a connection the spare that was started for the next", async () => {
  await using stage = await Stage.open({ spare: 2 });
  stage.mode.start();
  const spare = await stage.played.readyWorker(1);
  // One is started after the other.
  await stage.played.worker(2);
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const echoed = spare.echo();
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  // A spare that is taken counts no more.
  await (await stage.played.worker(2)).becomeReady();
  await stage.played.worker(3);
  await pair.client.closeWrite();
  await echoed;
  spare.exit(0);
  await served;
  assertEquals(stage.outcome, {
    servedBy: [spare.pid],
    reasons: ["finished"],
    exits: ["exited"],
  });
  assertEquals(spare.flags["connections"], "1");
});

Deno.test("PerConnectionMode gives a connection a worker of its own where the spare cannot take it", async () => {
  await using stage = await Stage.open({ spare: 2 });
  stage.mode.start();
  await (await stage.played.worker(1)).becomeReady({ listens: false });
  await stage.played.worker(2);
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const own = await stage.played.readyWorker(3);
  await pair.client.closeWrite();
  await own.echo();
  own.exit(0);
  await served;
  assertEquals(stage.outcome, {
    servedBy: [own.pid],
    reasons: ["finished"],
    exits: ["rejected", "exited"],
  });
});

Deno.test("PerConnectionMode starts no spare while a connection waits for a worker of its own", async () => {
  await using stage = await Stage.open({ spare: 1 });
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const own = await stage.played.worker(1);
  stage.mode.start();
  assertEquals(stage.played.started.length, 1);
  await own.becomeReady();
  await stage.played.worker(2);
  await pair.client.closeWrite();
  await own.echo();
  own.exit(0);
  await served;
});

Deno.test("PerConnectionMode starts no spare once it drains", async () => {
  await using stage = await Stage.open({ spare: 1 });
  stage.mode.drain();
  stage.mode.start();
  assertEquals(stage.played.started.length, 0);
});

Deno.test("PerConnectionMode closes a connection that has waited too long for a worker, and ends that", async () => {
  await using stage = await Stage.open({ spare: 0 });
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const own = await stage.played.worker(1);
  await stage.context.clock.pass(5000);
  assertEquals(await readAll(pair.client), "");
  assertEquals(own.process.received, []);
  await stage.context.clock.pass(1000);
  await served;
  assertEquals(own.process.received, ["0 ms: SIGKILL"]);
  assertEquals(stage.outcome, {
    servedBy: [own.pid],
    reasons: ["idle_timeout"],
    exits: ["killed_by_us"],
  });
});

Deno.test("PerConnectionMode closes a connection that has waited too long for a descriptor, and ends the spare", async () => {
  await using stage = await Stage.open({ spare: 2 });
  stage.mode.start();
  const spare = await stage.played.readyWorker(1);
  await stage.played.worker(2);
  using _ = failToConnect(Array.from({ length: 99 }, () => systemError("EMFILE")));
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  for (let waited = 0; waited < 5000; waited += 100) await stage.context.clock.pass(100);
  await served;
  assertEquals(await readAll(pair.client), "");
  assertEquals(stage.outcome, {
    servedBy: [spare.pid],
    reasons: ["idle_timeout"],
    exits: ["killed_by_us"],
  });
});

Deno.test("PerConnectionMode refuses a connection that comes when all are being ended", async () => {
  await using stage = await Stage.open({ spare: 0 });
  await stage.mode.endAll();
  using pair = await TcpPair.open();
  await stage.serve(pair);
  assertEquals(await readAll(pair.client), "");
  assertEquals(stage.outcome, { servedBy: [null], reasons: ["server_stopped"], exits: [] });
});

Deno.test("PerConnectionMode waits no longer for a worker that serves", async () => {
  await using stage = await Stage.open({ spare: 0, idleTimeoutMs: 0 });
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const own = await stage.played.readyWorker(1);
  const echoed = own.echo();
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  assertEquals(stage.context.clock.sleeping, 0);
  await pair.client.closeWrite();
  await echoed;
  own.exit(0);
  await served;
});
