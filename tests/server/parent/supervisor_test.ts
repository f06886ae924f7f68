import { OperationalError } from "../../../ipc/errors.ts";
import type { ControlChannel } from "../../../ipc/control.ts";
import { Supervisor } from "../../../server/parent/supervisor.ts";
import type { WorkerProcess } from "../../../server/parent/process/worker_process.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { systemError } from "../../support/system_error.ts";
import { FakeChannel, FakeProcess } from "../fake_process.ts";
import { RecordedEvents } from "../recorded_events.ts";

/** The pid of the first worker; the others count on. */
const PID = 4001;

type Spawn = (pid: number, clock: FakeClock) => FakeProcess;

/** A supervisor whose processes, hub and clock are the test's. */
class Stage {
  readonly clock = new FakeClock();
  readonly events = new RecordedEvents();
  readonly forgotten: number[] = [];
  readonly supervisor: Supervisor;
  readonly spawn: (worker: number) => FakeProcess;
  readonly #hellos = new Map<number, (channel: ControlChannel) => void>();

  #started: FakeProcess | null = null;

  constructor(spawn: Spawn = (pid, clock) => new FakeProcess(pid, clock)) {
    this.supervisor = new Supervisor({
      events: this.events.bus,
      clock: this.clock,
      hub: {
        expect: (worker) => {
          const { promise, resolve } = Promise.withResolvers<ControlChannel>();
          this.#hellos.set(worker, resolve);
          return promise;
        },
        forget: (worker) => void this.forgotten.push(worker),
      },
    });
    this.spawn = (worker) => this.#started = spawn(PID + worker - 1, this.clock);
  }

