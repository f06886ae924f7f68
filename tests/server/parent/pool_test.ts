import { type PoolOptions, WorkerPool } from "../../../server/parent/pool.ts";
import type { WorkerProcess } from "../../../server/parent/process/worker_process.ts";
import { assert, assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeWorker, FIRST_PID } from "../fake_worker.ts";
import { RecordedEvents } from "../recorded_events.ts";

/** How long a worker may take until it is ready: not one of the pool's pauses. */
const START_MS = 60_000;

/** How long after a worker was taken that does not count its replacement is started. */
const REFILL_MS = 20;

/** A pool whose workers and clock are the test's. */
class Stage {
  readonly clock = new FakeClock();
  readonly events = new RecordedEvents();
  readonly pool: WorkerPool;
  /** Every worker that was started, in order. */
  readonly started: FakeWorker[] = [];
  /** Whether the next starts fail. */
  cannotStart = false;
  #next = Promise.withResolvers<void>();

  constructor(
    options: Partial<Pick<PoolOptions, "size" | "countsTaken" | "startsAtOnce" | "isBusy">> = {},
  ) {
    const { clock, events } = this;
    this.pool = new WorkerPool({
      size: 1,
      countsTaken: true,
      startsAtOnce: 99,
      ...options,
      start: () => this.#start(),
      clock,
      events: events.bus,
    });
  }

  #start(): WorkerProcess | null {
    if (this.cannotStart) return null;
    const { clock, events } = this;
    const fake = new FakeWorker(this.started.length + 1, { clock, events: events.bus });
    this.started.push(fake);
    this.#next.resolve();
    this.#next = Promise.withResolvers();
    return fake.worker;
  }

  /** Resolves to the worker of that number as soon as it has been started. */
  async worker(number: number): Promise<FakeWorker> {
    while (true) {
      const fake = this.started[number - 1];
      if (fake !== undefined) return fake;
      await this.#next.promise;
    }
  }

  /** Resolves to the worker of that number, ready and taken: the only one that is. */
  async takeReady(number: number): Promise<FakeWorker> {
    const fake = await this.worker(number);
    const taken = this.pool.take();
    fake.greet();
    assertEquals(await taken, fake.worker);
    return fake;
  }

  /** Makes the workers of these numbers ready, and idle in this order. */
  async makeIdle(...numbers: readonly number[]): Promise<void> {
    const taken: FakeWorker[] = [];
    for (const number of numbers) taken.push(await this.takeReady(number));
    for (const { worker } of taken) this.pool.giveBack(worker);
  }

  /** Makes the first worker ready, and takes it without having waited for it. */
  async takeFirstIdle(): Promise<FakeWorker> {
    const fake = await this.worker(1);
    fake.greet();
    for (let turn = 0; turn < 20; turn++) {
      await fake.worker.ready;
      if (this.pool.takeIdle() === fake.worker) return fake;
    }
    throw new Error("worker 1 does not get idle");
  }

  /** The pauses that the pool has made so far. */
  get pauses(): number[] {
    return this.clock.asked.filter((ms) => ms !== START_MS);
  }
}

/** Fills up in the order in which the promises resolve, with their places and what they resolve to. */
function watch<T>(promises: readonly Promise<T>[]): [place: number, value: T][] {
  const settled: [number, T][] = [];
  promises.forEach((promise, place) => promise.then((value) => settled.push([place, value])));
  return settled;
}

Deno.test("WorkerPool starts none before it is filled, and then as many as its size", () => {
  const { pool, started } = new Stage({ size: 3 });
  assertEquals(started.length, 0);
  pool.fill();
  assertEquals(started.length, 3);
  pool.fill();
  assertEquals(started.length, 3);
});

Deno.test("WorkerPool of size 0 starts none", () => {
  const { pool, started } = new Stage({ size: 0 });
  pool.fill();
  assertEquals([started.length, pool.takeIdle()], [0, null]);
});

Deno.test("WorkerPool starts no more at once than it may, and the next when one is ready", async () => {
  const stage = new Stage({ size: 4, startsAtOnce: 2 });
  stage.pool.fill();
  assertEquals(stage.started.length, 2);
  (await stage.worker(2)).greet();
  (await stage.worker(3)).greet();
  await stage.worker(4);
  assertEquals(stage.started.length, 4);
  assertEquals(stage.pauses, []);
});

