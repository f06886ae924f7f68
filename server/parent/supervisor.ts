/**
 * The supervisor: starts workers, keeps track of them until they are reaped, and ends those that have to.
 *
 * Assumes a hub that the workers say hello to, if they have a control channel. Every worker it started is reaped when
 * it is disposed.
 *
 * @module
 */

import { type Clock, within } from "../../ipc/clock.ts";
import { errnoOf, isShortage, OperationalError, spawnReasonOf } from "../../ipc/errors.ts";
import type { EventBus } from "../events.ts";
import type { Hub } from "./rendezvous/hub.ts";
import { type EndingStep, type Process, WorkerProcess } from "./process/worker_process.ts";
import { say } from "../../ipc/say.ts";

/** What a supervisor works with. */
export interface SupervisorOptions {
  /** Where starts, failures and ends are told. */
  readonly events: EventBus;
  /** Times the wait for a hello, and the steps of an end. */
  readonly clock: Clock;
  /** Where workers say hello; null for those that have no control channel. */
  readonly hub: Pick<Hub, "expect" | "forget"> | null;
}

/**
 * Starts the process of the worker of this number. Throws the operating system's error, or `OperationalError` that
 * tells what could not be executed.
 */
export type Spawn = (worker: number) => Process;

/**
 * How a worker is made to end: each step is tried on every worker left, and given its time, before the next. SIGTERM is
 * for programs: a worker takes no notice of it.
 */
const ENDING_STEPS: readonly { readonly step: EndingStep; readonly waitMs: number }[] = [
  { step: "control", waitMs: 1000 },
  { step: "SIGTERM", waitMs: 1000 },
  { step: "SIGKILL", waitMs: 10_000 },
];

/** Owns the workers. */
export class Supervisor implements AsyncDisposable {
  readonly #options: SupervisorOptions;
  readonly #workers = new Set<WorkerProcess>();
  /** Workers whose end has not been told. */
  readonly #unreported = new Set<WorkerProcess>();
  #started = 0;
  #isEnding = false;
  #isShort = false;
  /** The kind of the last failure, until a worker gets ready, or has run where none can say so. */
  #lastFailure: string | null = null;

  /** Starts none yet. */
  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Whether every worker is being ended: then none is started any more. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Whether the last start failed for want of descriptors or memory: another may succeed later. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Starts a worker. Returns null, and tells why, if the process cannot be started. */
  start(spawn: Spawn): WorkerProcess | null {
    this.#isShort = false;
    if (this.#isEnding) return null;
    const { events, clock, hub } = this.#options;
    const number = ++this.#started;
    const hello = hub?.expect(number) ?? null;
    const process = this.#spawn(spawn, number);
    if (process === null) {
      hub?.forget(number);
      return null;
    }
    const { pid } = process;
    events.emit({ event: "worker_started", workerPid: pid });
    const onFailed = (kind: string, error: string) => this.#tellFailure(kind, { pid, error });
    const worker = new WorkerProcess(process, { number, hello, events, clock, onFailed });
    this.#workers.add(worker);
    this.#unreported.add(worker);
    if (hub === null) this.#lastFailure = null;
    worker.exited.then(() => this.#workers.delete(worker));
    worker.reported.then(() => this.#unreported.delete(worker));
    worker.ready.then((isReady) => {
      hub?.forget(number);
      if (isReady && hub !== null) this.#lastFailure = null;
    });
    return worker;
  }

  #spawn(spawn: Spawn, number: number): Process | null {
    try {
      return spawn(number);
    } catch (error) {
      if (errnoOf(error) === null && !(error instanceof OperationalError)) throw error;
      this.#isShort = isShortage(error);
      const message = error instanceof OperationalError
        ? error.message
        : say`Cannot start a worker: ${spawnReasonOf(error)}`;
      this.#tellFailure(message, { pid: null, error: message });
      return null;
    }
  }

  /** Tells of the first in a row of failures of one kind: where no worker gets ready, one warning says enough. */
  #tellFailure(
    kind: string,
    failure: { readonly pid: number | null; readonly error: string },
  ): void {
    if (kind === this.#lastFailure) return;
    this.#lastFailure = kind;
    const { pid: workerPid, error } = failure;
    this.#options.events.emit({ event: "worker_failed", workerPid, error });
  }

  /** Ends every worker, by ever stronger means. Resolves when all are reaped, or nothing stronger is left. */
  async endAll(): Promise<void> {
    this.#isEnding = true;
    await this.#endByDegrees(() => [...this.#workers]);
  }

  /** Ends one worker, likewise. */
  async end(worker: WorkerProcess): Promise<void> {
    await this.#endByDegrees(() => this.#workers.has(worker) ? [worker] : []);
  }

  async #endByDegrees(left: () => readonly WorkerProcess[]): Promise<void> {
    for (const { step, waitMs } of ENDING_STEPS) {
      const workers = left();
      if (workers.length === 0) return;
      const areTold = await Promise.all(workers.map((worker) => worker.end(step)));
      if (areTold.includes(true)) await this.#allExited(workers, waitMs);
    }
  }

  /** Resolves when these workers have been reaped, or after `waitMs` milliseconds. */
  async #allExited(workers: readonly WorkerProcess[], waitMs: number): Promise<void> {
    const exited = Promise.all(workers.map((worker) => worker.exited));
    await within(waitMs, exited, this.#options);
  }

  /** Resolves when the end of every worker has been told. */
  async allReported(): Promise<void> {
    await Promise.all([...this.#unreported].map((worker) => worker.reported));
  }

  /** Ends and reaps what is left, and tells of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await this.allReported();
  }
}
