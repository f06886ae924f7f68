/**
 * A worker as the parent knows it: one child process, from its start until its end has been told. Also a program that
 * serves a connection is one; it has no control channel.
 *
 * @module
 */

import { type Clock, LATE, within } from "../../../ipc/clock.ts";
import {
  type ClosedReport,
  type ControlChannel,
  ControlError,
  type ControlMessage,
  type ReceivedReport,
  type TrafficReport,
} from "../../../ipc/control.ts";
import type { EventBus, ExitReason, WorkerExit } from "../../events.ts";
import { say } from "../../../ipc/say.ts";

/** A running process, as far as a worker needs one. `Deno.ChildProcess` is one. */
export interface Process extends Pick<Deno.ChildProcess, "pid" | "status"> {
  /** Sends it a signal, SIGTERM if no other. Throws `TypeError` where it has been reaped. */
  kill(signal?: Deno.Signal): void;
  /** Ends its input: all that a process without a control channel can be told. */
  readonly closeInput?: () => void;
  /** Whether SIGTERM does nothing to it: it is a worker, which is told in another way. */
  readonly isShielded?: boolean;
  /** Whether nobody waits for it, so that it stays a zombie: a mistake that is made on purpose. */
  readonly isNeverReaped?: boolean;
}

/** How long a worker may take to say hello. Generous: a thousand may be starting on two cores. */
export const START_MS = 60_000;

/** How long what a worker has told before its end may take to be read. */
const LAST_REPORT_MS = 1000;

/** A means to end a worker: a control message (or the end of its input, if it has no channel), or a signal. */
export type EndingStep = "control" | Deno.Signal;

/** How a worker is done with a connection: it has served it and takes the next, or it is no more. */
export type EngagementEnd = "finished" | "exited";

/** A worker that is waited for: only to such a one can a connection be opened, since it may be done with it at once. */
export interface EngagedWorker {
  /** The worker. */
  readonly worker: WorkerProcess;
  /** Resolves when it is done with the connection. */
  readonly done: Promise<EngagementEnd>;
  /** Listens to what it tells of the connection, of which it has the socket. Others may tell nothing. */
  listen(onReport: (report: WorkerReport) => void): void;
}

/** What a worker tells of its connection. */
export type WorkerReport = ReceivedReport | TrafficReport | ClosedReport;

/** Why this server ended a worker. */
type ForcedEnd = Extract<ExitReason, "killed_by_us" | "timed_out" | "rejected">;

/** What a worker is made with. */
export interface WorkerProcessOptions {
  /** Counts the workers of one server, from 1. */
  readonly number: number;
  /** Resolves to its control channel when it says hello; null if it has none, and is ready at once. */
  readonly hello: Promise<ControlChannel> | null;
  /** Where its end is told. */
  readonly events: EventBus;
  /** Times the wait for its hello. */
  readonly clock: Clock;
  /** Called if it is of no use: `kind` is the same for the same cause, `error` names the worker too. */
  readonly onFailed: (kind: string, error: string) => void;
}

/** Reaps the process; whoever started the worker waits for `reported`. */
export class WorkerProcess {
  /** Counts the workers of one server, from 1. */
  readonly number: number;
  /** The process. */
  readonly pid: number;
  /** Resolves to true when it takes connections, or to false when it ended before that. */
  readonly ready: Promise<boolean>;
  /** Resolves when it has been reaped. */
  readonly exited: Promise<WorkerExit>;
  /** Resolves when its end has been told. */
  readonly reported: Promise<void>;
  readonly #process: Process;
  readonly #options: WorkerProcessOptions;
  readonly #greeted: Promise<void>;
  #channel: ControlChannel | null = null;
  #listening: Promise<void> | null = null;
  #isReady = false;
  #hasExited = false;
  #reportAfter: Promise<unknown> | null = null;
  #onEngagementEnd: ((end: EngagementEnd) => void) | null = null;
  #onReport: ((report: WorkerReport) => void) | null = null;
  /** Why this server ended it, or null as long as it does not. */
  #ending: ForcedEnd | null = null;

  /** Takes over a process that was just started. */
  constructor(process: Process, options: WorkerProcessOptions) {
    this.number = options.number;
    this.pid = process.pid;
    this.#process = process;
    this.#options = options;
    this.exited = this.#reap();
    this.reported = this.#report();
    this.#greeted = options.hello?.then((channel) => this.#adopt(channel)) ?? Promise.resolve();
    this.ready = this.#becomesReady();
  }

  /** Whether it has got ready; it may have ended since. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it has been reaped. */
  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Lets its end be told after something else: that of the connection it serves, whose reader expects this order. */
  reportAfter(other: Promise<unknown>): void {
    this.#reportAfter = other;
  }

  /** Waits for the end of the connection that is opened to it next. */
  engage(): EngagedWorker {
    // One resolver at a time, and none left behind: a worker may outlive a great many connections.
    const { promise: done, resolve } = Promise.withResolvers<EngagementEnd>();
    if (this.#hasExited) resolve("exited");
    else this.#onEngagementEnd = resolve;
    this.#onReport = null;
    return { worker: this, done, listen: (onReport) => this.#onReport = onReport };
  }

  /** Ends it at once because it cannot be used; `why` is a phrase. One that is being ended already is left to that. */
  reject(why: string): void {
    this.#giveUp("rejected", {
      kind: `Cannot connect to worker: ${why}`,
      error: say`Cannot connect to worker ${this.pid}: ${why}`,
    });
  }