Deno.test("WorkerPool starts none while something more urgent is going on", async () => {
  let isBusy = true;
  const stage = new Stage({ size: 2, startsAtOnce: 1, isBusy: () => isBusy });
  stage.pool.fill();
  assertEquals(stage.started.length, 0);
  isBusy = false;
  stage.pool.fill();
  assertEquals(stage.started.length, 1);

  isBusy = true;
  await stage.takeReady(1);
  assertEquals(stage.started.length, 1);
  isBusy = false;
  stage.pool.fill();
  assertEquals(stage.started.length, 2);
});

Deno.test("WorkerPool.takeIdle() gives no worker that is still starting", () => {
  const { pool } = new Stage();
  pool.fill();
  assertEquals(pool.takeIdle(), null);
});

Deno.test("WorkerPool.takeIdle() gives the worker that was ready last, and each once", async () => {
  const stage = new Stage({ size: 3 });
  stage.pool.fill();
  await stage.makeIdle(2, 3, 1);
  const taken = [1, 2, 3, 4].map(() => stage.pool.takeIdle()?.number ?? null);
  assertEquals(taken, [1, 3, 2, null]);
});

Deno.test("WorkerPool.giveBack() makes the worker the next one to be taken", async () => {
  const stage = new Stage({ size: 3 });
  stage.pool.fill();
  await stage.makeIdle(1, 2, 3);
  const [last, middle] = [stage.pool.takeIdle(), stage.pool.takeIdle()];
  assert(last !== null && middle !== null);
  stage.pool.giveBack(last);
  stage.pool.giveBack(middle);
  assertEquals(await stage.pool.take(), middle);
  assertEquals(await stage.pool.take(), last);
});

Deno.test("WorkerPool.take() waits until a worker is ready, first come, first served", async () => {
  const stage = new Stage({ size: 2 });
  const takes = [stage.pool.take(), stage.pool.take(), stage.pool.take()];
  const settled = watch(takes);
  stage.pool.fill();
  const [first, second] = [await stage.worker(1), await stage.worker(2)];
  second.greet();
  assertEquals(await takes[0], second.worker);
  assertEquals(settled, [[0, second.worker]]);
  first.greet();
  assertEquals(await takes[1], first.worker);
  stage.pool.giveBack(second.worker);
  assertEquals(await takes[2], second.worker);
  assertEquals(settled.map(([place]) => place), [0, 1, 2]);
  assertEquals(stage.pool.takeIdle(), null);
});

Deno.test("WorkerPool.take() waits no longer when its signal aborts, and takes no worker then", async () => {
  const stage = new Stage();
  const impatient = new AbortController();
  const takes = [stage.pool.take(impatient), stage.pool.take()];
  impatient.abort();
  assertEquals(await takes[0], null);
  stage.pool.fill();
  const first = await stage.worker(1);
  first.greet();
  assertEquals(await takes[1], first.worker);
});

Deno.test("WorkerPool.take() heeds its signal no more when it has a worker", async () => {
  const stage = new Stage();
  const impatient = new AbortController();
  stage.pool.fill();
  const taken = stage.pool.take(impatient);
  const first = await stage.worker(1);
  first.greet();
  assertEquals(await taken, first.worker);
  impatient.abort();
  stage.pool.giveBack(first.worker);
  assertEquals(stage.pool.takeIdle(), first.worker);
});

Deno.test("WorkerPool replaces a worker that ends, and does not hand out the dead one", async () => {
  const stage = new Stage({ size: 2 });
  stage.pool.fill();
  await stage.makeIdle(1, 2);
  const [first, second] = [await stage.worker(1), await stage.worker(2)];
  second.process.exit(0);
  await stage.worker(3);
  assertEquals(stage.pool.takeIdle(), first.worker);
  assertEquals(stage.pool.takeIdle(), null);
  assertEquals(stage.pauses, []);
});

Deno.test("WorkerPool replaces a taken worker that ends, and does not take it back", async () => {
  const stage = new Stage();
  stage.pool.fill();
  const { worker, process } = await stage.takeReady(1);
  stage.pool.noteServing(worker);
  process.exit(0);
  await stage.worker(2);
  stage.pool.giveBack(worker);
  assertEquals(stage.pool.takeIdle(), null);
});

