/**
 * What a scenario works with: clients that are closed at its end, and looks at the server's processes.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import { processStat } from "../../../ipc/posix/proc/processes.ts";
import { signalTo } from "../keeper/signal.ts";
import type { Subject } from "./subject.ts";
import type { Echo } from "./observations.ts";
import type { ProcessView } from "./process_view.ts";
import { Visitor } from "./visitor.ts";

/** How long a client waits for an answer, where a process may have to be started for it first. */
export const ANSWER_MS = 3000;

/** How long a connection may take: the kernel makes it, unless the server's queue is full. */
export const CONNECT_MS = 2000;

const LOOK_MS = 5;
const STOP_MS = 500;

/** A line that a client sends. */
export const LINE: Uint8Array = new TextEncoder().encode("hello, server\n");

/** Nothing can be seen of the processes. */
export class UnseenError extends Error {}

/** The time that a scenario has. */
export interface SceneTime {
  /** Where the time comes from. */
  readonly clock: Clock;
  /** Aborts when no time is left, or nobody wants to know any more. */
  readonly signal: AbortSignal;
  /** When no time is left, by the clock. */
  readonly deadlineMs: number;
  /** How many times as long as it says each wait for the server lasts. */
  readonly patience: number;
}

/** Owns the clients of a scenario. Disposing closes them, and lets a server that was stopped go on. */
export class Scene implements Disposable {
  /** The server. */
  readonly subject: Subject;
  /** Aborts when no time is left. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #patience: number;
  readonly #visitors = new Set<Visitor>();
  #stopped: number | null = null;

  /** Begins. */
  constructor(subject: Subject, { clock, signal, deadlineMs, patience }: SceneTime) {
    this.subject = subject;
    this.signal = signal;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#patience = patience;
  }

  /** The time that is left. */
  get leftMs(): number {
    return Math.max(0, this.#deadlineMs - this.#clock.now());
  }

  /** The server's processes. Throws {@linkcode UnseenError} where they cannot be seen. */
  get view(): ProcessView {
    if (this.subject.view === null) throw new UnseenError();
    return this.subject.view;
  }

  /** Connects a client. */
  async connect(ms = CONNECT_MS): Promise<Visitor> {
    const options = { ms, patience: this.#patience };
    const visitor = await Visitor.connect(this.subject.address, options);
    this.#visitors.add(visitor);
    if (this.signal.aborted) visitor.close();
    return visitor;
  }

  /** What a client gets that connects, sends a line, and ends. */
  async ask(ms = ANSWER_MS): Promise<Echo> {
    using visitor = await this.connect();
    return await visitor.echo(LINE, { ms });
  }

  /** Looks again and again, for so long. Resolves to whether it came to be so. */
  async until(isSo: () => boolean, ms: number): Promise<boolean> {
    const deadlineMs = this.now() + this.inPatience(ms);
    while (!isSo()) {
      if (this.now() > deadlineMs || this.signal.aborted) return false;
      await this.#clock.sleep(LOOK_MS, this.signal);
    }
    return true;
  }

  /** How long a wait is that should take so long. */
  inPatience(ms: number): number {
    return ms * this.#patience;
  }

  /** Milliseconds on the clock. */
  now(): number {
    return this.#clock.now();
  }

  /** Waits. */
  async sleep(ms: number): Promise<void> {
    await this.#clock.sleep(ms, this.signal);
  }

  /**
   * Stops the process that accepts, so that what happens meanwhile is news to it when it goes on. Resolves to whether
   * it is stopped: one that is not ours is left alone, because nobody would let it go on if this process were killed.
   */
  async stop(): Promise<boolean> {
    const { view, isOurs } = this.subject;
    if (view === null || !isOurs) return false;
    const { pid } = view.parent;
    if (!signalTo(pid, "SIGSTOP")) return false;
    this.#stopped = pid;
    return await this.until(() => processStat(pid)?.state === "T", STOP_MS);
  }

  /** Lets it go on. */
  goOn(): void {
    if (this.#stopped !== null) signalTo(this.#stopped, "SIGCONT");
    this.#stopped = null;
  }

  /** Kills a process of the server. */
  kill(pid: number): boolean {
    return signalTo(pid, "SIGKILL");
  }

  /** Closes every client. */
  closeAll(): void {
    for (const visitor of this.#visitors) visitor.close();
    this.#visitors.clear();
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.closeAll();
    this.goOn();
  }
}
