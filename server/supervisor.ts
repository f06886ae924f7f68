/**
 * The supervisor: starts workers, keeps track of them, reaps every one and tells how it ended, and ends those that
 * have to.
 *
 * Assumes a hub that the workers say hello to. Every worker it started is reaped when it is disposed.
 *
 * @module
 */

import type { Clock } from "../ipc/clock.ts";
import type { ControlChannel } from "../ipc/control.ts";
import { OperationalError, reasonOf } from "../ipc/errors.ts";
import type { EventBus, ExitReason, WorkerExit } from "./events.ts";
import type { Hub } from "./hub.ts";

/** A running process, as far as the supervisor needs one. `Deno.ChildProcess` is one. */
export type Process = Pick<Deno.ChildProcess, "pid" | "status" | "kill">;

/** What a supervisor works with. */
export interface SupervisorOptions {
  /** Where starts, failures and ends are told. */
  readonly events: EventBus;
  /** Times the wait for a hello, and the ladder. */
  readonly clock: Clock;
  /** Where workers say hello. */
  readonly hub: Pick<Hub, "expect" | "forget">;
  /** Starts the process of the worker of this number. Throws the operating system's error. */
  readonly spawn: (worker: number) => Process;
}

/** How long a worker may take to say hello. Generous: a thousand may be starting on two cores. */
const START_MS = 60_000;

/** How a worker is made to end: each step is tried on every worker left, and given its time, before the next. */
const LADDER: readonly { readonly step: "control" | Deno.Signal; readonly waitMs: number }[] = [
  { step: "control", waitMs: 1000 },
  { step: "SIGTERM", waitMs: 1000 },
  { step: "SIGKILL", waitMs: 10_000 },
];

/** A worker: one child process, from its start until it is reaped. */
export interface Worker {
  /** Counts the workers of one server, from 1. */
  readonly number: number;
  /** The process. */
  readonly pid: number;
  /** Resolves to true when it listens on its socket, or to false when it ended before that. */
  readonly ready: Promise<boolean>;
  /** Resolves when it has been reaped. */
  readonly exited: Promise<WorkerExit>;
  /** Resolves when its end has been told. */
  readonly reported: Promise<void>;
  /** Lets its end be told after something else: that of the connection it serves, whose reader expects this order. */
  reportAfter(other: Promise<unknown>): void;
  /** Ends it at once because it cannot be used; `error` says why, in one line. */
  reject(error: string): void;
}

/** What the supervisor knows of a worker. */
interface Entry {
  readonly process: Process;
  readonly exited: Promise<WorkerExit>;
  /** Null until it has said hello. */
  channel: ControlChannel | null;
  /** What its end is told after. */
  reportAfter: Promise<unknown> | null;
  /** Why this server ended it, or null as long as it does not. */
  ending: Extract<ExitReason, "killed_by_us" | "timed_out" | "rejected"> | null;
}

/** Owns the workers. */
export class Supervisor implements AsyncDisposable {
  readonly #options: SupervisorOptions;
  readonly #entries = new Set<Entry>();
  #started = 0;

  /** Starts none yet. */
  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Starts a worker. Throws {@linkcode OperationalError} if the process cannot be started. */
  start(): Worker {
    const { events, hub, spawn } = this.#options;
    const number = ++this.#started;
    const hello = hub.expect(number);
    let process: Process;
    try {
      process = spawn(number);
    } catch (cause) {
      hub.forget(number);
      throw new OperationalError(`Cannot start a worker: ${reasonOf(cause)}`, { cause });
    }
    const { pid } = process;
    events.emit({ event: "worker_started", workerPid: pid });
    const { promise: exited, resolve } = Promise.withResolvers<WorkerExit>();
    const entry: Entry = { process, exited, channel: null, reportAfter: null, ending: null };
    this.#entries.add(entry);
    const reported = this.#reap(entry, resolve);
    const greeted = hello.then((channel) => this.#adopt(channel, entry));
    const ready = this.#becomesReady(entry, greeted).finally(() => hub.forget(number));
    const reject = (error: string) => this.#giveUp(entry, { reason: "rejected", error });
    const reportAfter = (other: Promise<unknown>) => entry.reportAfter = other;
    return { number, pid, ready, exited, reported, reportAfter, reject };
  }

  /** Keeps the channel of a worker that has said hello, maybe too late. */
  async #adopt(channel: ControlChannel, entry: Entry): Promise<void> {
    if (!this.#entries.has(entry)) {
      channel[Symbol.dispose]();
      return;
    }
    entry.channel = channel;
    if (entry.ending !== null) await channel.send({ type: "stop" });
  }