  /**
   * Makes it end, by that means. Resolves to false where it cannot be told so: a program that has its socket has no
   * control channel, and a worker takes no notice of SIGTERM.
   */
  async end(step: EndingStep): Promise<boolean> {
    this.#noteEnding("killed_by_us");
    if (step === "SIGTERM" && this.#process.isShielded === true) return false;
    if (step !== "control") this.#signal(step);
    else if (this.#channel !== null) await this.#stop(this.#channel);
    else if (this.#process.closeInput !== undefined) {
      this.#tellMeans("input");
      this.#process.closeInput();
    } else return this.#options.hello !== null;
    return true;
  }

  async #stop(channel: ControlChannel): Promise<void> {
    this.#tellMeans("message");
    await channel.send({ type: "stop" });
  }

  #tellMeans(by: "message" | "input" | Deno.Signal): void {
    this.#options.events.emit({ event: "worker_told_to_end", workerPid: this.pid, by });
  }

  /** Tells it that the client of a connection is lost. Resolves to false if it has no channel to be told by. */
  async hangUp(connection: number): Promise<boolean> {
    if (this.#channel === null) return false;
    await this.#channel.send({ type: "hangup", connection });
    return true;
  }

  /** Keeps the channel of a worker that has said hello, maybe too late, and reads from it until its end. */
  async #adopt(channel: ControlChannel): Promise<void> {
    if (this.#hasExited) {
      channel[Symbol.dispose]();
      return;
    }
    this.#channel = channel;
    this.#listening = this.#listen(channel);
    if (this.#ending !== null) await this.#stop(channel);
  }

  async #listen(channel: ControlChannel): Promise<void> {
    try {
      for (let message; (message = await channel.receive()) !== null;) {
        // It owes one end for each connection, and reports where it is listened to: whoever sends more may send without
        // end.
        if (message.type === "finished" && this.#onEngagementEnd !== null) {
          this.#endEngagement("finished");
          this.#tellIdle();
        } else if (isReport(message) && this.#onReport !== null) {
          this.#onReport(message);
          if (message.type === "closed") this.#onReport = null;
        } else {
          throw new ControlError(
            say`Nobody expects the control message ${JSON.stringify(message)}`,
          );
        }
      }
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      const kind = "A worker does not speak the control channel's language";
      this.#giveUp("rejected", { kind, error: say`Worker ${this.pid}: ${error.message}` });
    }
  }

  #tellIdle(): void {
    this.#options.events.emit({ event: "worker_idle", workerPid: this.pid });
  }

  #endEngagement(end: EngagementEnd): void {
    this.#onEngagementEnd?.(end);
    this.#onEngagementEnd = null;
  }

  /** Waits for the hello, and ends a worker that does not say it in time. */
  async #becomesReady(): Promise<boolean> {
    const settled = Promise.race([
      this.#greeted.then(() => "ready" as const),
      this.exited.then(() => "exited" as const),
    ]);
    const outcome = await within(START_MS, settled, this.#options);
    if (outcome === "ready") {
      this.#isReady = true;
      if (this.#options.hello !== null) this.#tellIdle();
      return true;
    }
    if (outcome === LATE) {
      const error = say`Worker ${this.pid} was not ready after ${START_MS / 1000} s`;
      this.#giveUp("timed_out", { kind: "not ready in time", error });
    } else if (this.#ending === null) {
      const error = say`Worker ${this.pid} ended before it was ready`;
      this.#options.onFailed("ended before it was ready", error);
    }
    return false;
  }

  /** Its end was this server's will from then on; the first reason stands. */
  #noteEnding(reason: ForcedEnd): void {
    if (this.#ending !== null) return;
    this.#ending = reason;
    this.#options.events.emit({ event: "worker_ending", workerPid: this.pid });
  }

  #giveUp(
    reason: "timed_out" | "rejected",
    failure: { readonly kind: string; readonly error: string },
  ): void {
    if (this.#hasExited || this.#ending !== null) return;
    this.#noteEnding(reason);
    this.#options.onFailed(failure.kind, failure.error);
    this.#signal("SIGKILL");
  }

  async #reap(): Promise<WorkerExit> {
    const status = await this.#process.status;
    this.#hasExited = true;
    if (this.#process.isNeverReaped !== true) {
      this.#options.events.emit({ event: "worker_reaped", workerPid: this.pid });
    }
    // What it has told before it ended is still to be read: how its connection ended, say.
    if (this.#onReport !== null && this.#listening !== null) {
      await within(LAST_REPORT_MS, this.#listening, this.#options);
    }
    this.#channel?.[Symbol.dispose]();
    this.#endEngagement("exited");
    const { pid: workerPid } = this;
    const { code, signal } = status;
    return {
      workerPid,
      status: signal === null ? code : null,
      signal,
      reason: this.#ending ?? (signal === null ? "exited" : "crashed"),
    };
  }

  async #report(): Promise<void> {
    const exit = await this.exited;
    await this.#listening;
    await this.#reportAfter;
    this.#options.events.emit({ event: "worker_exited", ...exit });
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
      this.#tellMeans(signal);
    } catch (error) {
      // Deno's own error for a process that it has reaped already.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

function isReport(message: ControlMessage): message is WorkerReport {
  return message.type === "received" || message.type === "traffic" || message.type === "closed";
}