  /** Starts a worker that has not said hello. */
  start(): { worker: WorkerProcess; process: FakeProcess } {
    const worker = this.supervisor.start(this.spawn);
    assert(worker !== null && this.#started !== null);
    return { worker, process: this.#started };
  }

  /** Lets a worker say hello. */
  greet(worker: WorkerProcess, process: FakeProcess): FakeChannel {
    const channel = new FakeChannel(process);
    this.#hellos.get(worker.number)?.(channel.channel);
    return channel;
  }

  /** Starts a worker that says hello. */
  async startReady() {
    const started = this.start();
    const channel = this.greet(started.worker, started.process);
    assertEquals(await started.worker.ready, true);
    return { ...started, channel };
  }
}

Deno.test("Supervisor.start() starts a process and tells it, with numbers from 1", () => {
  const { supervisor, events, spawn } = new Stage();
  const workers = [supervisor.start(spawn), supervisor.start(spawn)];
  assertEquals(workers.map((worker) => [worker?.number, worker?.pid]), [[1, PID], [2, PID + 1]]);
  assertEquals(events.all, [
    { event: "worker_started", workerPid: PID },
    { event: "worker_started", workerPid: PID + 1 },
  ]);
});

Deno.test("Supervisor.start() makes a worker ready when it says hello, and stops the time", async () => {
  const stage = new Stage();
  const { worker, process, channel } = await stage.startReady();
  assertEquals(stage.forgotten, [1]);
  assertEquals(stage.clock.asked, [60_000]);
  assertEquals(stage.clock.sleeping, 0);
  assertEquals(channel.isClosed, false);

  process.exit(0);
  await worker.exited;
  assertEquals(channel.isClosed, true);
});

Deno.test("Supervisor.start() returns null and tells why if the process cannot be started", () => {
  const stage = new Stage(() => {
    throw systemError("EAGAIN");
  });
  assertEquals(stage.supervisor.start(stage.spawn), null);
  assertEquals(stage.events.all, [{
    event: "worker_failed",
    workerPid: null,
    error: "Cannot start a worker: the limit of processes or memory is reached",
  }]);
  assertEquals(stage.forgotten, [1]);
  assertEquals(stage.clock.asked, []);
});

Deno.test("Supervisor.start() throws on what starting a process should never meet", () => {
  const stage = new Stage(() => {
    throw new RangeError("a bug");
  });
  assertThrows(() => stage.supervisor.start(stage.spawn), RangeError, "a bug");
  assertEquals(stage.events.all, []);
});

/** How a worker ends by itself, and what is told of it. */
const ENDS = [
  ["exits with status 0", (process: FakeProcess) => process.exit(0), {
    status: 0,
    signal: null,
    reason: "exited",
  }],
  ["exits with status 70", (process: FakeProcess) => process.exit(70), {
    status: 70,
    signal: null,
    reason: "exited",
  }],
  ["is killed by somebody else", (process: FakeProcess) => process.dieOf("SIGSEGV"), {
    status: null,
    signal: "SIGSEGV",
    reason: "crashed",
  }],
] as const;

for (const [what, end, expected] of ENDS) {
  Deno.test(`Supervisor tells of a worker that ${what}`, async () => {
    const stage = new Stage();
    const { worker, process } = await stage.startReady();
    end(process);
    const exit = { workerPid: PID, ...expected };
    assertEquals(await worker.exited, exit);
    await worker.reported;
    assertEquals(stage.events.of("worker_exited"), [{ event: "worker_exited", ...exit }]);
    assertEquals(stage.events.of("worker_failed"), []);
  });
}

Deno.test("Worker.reportAfter() has the end of a worker told after something else", async () => {
  const stage = new Stage();
  const [first, second] = [await stage.startReady(), await stage.startReady()];
  const other = Promise.withResolvers<void>();
  first.worker.reportAfter(other.promise);
  for (const { process, worker } of [first, second]) {
    process.exit(0);
    assertEquals((await worker.exited).status, 0);
  }
  await second.worker.reported;
  other.resolve();
  await first.worker.reported;
  const told = stage.events.of("worker_exited").map(({ workerPid }) => workerPid);
  assertEquals(told, [second.worker.pid, first.worker.pid]);
});

Deno.test("Supervisor tells of a worker that exits before its hello, which never gets ready", async () => {
  const stage = new Stage();
  const { worker, process } = stage.start();
  process.exit(1);
  assertEquals(await worker.ready, false);
  assertEquals(stage.events.of("worker_failed"), [
    {
      event: "worker_failed",
      workerPid: PID,
      error: `Worker ${PID} ended before it was ready`,
    },
  ]);
  assertEquals((await worker.exited).reason, "exited");
  assertEquals(stage.forgotten, [1]);
  assertEquals(stage.clock.sleeping, 0);
});

Deno.test("Supervisor tells the first only in a row of workers that fail in the same way", async () => {
  const stage = new Stage();
  for (let failure = 1; failure <= 3; failure++) {
    const { worker, process } = stage.start();
    process.exit(1);
    assertEquals(await worker.ready, false);
  }
  assertEquals(stage.events.of("worker_failed").map(({ workerPid }) => workerPid), [PID]);
});

Deno.test("Supervisor tells a failure of another kind, and one after a worker that got ready", async () => {
  const stage = new Stage();
  const early = stage.start();
  early.process.exit(1);
  await early.worker.ready;
  const late = stage.start();
  await stage.clock.pass(60_000);
  await late.worker.ready;
  await stage.startReady();
  const another = stage.start();
  await stage.clock.pass(60_000);
  await another.worker.ready;
  assertEquals(stage.events.of("worker_failed").map(({ error }) => error), [
    `Worker ${PID} ended before it was ready`,
    `Worker ${PID + 1} was not ready after 60 s`,
    `Worker ${PID + 3} was not ready after 60 s`,
  ]);
});

Deno.test("Supervisor tells once that processes cannot be started, until a worker gets ready", async () => {
  let canStart = false;
  const stage = new Stage((pid, clock) => {
    if (!canStart) throw systemError("EAGAIN");
    return new FakeProcess(pid, clock);
  });
  for (let failure = 1; failure <= 3; failure++) {
    assertEquals(stage.supervisor.start(stage.spawn), null);
  }
  assertEquals(stage.events.all.length, 1);
  canStart = true;
  await stage.startReady();
  canStart = false;
  assertEquals(stage.supervisor.start(stage.spawn), null);
  assertEquals(stage.events.of("worker_failed").length, 2);
});

Deno.test("Supervisor kills a worker that has not said hello after a minute", async () => {
  const stage = new Stage();
  const { worker, process } = stage.start();
  await stage.clock.pass(60_000);
  assertEquals(await worker.ready, false);
  assertEquals(process.received, ["60000 ms: SIGKILL"]);
  assertEquals(stage.events.of("worker_failed"), [
    {
      event: "worker_failed",
      workerPid: PID,
      error: `Worker ${PID} was not ready after 60 s`,
    },
  ]);
  assertEquals(stage.forgotten, [1]);

  process.dieOf("SIGKILL");
  assertEquals(await worker.exited, {
    workerPid: PID,
    status: null,
    signal: "SIGKILL",
    reason: "timed_out",
  });
});

Deno.test("Worker.reject() kills the worker at once, and tells why", async () => {
  const stage = new Stage();
  const { worker, process } = await stage.startReady();
  worker.reject("nobody listens there");
  assertEquals(process.received, ["0 ms: SIGKILL"]);
  assertEquals(stage.events.of("worker_failed"), [{
    event: "worker_failed",
    workerPid: PID,
    error: `Cannot connect to worker ${PID}: nobody listens there`,
  }]);
  process.dieOf("SIGKILL");
  assertEquals((await worker.exited).reason, "rejected");
});

Deno.test("Worker.reject() leaves a worker alone that is being ended already", async () => {
  const stage = new Stage();
  const { worker, process } = await stage.startReady();
  const ended = stage.supervisor.endAll();
  worker.reject("nobody listens there");
  await process.receives("stop");
  process.exit(0);
  await ended;
  assertEquals(process.received, ["0 ms: stop"]);
  assertEquals(stage.events.of("worker_failed"), []);
  assertEquals((await worker.exited).reason, "killed_by_us");
});

Deno.test("Supervisor.endAll() does not change the reason of a worker that timed out", async () => {
  const stage = new Stage();
  const { worker, process } = stage.start();
  await stage.clock.pass(60_000);
  await worker.ready;
  const ended = stage.supervisor.endAll();
  process.dieOf("SIGKILL");
  await ended;
  assertEquals((await worker.exited).reason, "timed_out");
});

Deno.test("Supervisor closes the channel of a hello that comes after the exit", async () => {
  const stage = new Stage();
  const { worker, process } = stage.start();
  process.exit(0);
  await worker.exited;
  const channel = stage.greet(worker, process);
  assertEquals(await worker.ready, false);
  assertEquals(channel.isClosed, true);
});

Deno.test("Supervisor.endAll() without workers does nothing", async () => {
  const stage = new Stage();
  await stage.supervisor.endAll();
  assertEquals(stage.clock.asked, []);
});

Deno.test("Supervisor.endAll() sends a worker the stop message, and nothing more if it obeys", async () => {
  const stage = new Stage();
  const { worker, process } = await stage.startReady();
  const ended = stage.supervisor.endAll();
  await process.receives("stop");
  process.exit(0);
  await ended;
  assertEquals(process.received, ["0 ms: stop"]);
  assertEquals(await worker.exited, {
    workerPid: PID,
    status: 0,
    signal: null,
    reason: "killed_by_us",
  });
  assertEquals(stage.clock.sleeping, 0);
});

Deno.test("Supervisor.endAll() sends SIGTERM to a worker that ignores the stop message for a second", async () => {
  const stage = new Stage();
  const { worker, process } = await stage.startReady();
  const ended = stage.supervisor.endAll();
  await stage.clock.pass(1000);
  await process.receives("SIGTERM");
  process.dieOf("SIGTERM");
  await ended;
  assertEquals(process.received, ["0 ms: stop", "1000 ms: SIGTERM"]);
  assertEquals((await worker.exited).reason, "killed_by_us");
});

Deno.test("Supervisor.endAll() sends SIGKILL after a second to a worker that is shielded from SIGTERM", async () => {
  const stage = new Stage();
  const { process } = await stage.startReady();
  process.isShielded = true;
  const ended = stage.supervisor.endAll();
  await stage.clock.pass(1000);
  await process.receives("SIGKILL");
  process.dieOf("SIGKILL");
  await ended;
  assertEquals(process.received, ["0 ms: stop", "1000 ms: SIGKILL"]);
});

Deno.test("Supervisor.endAll() sends SIGKILL to a worker that ignores SIGTERM", async () => {
  const stage = new Stage();
  const { worker, process } = await stage.startReady();
  const ended = stage.supervisor.endAll();
  await stage.clock.pass(1000);
  await stage.clock.pass(1000);
  await process.receives("SIGKILL");
  process.dieOf("SIGKILL");
  await ended;
  assertEquals(process.received, ["0 ms: stop", "1000 ms: SIGTERM", "2000 ms: SIGKILL"]);
  assertEquals(await worker.exited, {
    workerPid: PID,
    status: null,
    signal: "SIGKILL",
    reason: "killed_by_us",
  });
});

Deno.test("Supervisor.endAll() gives up 10 s after SIGKILL on a process that the kernel keeps", async () => {
  const stage = new Stage();
  await stage.startReady();
  const ended = stage.supervisor.endAll();
  for (const waitMs of [1000, 1000, 10_000]) await stage.clock.pass(waitMs);
  await ended;
  assertEquals(stage.events.of("worker_exited"), []);
});

Deno.test("Supervisor.endAll() goes on with those only that have not ended", async () => {
  const stage = new Stage();
  const obedient = await stage.startReady();
  const stubborn = await stage.startReady();
  const ended = stage.supervisor.endAll();
  await obedient.process.receives("stop");
  obedient.process.exit(0);
  await obedient.worker.exited;
  await stage.clock.pass(1000);
  await stubborn.process.receives("SIGTERM");
  stubborn.process.dieOf("SIGTERM");
  await ended;
  assertEquals(obedient.process.received, ["0 ms: stop"]);
  assertEquals(stubborn.process.received, ["0 ms: stop", "1000 ms: SIGTERM"]);
});

Deno.test("Supervisor.endAll() ends a worker that has not said hello, and does not call that a failure", async () => {
  const stage = new Stage();
  const { worker, process } = stage.start();
  const ended = stage.supervisor.endAll();
  await stage.clock.pass(1000);
  await process.receives("SIGTERM");
  process.dieOf("SIGTERM");
  await ended;
  assertEquals(await worker.ready, false);
  assertEquals(process.received, ["1000 ms: SIGTERM"]);
  assertEquals(stage.events.of("worker_failed"), []);
});

Deno.test("Supervisor.endAll() bears a process that was reaped a moment ago", async () => {
  const stage = new Stage((pid, clock) => new ReapedProcess(pid, clock));
  const { process } = await stage.startReady();
  const ended = stage.supervisor.endAll();
  await stage.clock.pass(1000);
  await process.receives("SIGTERM");
  process.exit(0);
  await ended;
});

/** Refuses signals, with the error that Deno throws for a process it has reaped. */
class ReapedProcess extends FakeProcess {
  override kill(signal?: Deno.Signal): void {
    super.kill(signal);
    throw new TypeError("Child process has already terminated");
  }
}

Deno.test("Supervisor.endAll() throws on what a signal should never meet", async () => {
  const stage = new Stage((pid, clock) => new ForbiddenProcess(pid, clock));
  await stage.startReady();
  const ended = stage.supervisor.endAll();
  await Promise.all([
    assertRejects(() => ended, Deno.errors.PermissionDenied),
    stage.clock.pass(1000),
  ]);
});

/** Refuses signals, as a process of another user does. */
class ForbiddenProcess extends FakeProcess {
  override kill(): void {
    throw new Deno.errors.PermissionDenied("Operation not permitted (os error 1)");
  }
}

Deno.test("Supervisor ends and reaps its workers when it is disposed", async () => {
  const stage = new Stage();
  const { process } = await stage.startReady();
  const disposed = stage.supervisor[Symbol.asyncDispose]();
  await process.receives("stop");
  process.exit(0);
  await disposed;
  assertEquals(stage.events.of("worker_exited").length, 1);
});

Deno.test("Supervisor.end() ends that worker by ever stronger means, and leaves the others alone", async () => {
  const stage = new Stage();
  const other = await stage.startReady();
  const { worker, process } = await stage.startReady();
  const ended = stage.supervisor.end(worker);
  await stage.clock.pass(1000);
  await stage.clock.pass(1000);
  await process.receives("SIGKILL");
  process.dieOf("SIGKILL");
  await ended;
  assertEquals(process.received, ["0 ms: stop", "1000 ms: SIGTERM", "2000 ms: SIGKILL"]);
  assertEquals((await worker.exited).reason, "killed_by_us");
  assertEquals(other.process.received, []);
  assertEquals(stage.supervisor.isEnding, false);
  assert(stage.supervisor.start(stage.spawn) !== null, "other workers are still started");
});

Deno.test("Supervisor.end() goes no further when the worker obeys", async () => {
  const stage = new Stage();
  const { worker, process } = await stage.startReady();
  const ended = stage.supervisor.end(worker);
  await process.receives("stop");
  process.exit(0);
  await ended;
  assertEquals(process.received, ["0 ms: stop"]);
  assertEquals(stage.clock.sleeping, 0);
});

Deno.test("Supervisor.end() does nothing to a worker that has ended", async () => {
  const stage = new Stage();
  const { worker, process } = await stage.startReady();
  process.exit(0);
  await worker.exited;
  await stage.supervisor.end(worker);
  assertEquals(process.received, []);
  assertEquals(stage.clock.asked, [60_000]);
  assertEquals((await worker.exited).reason, "exited");
});

Deno.test("Supervisor without a hub has workers that are ready at once, and are told by the end of their input", async () => {
  const clock = new FakeClock();
  const events = new RecordedEvents();
  const supervisor = new Supervisor({ events: events.bus, clock, hub: null });
  const process = new HubLessProcess(PID, clock);
  const worker = supervisor.start(() => process);
  assert(worker !== null);
  assertEquals(await worker.ready, true);
  assertEquals(clock.sleeping, 0);

  const ended = supervisor.endAll();
  await clock.pass(1000);
  await process.receives("SIGTERM");
  process.dieOf("SIGTERM");
  await ended;
  assertEquals(process.received, ["0 ms: end of input", "1000 ms: SIGTERM"]);
  assertEquals(supervisor.isEnding, true);
  assertEquals(supervisor.start(() => new HubLessProcess(PID, clock)), null);
  assertEquals(events.of("worker_started").length, 1);
});

Deno.test("Supervisor.endAll() waits for no answer to what a program cannot be told", async () => {
  const clock = new FakeClock();
  const events = new RecordedEvents();
  const supervisor = new Supervisor({ events: events.bus, clock, hub: null });
  const process = new HubLessProcess(PID, clock);
  Object.assign(process, { closeInput: undefined });
  supervisor.start(() => process);
  const ended = supervisor.endAll();
  await process.receives("SIGTERM");
  process.dieOf("SIGTERM");
  await ended;
  assertEquals(process.received, ["0 ms: SIGTERM"]);
});

Deno.test("Supervisor without a hub tells once of programs that cannot be executed, until one was", () => {
  const clock = new FakeClock();
  const events = new RecordedEvents();
  const supervisor = new Supervisor({ events: events.bus, clock, hub: null });
  const error = "Cannot execute cat: permission denied";
  for (const isExecuted of [false, false, true, false]) {
    const worker = supervisor.start(() => {
      if (!isExecuted) throw new OperationalError(error);
      return new HubLessProcess(PID, clock);
    });
    assertEquals([worker !== null, supervisor.isShort], [isExecuted, false]);
  }
  assertEquals(events.of("worker_failed").map(({ workerPid, error }) => [workerPid, error]), [
    [null, error],
    [null, error],
  ]);
});

/** Has no control channel. */
class HubLessProcess extends FakeProcess {
  closeInput(): void {
    this.record("end of input");
  }
}
