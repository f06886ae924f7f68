import { AcceptedConnection } from "../../../server/accept/connection.ts";
import type { CloseReason } from "../../../server/events.ts";
import { PreforkMode } from "../../../server/modes/prefork.ts";
import type { WorkersOptions } from "../../../server/parent/transports/transport.ts";
import { UnixTransport } from "../../../server/parent/transports/unix.ts";
import { Workers } from "../../../server/parent/workers.ts";
import { assertEquals } from "../../assert.ts";
import { readAll, receive, send } from "../../support/bytes.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TcpPair } from "../../support/sockets.ts";
import { systemError } from "../../support/system_error.ts";
import { failToConnect, type PlayedWorker, PlayedWorkers } from "../played_workers.ts";
import { RecordedEvents } from "../recorded_events.ts";

/** A prefork mode whose workers and clock are the test's. */
class Stage implements AsyncDisposable {
  #connections = 0;

  private constructor(
    readonly mode: PreforkMode,
    readonly clock: FakeClock,
    readonly events: RecordedEvents,
    readonly played: PlayedWorkers,
  ) {}

  /** One worker that serves without end, and an idle timeout of 5 s, unless told otherwise. */
  static async open(
    options: Partial<
      WorkersOptions & { readonly size: number; readonly idleTimeoutMs: number }
    > = {},
  ): Promise<Stage> {
    const played = new PlayedWorkers();
    const clock = new FakeClock();
    const events = new RecordedEvents();
    const context = { clock, events: events.bus, idleTimeoutMs: 5000, ...options };
    const defaults = { connectionsPerWorker: 0, handlerUrl: null };
    const transport = await UnixTransport.open(context, { ...defaults, ...options });
    const workers = new Workers(context, transport);
    const mode = new PreforkMode(context, { workers, size: options.size ?? 1 });
    return new Stage(mode, clock, events, played);
  }

  /** Serves the server's end of a connection. Resolves when all that it used is gone. */
  serve({ server }: TcpPair): Promise<void> {
    const { clock } = this;
    return this.mode.serve(
      new AcceptedConnection(server, {
        id: ++this.#connections,
        hostConnections: 0,
        clock,
        events: this.events.bus,
      }),
    );
  }

  /** Serves a client with that worker, which echoes, from its connection to its end. */
  async roundTrip(worker: PlayedWorker): Promise<void> {
    using pair = await TcpPair.open();
    const echoed = worker.echo();
    const served = this.serve(pair);
    await send(pair.client, "hello");
    assertEquals(await receive(pair.client, 5), "hello");
    await pair.client.closeWrite();
    await Promise.all([echoed, served]);
  }

  get reasons(): CloseReason[] {
    return this.events.of("connection_closed").map(({ reason }) => reason);
  }

  /** The pids that connections were given, in order. */
  get servedBy(): (number | null)[] {
    return this.events.of("connection_accepted").map(({ workerPid }) => workerPid);
  }

  /** Whether a worker was started after a pause, the first of which takes 100 ms. */
  get hasPaused(): boolean {
    return this.clock.asked.includes(100);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const disposed = this.mode[Symbol.asyncDispose]();
    // Those that are still starting cannot be told to end.
    for (const worker of this.played.started) worker.exit(0);
    await disposed;
    await this.played[Symbol.asyncDispose]();
  }
}

Deno.test("PreforkMode starts its workers when it is told to, no more at once than there are cores", async () => {
  await using stage = await Stage.open({ size: navigator.hardwareConcurrency + 1 });
  const { started } = stage.played;
  assertEquals(started.length, 0);
  stage.mode.start();
  assertEquals(started.length, navigator.hardwareConcurrency);
  await stage.played.readyWorker(1);
  await stage.played.worker(navigator.hardwareConcurrency + 1);
  for (const worker of started.slice(1)) await worker.becomeReady();
});

Deno.test("PreforkMode tells its workers how many connections they serve, and with what", async () => {
  await using stage = await Stage.open({ connectionsPerWorker: 7, handlerUrl: "file:///h.ts" });
  stage.mode.start();
  const { flags } = await stage.played.readyWorker(1);
  assertEquals([flags["connections"], flags["handler"]], ["7", "file:///h.ts"]);
});

