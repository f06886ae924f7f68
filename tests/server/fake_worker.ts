/** A worker whose process and end of the control channel the test plays. */

import type { ControlChannel } from "../../ipc/control.ts";
import type { EventBus } from "../../server/events.ts";
import { WorkerProcess } from "../../server/parent/process/worker_process.ts";
import { assertEquals } from "../assert.ts";
import type { FakeClock } from "../support/fake_clock.ts";
import { FakeChannel, FakeProcess } from "./fake_process.ts";

/** The pid of worker 1; the others count on. */
export const FIRST_PID = 4001;

/** A started worker, which has not said hello. */
export class FakeWorker {
  readonly process: FakeProcess;
  readonly channel: FakeChannel;
  readonly worker: WorkerProcess;
  /** Kind and text of each failure that it told. */
  readonly failures: (readonly [kind: string, error: string])[] = [];
  readonly #hello = Promise.withResolvers<ControlChannel>();

  constructor(
    number: number,
    context: { readonly events: EventBus; readonly clock: FakeClock },
  ) {
    this.process = new FakeProcess(FIRST_PID + number - 1, context.clock);
    this.channel = new FakeChannel(this.process);
    this.worker = new WorkerProcess(this.process, {
      ...context,
      number,
      hello: this.#hello.promise,
      onFailed: (kind, error) => void this.failures.push([kind, error]),
    });
  }

  /** Says hello, over its own channel or another. */
  greet(channel = this.channel.channel): void {
    this.#hello.resolve(channel);
  }

  /** Says hello, in time. */
  async becomeReady(): Promise<void> {
    this.greet();
    assertEquals(await this.worker.ready, true);
  }

  /** Tells that it has finished a connection. */
  finish(): void {
    this.channel.send({ type: "finished" });
  }
}