  /** Waits for a worker's hello, and ends one that does not say it in time. */
  async #becomesReady(entry: Entry, greeted: Promise<void>): Promise<boolean> {
    const { clock, events } = this.#options;
    const settled = new AbortController();
    const outcome = await Promise.race([
      greeted.then(() => "ready" as const),
      entry.exited.then(() => "exited" as const),
      clock.sleep(START_MS, settled.signal).then(() => "timed out" as const),
    ]);
    settled.abort();
    if (outcome === "ready") return true;
    const { pid } = entry.process;
    if (outcome === "timed out") {
      const error = `Worker ${pid} was not ready after ${START_MS / 1000} s`;
      this.#giveUp(entry, { reason: "timed_out", error });
    } else if (entry.ending === null) {
      const error = `Worker ${pid} ended before it was ready`;
      events.emit({ event: "worker_failed", workerPid: pid, error });
    }
    return false;
  }

  /** Ends a worker that is of no use, and tells why; one that is being ended already is left to that. */
  #giveUp(
    entry: Entry,
    why: { readonly reason: "timed_out" | "rejected"; readonly error: string },
  ): void {
    if (entry.ending !== null) return;
    entry.ending = why.reason;
    const { pid } = entry.process;
    this.#options.events.emit({ event: "worker_failed", workerPid: pid, error: why.error });
    signalProcess(entry.process, "SIGKILL");
  }

  /** Reaps a worker, hands its end to `onExit`, and tells it. */
  async #reap(entry: Entry, onExit: (exit: WorkerExit) => void): Promise<void> {
    const { pid, status } = entry.process;
    const { code, signal } = await status;
    this.#entries.delete(entry);
    entry.channel?.[Symbol.dispose]();
    const exit: WorkerExit = {
      workerPid: pid,
      status: signal === null ? code : null,
      signal,
      reason: entry.ending ?? (signal === null ? "exited" : "crashed"),
    };
    onExit(exit);
    await entry.reportAfter;
    this.#options.events.emit({ event: "worker_exited", ...exit });
  }

  /** Ends every worker, by ever stronger means, and resolves when all are reaped. */
  async endAll(): Promise<void> {
    for (const { step, waitMs } of LADDER) {
      if (this.#entries.size === 0) return;
      for (const entry of this.#entries) {
        entry.ending ??= "killed_by_us";
        if (step !== "control") signalProcess(entry.process, step);
        else await entry.channel?.send({ type: "stop" });
      }
      await this.#allExited(waitMs);
    }
  }

  /** Resolves when every worker has been reaped, or after `waitMs` milliseconds. */
  async #allExited(waitMs: number): Promise<void> {
    const settled = new AbortController();
    const exited = Promise.all([...this.#entries].map((entry) => entry.exited));
    await Promise.race([exited, this.#options.clock.sleep(waitMs, settled.signal)]);
    settled.abort();
  }

  /** Ends and reaps what is left. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.endAll();
  }
}

function signalProcess(process: Process, signal: Deno.Signal): void {
  try {
    process.kill(signal);
  } catch (error) {
    // Deno's own error for a process that it has reaped already.
    if (!(error instanceof TypeError)) throw error;
  }
}