Deno.test("PreforkMode serves one connection after the other with the same worker", async () => {
  await using stage = await Stage.open();
  stage.mode.start();
  const worker = await stage.played.readyWorker(1);
  for (let connection = 1; connection <= 3; connection++) await stage.roundTrip(worker);
  assertEquals(stage.servedBy, [worker.pid, worker.pid, worker.pid]);
  assertEquals(stage.reasons, ["finished", "finished", "finished"]);
  assertEquals(stage.played.started.length, 1);
  assertEquals(stage.clock.sleeping, 0);
});

Deno.test("PreforkMode waits no longer for a worker that serves", async () => {
  await using stage = await Stage.open({ idleTimeoutMs: 0 });
  stage.mode.start();
  const worker = await stage.played.readyWorker(1);
  using pair = await TcpPair.open();
  const echoed = worker.echo();
  const served = stage.serve(pair);
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  assertEquals(stage.clock.sleeping, 0);
  await pair.client.closeWrite();
  await Promise.all([echoed, served]);
});

Deno.test("PreforkMode lets a connection wait for a worker that is still busy", async () => {
  await using stage = await Stage.open();
  stage.mode.start();
  const worker = await stage.played.readyWorker(1);
  using first = await TcpPair.open();
  using second = await TcpPair.open();
  const served = [stage.serve(first), stage.serve(second)];
  const { stream } = await worker.accept();
  assertEquals(stage.servedBy, [worker.pid]);
  stream.close();
  await worker.send({ type: "finished" });
  await first.client.closeWrite();
  const echoed = worker.echo();
  await send(second.client, "hello");
  assertEquals(await receive(second.client, 5), "hello");
  await second.client.closeWrite();
  await Promise.all([...served, echoed]);
  assertEquals(stage.servedBy, [worker.pid, worker.pid]);
});

Deno.test("PreforkMode gives a connection another worker where the first cannot take it", async () => {
  await using stage = await Stage.open({ size: 2 });
  stage.mode.start();
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const [sound, broken] = [await stage.played.worker(1), await stage.played.worker(2)];
  await broken.becomeReady({ listens: false });
  await stage.events.first("worker_exited");
  await sound.becomeReady();
  const echoed = sound.echo();
  await pair.client.closeWrite();
  await Promise.all([served, echoed]);
  assertEquals([stage.servedBy, stage.reasons], [[sound.pid], ["finished"]]);
  assertEquals(stage.events.of("worker_exited").map(({ reason }) => reason), ["rejected"]);
});

Deno.test("PreforkMode has served a connection only when the end of its worker has been told", async () => {
  await using stage = await Stage.open();
  stage.mode.start();
  const worker = await stage.played.readyWorker(1);
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const { stream } = await worker.accept();
  stream.close();
  worker.exit(0);
  await pair.client.closeWrite();
  await served;
  const names = stage.events.all.map(({ event }) => event);
  const order = ["connection_accepted", "connection_closed", "worker_exited"] as const;
  assertEquals(names.filter((name) => name !== "worker_started"), [...order]);
});

Deno.test("PreforkMode replaces a worker without a pause whose connection was its last, and uses the next", async () => {
  await using stage = await Stage.open({ connectionsPerWorker: 1 });
  stage.mode.start();
  for (let number = 1; number <= 3; number++) {
    const worker = await stage.played.readyWorker(number);
    using pair = await TcpPair.open();
    const served = stage.serve(pair);
    const { stream } = await worker.accept();
    stream.close();
    worker.exit(0);
    await pair.client.closeWrite();
    await served;
  }
  await stage.played.readyWorker(4);
  assertEquals(stage.servedBy, stage.played.started.slice(0, 3).map(({ pid }) => pid));
  assertEquals(stage.hasPaused, false);
});

