import { ControlChannel, type ControlMessage } from "../../../../ipc/control.ts";
import { WorkerProcess } from "../../../../server/parent/process/worker_process.ts";
import { assertEquals } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { FakeProcess } from "../../fake_process.ts";
import { FakeWorker, FIRST_PID as PID } from "../../fake_worker.ts";
import { RecordedEvents } from "../../recorded_events.ts";

function startWorker() {
  const clock = new FakeClock();
  const events = new RecordedEvents();
  return { clock, events, fake: new FakeWorker(1, { clock, events: events.bus }) };
}

async function startReadyWorker() {
  const started = startWorker();
  await started.fake.becomeReady();
  return { ...started, worker: started.fake.worker };
}

Deno.test("WorkerProcess is known by its number and the pid of its process", () => {
  const { worker: { number, pid } } = startWorker().fake;
  assertEquals([number, pid], [1, PID]);
});

Deno.test("WorkerProcess.engage() resolves to finished when the worker says so", async () => {
  const { fake, worker } = await startReadyWorker();
  const engaged = worker.engage().done;
  fake.finish();
  assertEquals(await engaged, "finished");
});

Deno.test("WorkerProcess.engage() resolves to exited when the worker ends first", async () => {
  const { fake, worker } = await startReadyWorker();
  const engaged = worker.engage().done;
  fake.process.exit(0);
  assertEquals(await engaged, "exited");
});

Deno.test("WorkerProcess.engage() resolves to exited for a worker that has ended already", async () => {
  const { fake, worker } = await startReadyWorker();
  fake.process.exit(0);
  await worker.exited;
  assertEquals(await worker.engage().done, "exited");
});

Deno.test("WorkerProcess.engage() waits for each connection anew", async () => {
  const { fake, worker } = await startReadyWorker();
  for (let connection = 1; connection <= 3; connection++) {
    const engaged = worker.engage().done;
    fake.finish();
    assertEquals(await engaged, "finished");
  }
  const last = worker.engage().done;
  fake.process.dieOf("SIGKILL");
  assertEquals(await last, "exited", "what was finished before counts no more");
});

/** What a worker does not owe, once it has said hello. */
const UNEXPECTED: readonly ControlMessage[] = [
  { type: "finished" },
  { type: "hello", worker: 1 },
  { type: "stop" },
  { type: "hangup", connection: 1 },
];

for (const message of UNEXPECTED) {
  Deno.test(`WorkerProcess ends a worker that sends ${message.type} unasked, and reads no more from it`, async () => {
    const { fake, worker } = await startReadyWorker();
    for (let i = 0; i < 1000; i++) fake.channel.send(message);
    await fake.process.receives("SIGKILL");
    assertEquals(fake.process.received, ["0 ms: SIGKILL"]);
    assertEquals(fake.failures, [[
      "A worker does not speak the control channel's language",
      `Worker ${PID}: Nobody expects the control message ${JSON.stringify(message)}`,
    ]]);
    assertEquals(fake.channel.unread, 999);
    fake.process.dieOf("SIGKILL");
    assertEquals((await worker.exited).reason, "rejected");
    await worker.reported;
  });
}

Deno.test("WorkerProcess ends a worker that finishes one connection twice", async () => {
  const { fake, worker } = await startReadyWorker();
  const engaged = worker.engage().done;
  fake.finish();
  fake.finish();
  assertEquals(await engaged, "finished");
  await fake.process.receives("SIGKILL");
  fake.process.dieOf("SIGKILL");
  assertEquals((await worker.exited).reason, "rejected");
});

Deno.test("WorkerProcess bears a worker that sends what is no message", async () => {
  const { fake, events } = startWorker();
  const { worker } = fake;
  const unhandled: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", onUnhandled);
  try {
    fake.greet(
      new ControlChannel({
        read(buffer) {
          buffer.set(bytesOf("nonsense\n"));
          return Promise.resolve(9);
        },
        write: (bytes) => Promise.resolve(bytes.length),
        closeWrite: () => Promise.resolve(),
        close() {},
      }),
    );
    await worker.ready;
    fake.process.exit(0);
    await worker.reported.catch((error) => unhandled.push(error));
  } finally {
    removeEventListener("unhandledrejection", onUnhandled);
  }
  assertEquals(unhandled, []);
  assertEquals(events.of("worker_exited").length, 1);
});