Deno.test("WorkerPool counts a worker that is taken, where it is to", async () => {
  const stage = new Stage({ size: 1, countsTaken: true });
  stage.pool.fill();
  await stage.takeReady(1);
  stage.pool.fill();
  assertEquals(stage.started.length, 1);
});

Deno.test("WorkerPool replaces a worker a moment after it is taken, where it is not to count", async () => {
  const stage = new Stage({ size: 1, countsTaken: false });
  stage.pool.fill();
  await stage.takeFirstIdle();
  assertEquals(stage.started.length, 1);
  await stage.clock.pass(REFILL_MS);
  await stage.worker(2);
});

Deno.test("WorkerPool replaces a worker that somebody waited for in the same way, where it is not to count", async () => {
  const stage = new Stage({ size: 1, countsTaken: false });
  stage.pool.fill();
  await stage.takeReady(1);
  assertEquals(stage.clock.asked.includes(REFILL_MS), true);
  await stage.clock.pass(REFILL_MS);
  await stage.worker(2);
});

Deno.test("WorkerPool does not heed the end of a taken worker, where it is not to count", async () => {
  const stage = new Stage({ size: 1, countsTaken: false });
  stage.pool.fill();
  const first = await stage.takeFirstIdle();
  first.process.exit(1);
  await first.worker.reported;
  assertEquals(stage.pauses, [REFILL_MS]);
  assertEquals(stage.clock.sleeping, 1);
  assertEquals(stage.events.of("worker_failed"), []);
});

Deno.test("WorkerPool pauses after failures at once, ever longer, up to 30 s", async () => {
  const stage = new Stage();
  stage.pool.fill();
  const pauses = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000];
  for (const [failed, pauseMs] of pauses.entries()) {
    (await stage.worker(failed + 1)).process.exit(1);
    await stage.clock.sleeps(pauseMs);
    assertEquals(stage.started.length, failed + 1, "none is started during the pause");
    stage.pool.fill();
    assertEquals(stage.started.length, failed + 1, "not by fill() either");
    await stage.clock.pass(pauseMs);
  }
  await stage.worker(pauses.length + 1);
  assertEquals(stage.pauses, pauses);
});

Deno.test("WorkerPool pauses in the same way when a worker cannot even be started", async () => {
  const stage = new Stage({ size: 2 });
  stage.cannotStart = true;
  stage.pool.fill();
  for (const pauseMs of [100, 200, 400]) await stage.clock.pass(pauseMs);
  await stage.clock.sleeps(800);
  assertEquals(stage.pauses, [100, 200, 400, 800]);
  stage.cannotStart = false;
  await stage.clock.pass(800);
  await stage.worker(2);
  assertEquals(stage.started.length, 2);
  assertEquals(stage.events.all, [], "the supervisor has told it");
});

Deno.test("WorkerPool pauses also when a signal ends a worker that was ready", async () => {
  const stage = new Stage();
  stage.pool.fill();
  (await stage.takeReady(1)).process.dieOf("SIGSEGV");
  await stage.clock.pass(100);
  await stage.worker(2);
});

Deno.test("WorkerPool starts no other worker after one that ended before it was ready", async () => {
  const stage = new Stage({ size: 2, startsAtOnce: 1 });
  stage.pool.fill();
  (await stage.worker(1)).process.exit(1);
  await stage.clock.sleeps(100);
  assertEquals(stage.started.length, 1);
});

for (const status of [0, 1]) {
  Deno.test(`WorkerPool pauses ever longer after workers that end with status ${status} before they serve`, async () => {
    const stage = new Stage();
    stage.pool.fill();
    (await stage.worker(1)).process.exit(status);
    await stage.clock.pass(100);
    const idle = await stage.worker(2);
    await idle.becomeReady();
    idle.process.exit(status);
    await stage.clock.pass(200);
    // One that ends when it is taken already, but has not got its connection, is of no more use.
    (await stage.takeReady(3)).process.exit(status);
    await stage.clock.pass(400);
    await stage.worker(4);
    assertEquals(stage.pauses, [100, 200, 400]);
  });

  Deno.test(`WorkerPool does not pause after workers that end with status ${status} when they have got a connection`, async () => {
    const stage = new Stage();
    stage.pool.fill();
    for (const number of [1, 2, 3]) {
      const { worker, process } = await stage.takeReady(number);
      stage.pool.noteServing(worker);
      process.exit(status);
      await stage.worker(number + 1);
    }
    assertEquals(stage.pauses, []);
  });
}