Deno.test("PreforkMode pauses after a worker that ends before it has got the connection it was taken for", async () => {
  await using stage = await Stage.open();
  stage.mode.start();
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const failed = await stage.played.worker(1);
  using _ = failToConnect([systemError("EMFILE")]);
  await failed.becomeReady();
  await stage.clock.sleeps(100);
  failed.exit(0);
  // One pause is that until the next try to connect, the other the pool's.
  await stage.clock.pass(100);
  await stage.clock.pass(100);
  const worker = await stage.played.readyWorker(2);
  const echoed = worker.echo();
  await pair.client.closeWrite();
  await Promise.all([served, echoed]);
  assertEquals(stage.servedBy, [worker.pid]);
});

/** Idle timeouts, how long a connection waits for a worker then, and why it is closed. */
const WAITS = [[500, 500, "idle_timeout"], [0, 61_000, "worker_failed"]] as const;

for (const [idleTimeoutMs, waitMs, reason] of WAITS) {
  Deno.test(`PreforkMode closes a connection that has waited ${waitMs} ms for a worker`, async () => {
    await using stage = await Stage.open({ idleTimeoutMs });
    using pair = await TcpPair.open();
    const served = stage.serve(pair);
    await stage.clock.pass(waitMs);
    await served;
    assertEquals(await readAll(pair.client), "");
    assertEquals([stage.servedBy, stage.reasons], [[null], [reason]]);

    // It does not take the worker that comes too late for it.
    stage.mode.start();
    await stage.roundTrip(await stage.played.readyWorker(1));
  });
}

Deno.test("PreforkMode keeps the worker of a connection that was given up for want of a descriptor", async () => {
  await using stage = await Stage.open();
  stage.mode.start();
  const worker = await stage.played.readyWorker(1);
  {
    using _ = failToConnect(Array.from({ length: 99 }, () => systemError("EMFILE")));
    using pair = await TcpPair.open();
    await stage.clock.run(stage.serve(pair));
    assertEquals(await readAll(pair.client), "");
  }
  assertEquals([stage.servedBy, stage.reasons], [[worker.pid], ["idle_timeout"]]);
  await stage.roundTrip(worker);
  assertEquals(stage.events.of("worker_exited"), []);
});

Deno.test("PreforkMode.drain() leaves everything as it is: a connection may wait for a worker's replacement", async () => {
  await using stage = await Stage.open();
  stage.mode.start();
  const first = await stage.played.readyWorker(1);
  await stage.roundTrip(first);
  stage.mode.drain();
  first.dieOf("SIGKILL");
  await stage.roundTrip(await stage.played.readyWorker(2));
});

Deno.test("PreforkMode.endAll() closes a connection that waits for a worker, and starts none any more", async () => {
  await using stage = await Stage.open();
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  await stage.mode.endAll();
  await served;
  assertEquals(stage.clock.sleeping, 0);
  assertEquals([stage.servedBy, stage.reasons], [[null], ["server_stopped"]]);
  assertEquals(await readAll(pair.client), "");
  stage.mode.start();
  assertEquals(stage.played.started.length, 0);
});

Deno.test("PreforkMode.endAll() ends the connections that are being served, and every worker", async () => {
  await using stage = await Stage.open();
  stage.mode.start();
  const worker = await stage.played.readyWorker(1);
  using pair = await TcpPair.open();
  const served = stage.serve(pair);
  const { stream } = await worker.accept();
  await stage.mode.endAll();
  await served;
  stream.close();
  assertEquals(stage.reasons, ["server_stopped"]);
  assertEquals(stage.events.of("worker_exited").map(({ reason }) => reason), ["killed_by_us"]);
  assertEquals(stage.played.started.length, 1);
});

Deno.test("PreforkMode leaves no worker and no folder when it is disposed", async () => {
  const stage = await Stage.open();
  stage.mode.start();
  await stage.played.readyWorker(1);
  assertEquals(stage.played.folder.names().length, 1);
  await stage.mode[Symbol.asyncDispose]();
  assertEquals(stage.played.folder.names(), []);
  assertEquals(stage.events.of("worker_exited").length, 1);
  await stage[Symbol.asyncDispose]();
});