Deno.test("WorkerProcess.reportAfter() holds back the telling of its end, not the end", async () => {
  const { fake, worker, events } = await startReadyWorker();
  const other = Promise.withResolvers<void>();
  worker.reportAfter(other.promise);
  fake.process.exit(0);
  const exit = { workerPid: PID, status: 0, signal: null, reason: "exited" } as const;
  assertEquals(await worker.exited, exit);
  assertEquals(events.all, []);
  other.resolve();
  await worker.reported;
  assertEquals(events.all, [{ event: "worker_exited", ...exit }]);
});

Deno.test("WorkerProcess.reject() names the worker in its error, and not in the kind of it", async () => {
  const { fake, worker } = await startReadyWorker();
  worker.reject("connection refused");
  assertEquals(fake.failures, [[
    "Cannot connect to worker: connection refused",
    `Cannot connect to worker ${PID}: connection refused`,
  ]]);
  assertEquals(fake.process.received, ["0 ms: SIGKILL"]);
  fake.process.dieOf("SIGKILL");
  assertEquals(await worker.exited, {
    workerPid: PID,
    status: null,
    signal: "SIGKILL",
    reason: "rejected",
  });
});

Deno.test("WorkerProcess.reject() a second time does nothing", async () => {
  const { fake, worker } = await startReadyWorker();
  worker.reject("connection refused");
  worker.reject("connection reset");
  assertEquals(fake.failures.length, 1);
  assertEquals(fake.process.received, ["0 ms: SIGKILL"]);
});

Deno.test("WorkerProcess.end() stops a worker that says hello only afterwards", async () => {
  const { fake } = startWorker();
  await fake.worker.end("control");
  assertEquals(fake.process.received, []);
  fake.greet();
  await fake.process.receives("stop");
  assertEquals(fake.process.received, ["0 ms: stop"]);
  fake.process.exit(0);
  assertEquals((await fake.worker.exited).reason, "killed_by_us");
  assertEquals(fake.failures, []);
});

Deno.test("WorkerProcess stops a worker that says hello after its time was over", async () => {
  const { fake, clock } = startWorker();
  await clock.pass(60_000);
  assertEquals(await fake.worker.ready, false);
  fake.greet();
  await fake.process.receives("stop");
  fake.process.dieOf("SIGKILL");
  await fake.worker.reported;
  assertEquals(fake.channel.isClosed, true);
  assertEquals(fake.failures, [
    ["not ready in time", `Worker ${PID} was not ready after 60 s`],
  ]);
});

Deno.test("WorkerProcess closes its channel when it has ended", async () => {
  const { fake, worker } = await startReadyWorker();
  assertEquals(fake.channel.isClosed, false);
  fake.process.exit(0);
  await worker.exited;
  assertEquals(fake.channel.isClosed, true);
});

Deno.test("WorkerProcess.hangUp() tells the worker of which connection the client is lost", async () => {
  const sent: ControlMessage[] = [];
  const { fake, worker } = await startReadyWorkerThatRecords(sent);
  await worker.hangUp(12);
  assertEquals(sent, [{ type: "hangup", connection: 12 }]);
  fake.process.exit(0);
  assertEquals((await worker.exited).reason, "exited", "it was not ended");
});

Deno.test("WorkerProcess.hangUp() does nothing before the hello", async () => {
  const { fake } = startWorker();
  await fake.worker.hangUp(12);
  assertEquals(fake.process.received, []);
  fake.process.exit(0);
  await fake.worker.reported;
});

/** A ready worker whose messages are kept. */
async function startReadyWorkerThatRecords(sent: ControlMessage[]) {
  const { fake } = startWorker();
  const closed = Promise.withResolvers<null>();
  const channel = new ControlChannel({
    read: () => closed.promise,
    write(bytes) {
      sent.push(JSON.parse(new TextDecoder().decode(bytes)));
      return Promise.resolve(bytes.length);
    },
    closeWrite: () => Promise.resolve(),
    close: () => closed.resolve(null),
  });
  fake.greet(channel);
  assertEquals(await fake.worker.ready, true);
  return { fake, worker: fake.worker };
}