Deno.test("WorkerPool pauses after a worker that breaks off its connection", async () => {
  const stage = new Stage();
  stage.pool.fill();
  const { worker, process } = await stage.takeReady(1);
  stage.pool.noteServing(worker);
  process.dieOf("SIGSEGV");
  await stage.clock.pass(100);
  await stage.worker(2);
});

Deno.test("WorkerPool does not pause after a worker that lived for a second, and forgets failures then", async () => {
  const stage = new Stage();
  stage.pool.fill();
  for (const [failed, pauseMs] of [100, 200].entries()) {
    (await stage.worker(failed + 1)).process.exit(1);
    await stage.clock.pass(pauseMs);
  }
  const old = await stage.takeReady(3);
  stage.clock.advance(1000);
  old.process.exit(1);
  (await stage.worker(4)).process.exit(1);
  await stage.clock.pass(100);
  await stage.worker(5);
  assertEquals(stage.pauses, [100, 200, 100]);
});

Deno.test("WorkerPool pauses after a worker that lived a little less than a second", async () => {
  const stage = new Stage();
  stage.pool.fill();
  const young = await stage.takeReady(1);
  stage.clock.advance(999);
  young.process.exit(70);
  await stage.clock.pass(100);
  await stage.worker(2);
});

Deno.test("WorkerPool forgets failures when a worker has finished a connection, whose end is none", async () => {
  const stage = new Stage();
  stage.pool.fill();
  (await stage.worker(1)).process.exit(1);
  await stage.clock.pass(100);
  const proven = await stage.takeReady(2);
  stage.pool.giveBack(proven.worker);
  proven.process.exit(1);
  (await stage.worker(3)).process.exit(1);
  await stage.clock.sleeps(100);
  assertEquals(stage.pauses, [100, 100]);
});

Deno.test("WorkerPool counts failures of the same moment as one", async () => {
  const stage = new Stage({ size: 3 });
  stage.pool.fill();
  const fail = async (numbers: readonly number[]) => {
    const fakes = await Promise.all(numbers.map((number) => stage.worker(number)));
    for (const { process } of fakes) process.exit(1);
    await Promise.all(fakes.map(({ worker }) => worker.reported));
  };
  await fail([1, 2, 3]);
  await stage.clock.pass(100);
  await fail([4, 5, 6]);
  await stage.clock.pass(200);
  await stage.worker(9);
  assertEquals(stage.started.length, 9);
  assertEquals(stage.pauses, [100, 200]);
});

Deno.test("WorkerPool tells once of workers in a row that end as soon as they are ready: of the second", async () => {
  const stage = new Stage();
  stage.pool.fill();
  for (const [failed, pauseMs] of [100, 200, 400].entries()) {
    (await stage.takeReady(failed + 1)).process.exit(70);
    await stage.clock.pass(pauseMs);
  }
  assertEquals(stage.events.of("worker_failed"), [{
    event: "worker_failed",
    workerPid: FIRST_PID + 1,
    error: `Worker ${FIRST_PID + 1} ended as soon as it was ready, like the one before`,
  }]);

  const { worker, process } = await stage.takeReady(4);
  stage.pool.giveBack(worker);
  process.exit(0);
  for (const [failed, pauseMs] of [100, 200].entries()) {
    (await stage.takeReady(failed + 5)).process.exit(70);
    await stage.clock.pass(pauseMs);
  }
  assertEquals(stage.events.of("worker_failed").map(({ workerPid }) => workerPid), [
    FIRST_PID + 1,
    FIRST_PID + 5,
  ]);
});

Deno.test("WorkerPool does not tell again of a worker that ended before it was ready", async () => {
  const stage = new Stage();
  stage.pool.fill();
  const fake = await stage.worker(1);
  fake.process.exit(1);
  await stage.clock.sleeps(100);
  assertEquals(fake.failures.length, 1);
  assertEquals(stage.events.of("worker_failed"), []);
});

