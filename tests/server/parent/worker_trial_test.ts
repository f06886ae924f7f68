import { OperationalError } from "../../../ipc/errors.ts";
import { EventBus } from "../../../server/events.ts";
import { UnixTransport } from "../../../server/parent/transports/unix.ts";
import { tryWorker } from "../../../server/parent/worker_trial.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { systemError } from "../../support/system_error.ts";
import { FIRST_PID } from "../fake_worker.ts";
import { PlayedWorkers } from "../played_workers.ts";

/** A transport to workers that the test plays, and a trial of one of them. */
class Stage implements AsyncDisposable {
  readonly played = new PlayedWorkers();
  readonly clock = new FakeClock();
  readonly stopping = new AbortController();
  readonly #owned = new AsyncDisposableStack();

  /** Begins a trial. */
  async try(): Promise<{ readonly trial: Promise<void> }> {
    const context = { clock: this.clock, idleTimeoutMs: 0 };
    const options = { connectionsPerWorker: 0, handlerUrl: null };
    const transport = await UnixTransport.open({ ...context, events: new EventBus() }, options);
    this.#owned.use(transport);
    return { trial: tryWorker(transport, { ...context, signal: this.stopping.signal }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
    await this.played[Symbol.asyncDispose]();
  }
}

Deno.test("tryWorker() ends the worker that it has tried, and its number is free again", async () => {
  await using stage = new Stage();
  const { trial } = await stage.try();
  const worker = await stage.played.readyWorker(1);
  await trial;
  assertEquals(worker.flags["worker"], "1");
  assertEquals(worker.messages.map(({ type }) => type), ["stop"]);
  assertEquals(stage.played.started.length, 1);
});

Deno.test("tryWorker() tells that a worker ended before it was ready", async () => {
  await using stage = new Stage();
  const { trial } = await stage.try();
  const refused = assertRejects(() => trial, OperationalError);
  (await stage.played.worker(1)).exit(1);
  assertEquals((await refused).message, `Worker ${FIRST_PID} ended before it was ready`);
});

Deno.test("tryWorker() tells that no worker can be started", async () => {
  await using stage = new Stage();
  stage.played.startFailure = systemError("EAGAIN");
  const { trial } = await stage.try();
  const { message } = await assertRejects(() => trial, OperationalError);
  assertEquals(message.startsWith("Cannot start a worker: "), true, message);
});

Deno.test("tryWorker() ends with the signal, and the worker that is not ready too", async () => {
  await using stage = new Stage();
  const { trial } = await stage.try();
  const refused = assertRejects(() => trial, Error, "stopped");
  const worker = await stage.played.worker(1);
  stage.stopping.abort(new Error("stopped"));
  await stage.clock.pass(1000);
  await refused;
  assertEquals(worker.process.received, ["0 ms: SIGKILL"]);
});