/** A worker without a control channel, as a program is. */
function startWithoutChannel() {
  const clock = new FakeClock();
  const events = new RecordedEvents();
  const process = new ProgramProcess(PID, clock);
  const failures: string[] = [];
  const worker = new WorkerProcess(process, {
    number: 1,
    hello: null,
    events: events.bus,
    clock,
    onFailed: (kind) => void failures.push(kind),
  });
  return { clock, events, process, failures, worker };
}

/** Records the end of its input. */
class ProgramProcess extends FakeProcess {
  closeInput(): void {
    this.record("end of input");
  }
}

Deno.test("WorkerProcess tells that it was reaped only where somebody waits for it", async () => {
  for (const isNeverReaped of [false, true]) {
    const clock = new FakeClock();
    const events = new RecordedEvents();
    const reaped: string[] = [];
    events.bus.subscribe(["worker_reaped"], ({ event }) => void reaped.push(event));
    const process = new FakeProcess(PID, clock);
    const { pid, status } = process;
    const worker = new WorkerProcess(
      { pid, status, kill: () => process.kill(), isNeverReaped },
      { number: 1, hello: null, events: events.bus, clock, onFailed() {} },
    );
    process.exit(0);
    assertEquals((await worker.exited).reason, "exited");
    assertEquals(reaped, isNeverReaped ? [] : ["worker_reaped"]);
  }
});

Deno.test("WorkerProcess without a hello is ready at once, and nothing waits", async () => {
  const { worker, clock, process, failures } = startWithoutChannel();
  assertEquals(await worker.ready, true);
  assertEquals(clock.sleeping, 0);
  process.exit(3);
  assertEquals(await worker.exited, {
    workerPid: PID,
    status: 3,
    signal: null,
    reason: "exited",
  });
  assertEquals(failures, []);
});

Deno.test("WorkerProcess without a hello is told by the end of its input, then by signals", async () => {
  const { worker, process } = startWithoutChannel();
  await worker.end("control");
  await worker.end("SIGTERM");
  assertEquals(process.received, ["0 ms: end of input", "0 ms: SIGTERM"]);
  process.dieOf("SIGTERM");
  assertEquals((await worker.exited).reason, "killed_by_us");
});

/** By which means workers of these events are told to end, from now on. */
function recordMeans({ bus }: RecordedEvents): string[] {
  const means: string[] = [];
  bus.subscribe(["worker_told_to_end"], (event) => {
    if (event.event === "worker_told_to_end") means.push(`${event.workerPid}: ${event.by}`);
  });
  return means;
}

Deno.test("WorkerProcess.end() tells by which means", async () => {
  const { fake, worker, events } = await startReadyWorker();
  const means = recordMeans(events);
  await worker.end("control");
  await worker.end("SIGTERM");
  assertEquals(means, [`${PID}: message`, `${PID}: SIGTERM`]);
  fake.process.dieOf("SIGTERM");
  await worker.reported;
});

Deno.test("WorkerProcess.end() tells of a message only when there is a channel for it", async () => {
  const { fake, events } = startWorker();
  const means = recordMeans(events);
  await fake.worker.end("control");
  assertEquals(means, []);
  fake.greet();
  await fake.process.receives("stop");
  assertEquals(means, [`${PID}: message`]);
  fake.process.exit(0);
  await fake.worker.reported;
});

Deno.test("WorkerProcess without a hello tells of the end of its input, if it has one", async () => {
  const { worker, process, events } = startWithoutChannel();
  const means = recordMeans(events);
  assertEquals(await worker.end("control"), true);
  assertEquals(means, [`${PID}: input`]);
  process.exit(0);
  await worker.reported;
});

Deno.test("WorkerProcess.end() says so where a program can be told by a signal alone", async () => {
  const { worker, process } = startWithoutChannel();
  Object.assign(process, { closeInput: undefined });
  assertEquals(await worker.end("control"), false);
  assertEquals(await worker.end("SIGTERM"), true);
  process.exit(0);
  await worker.reported;
});

Deno.test("WorkerProcess.hangUp() does nothing without a control channel", async () => {
  const { worker, process } = startWithoutChannel();
  await worker.hangUp(12);
  assertEquals(process.received, []);
  process.exit(0);
  await worker.reported;
});