Deno.test("WorkerPool does not tell again of a worker that was rejected", async () => {
  const stage = new Stage();
  stage.pool.fill();
  for (const [failed, pauseMs] of [100, 200].entries()) {
    const { worker, process } = await stage.takeReady(failed + 1);
    worker.reject("connection refused");
    process.dieOf("SIGKILL");
    await stage.clock.pass(pauseMs);
  }
  await stage.worker(3);
  assertEquals(stage.events.of("worker_failed"), []);
});

Deno.test("WorkerPool.close() gives null to everybody who waits, and to those who come later", async () => {
  const { pool } = new Stage();
  pool.fill();
  const takes = [pool.take(), pool.take()];
  pool.close();
  pool.close();
  assertEquals(await Promise.all([...takes, pool.take()]), [null, null, null]);
});

Deno.test("WorkerPool.close() has none started any more", async () => {
  const stage = new Stage({ size: 2, startsAtOnce: 1 });
  stage.pool.fill();
  stage.pool.close();
  stage.pool.fill();
  const { worker, process } = await stage.worker(1);
  process.exit(0);
  await worker.reported;
  await stage.pool[Symbol.asyncDispose]();
  assertEquals(stage.started.length, 1);
});

Deno.test("WorkerPool.close() ends a pause, and starts none after it", async () => {
  const stage = new Stage();
  stage.pool.fill();
  (await stage.worker(1)).process.exit(1);
  await stage.clock.sleeps(100);
  stage.pool.close();
  await stage.pool[Symbol.asyncDispose]();
  assertEquals(stage.clock.sleeping, 0);
  assertEquals(stage.started.length, 1);
});

Deno.test("WorkerPool waits for the ends of its workers when it is disposed", async () => {
  const stage = new Stage({ size: 2 });
  stage.pool.fill();
  await stage.takeReady(1);
  const order: string[] = [];
  const disposed = stage.pool[Symbol.asyncDispose]().then(() => order.push("disposed"));
  for (const { worker, process } of stage.started) {
    process.exit(0);
    await worker.reported;
    order.push(`worker ${worker.number} ended`);
    if (worker.number === 1) assertEquals(order, ["worker 1 ended"]);
  }
  await disposed;
  assertEquals(order.toSorted(), ["disposed", "worker 1 ended", "worker 2 ended"]);
  assertEquals(stage.started.length, 2);
});

Deno.test("WorkerPool lets nobody wait when it has no worker and has failed to start any three times in a row", async () => {
  const stage = new Stage();
  stage.cannotStart = true;
  stage.pool.fill();
  const waiting = stage.pool.take();
  let isOver = false;
  waiting.then(() => isOver = true);
  await stage.clock.pass(100);
  await stage.clock.sleeps(200);
  assertEquals(isOver, false);
  await stage.clock.pass(200);
  await stage.clock.sleeps(400);
  assertEquals(await waiting, null);
  // Whoever comes later need not wait either, until one starts again.
  assertEquals(await stage.pool.take(), null);
  stage.cannotStart = false;
  await stage.clock.pass(400);
  await stage.takeReady(1);
  stage.pool.close();
  stage.started[0]?.process.exit(0);
  await stage.pool[Symbol.asyncDispose]();
});

Deno.test("WorkerPool lets wait who comes for a worker that is still busy, however often others have failed", async () => {
  const stage = new Stage({ size: 2 });
  stage.pool.fill();
  const busy = await stage.takeReady(1);
  for (const number of [2, 3, 4, 5]) {
    (await stage.worker(number)).process.exit(1);
    await stage.clock.pass(100 * 2 ** (number - 2));
  }
  const waiting = stage.pool.take();
  stage.pool.giveBack(busy.worker);
  assertEquals(await waiting, busy.worker);
  stage.pool.close();
  for (const { process } of stage.started) process.exit(0);
  await stage.pool[Symbol.asyncDispose]();
});

Deno.test("WorkerPool.putBack() takes back a worker that has finished nothing", async () => {
  const stage = new Stage();
  stage.pool.fill();
  const fake = await stage.takeReady(1);
  stage.pool.putBack(fake.worker);
  assertEquals(stage.pool.takeIdle(), fake.worker);
  // It has proved nothing: its end now is a failure at once.
  fake.process.exit(1);
  await stage.clock.sleeps(100);
  stage.pool.close();
  await stage.pool[Symbol.asyncDispose]();
});
