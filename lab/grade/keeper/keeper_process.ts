/**
 * The keeper as `brood grade` knows it: starts a server again and again, tells how it ended and what it printed last,
 * and ends it.
 *
 * @module
 */

import { Companion } from "../../../cli/companion.ts";
import { selfCommand } from "../../../cli/self.ts";
import { type Clock, within } from "../../../ipc/clock.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { readLines } from "../../../ipc/lines.ts";
import { allProcesses } from "../../descendants.ts";
import { KEEPER_COMMAND } from "./keeper.ts";
import { LastLines } from "./last_lines.ts";
import { formatMessage, LINE_BYTES_MAX, type ProgramEnd, type Report } from "./messages.ts";
import { signalTo } from "./signal.ts";
import { say } from "../../../ipc/say.ts";

/** How long one may take to begin, to clear a program away, and to end. */
const BEGIN_MS = 10_000;
const CLEAR_MS = 3500;

/** A program that the keeper has started. */
export interface KeptServer {
  /** Its process; 0 until it is known, and where the keeper is gone. */
  readonly pid: number;
  /** How it ended, or null while it runs. */
  readonly end: ProgramEnd | null;
}

/** Owns the keeper's process, and with it whatever that has started. Disposing ends all of it. */
export class KeeperProcess implements AsyncDisposable {
  /** What the server has printed. */
  readonly output: LastLines;
  readonly #process: Companion;
  readonly #clock: Clock;
  readonly #ready = Promise.withResolvers<void>();
  readonly #listening: Promise<void>;
  #started = Promise.withResolvers<void>();
  #cleared = Promise.withResolvers<void>();
  #server: KeptServer | null = null;
  #overran: number | null = null;
  #blind: string | null = null;
  #isLost = false;

  /** Starts it. Throws {@linkcode OperationalError} if it cannot. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#process = new Companion(selfCommand(KEEPER_COMMAND, []), {
      ...{ name: "the keeper", clock, stdout: "piped", stderr: "piped" },
      endMs: CLEAR_MS,
    });
    this.output = new LastLines(this.#process.stderr);
    this.#listening = this.#listen();
  }

  /** The keeper's own process: what a server has started is below it. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The server that was started last, or null. */
  get server(): KeptServer | null {
    return this.#server;
  }

  /** How many processes there were when there were too many and all were ended, or null. */
  get overran(): number | null {
    return this.#overran;
  }

  /** Why it sees no processes, or null. */
  get blind(): string | null {
    return this.#blind;
  }

  /** Resolves when it can start servers. Rejects with {@linkcode OperationalError}. */
  async ready(): Promise<void> {
    await within(BEGIN_MS, this.#ready.promise, { clock: this.#clock });
  }

  /**
   * Starts a server; the one before must have been cleared away. Resolves when it is known by its pid. Rejects with
   * {@linkcode OperationalError} where the keeper is gone.
   */
  async start(command: readonly string[]): Promise<void> {
    this.check();
    this.#started = Promise.withResolvers();
    this.#server = { pid: 0, end: null };
    this.output.forget();
    await this.#process.write(formatMessage({ order: "start", command }));
    await within(BEGIN_MS, this.#started.promise, { clock: this.#clock });
    this.check();
  }

  /** Kills the server with all that it has started. Rejects likewise. */
  async clear(): Promise<void> {
    this.check();
    this.#cleared = Promise.withResolvers();
    await this.#process.write(formatMessage({ order: "clear" }));
    await within(CLEAR_MS, this.#cleared.promise, { clock: this.#clock });
    this.check();
  }

  /** Throws {@linkcode OperationalError} where the keeper is gone: what the server did since then is not told. */
  check(): void {
    if (!this.#isLost) return;
    throw new OperationalError(
      say`Cannot go on: the keeper was killed, which is the server's parent`,
    );
  }

  async #listen(): Promise<void> {
    const reader = this.#process.stdout.getReader({ mode: "byob" });
    const stream = {
      async read(into: Uint8Array): Promise<number | null> {
        // The reader takes the memory that it is given away.
        const { value } = await reader.read(new Uint8Array(into.length));
        if (value === undefined || value.length === 0) return null;
        into.set(value);
        return value.length;
      },
    };
    for await (const line of readLines(stream, LINE_BYTES_MAX)) this.#take(JSON.parse(line));
    if (!this.#process.isClosing) this.#lose();
    this.#ready.resolve();
    this.#started.resolve();
    this.#cleared.resolve();
  }

  /**
   * It was killed, maybe by the server: what that has started is nobody's now, but has its session still, or its group.
   */
  #lose(): void {
    this.#isLost = true;
    const { pid = 0, end = null } = this.#server ?? {};
    this.#server = { pid, end: end ?? LOST };
    if (pid === 0) return;
    signalTo(-pid, "SIGKILL");
    if (this.#blind !== null) return;
    for (const { pid: other, sessionId } of allProcesses()) {
      if (sessionId === pid) signalTo(other, "SIGKILL");
    }
  }

  #take(report: Report): void {
    switch (report.report) {
      case "ready":
        this.#blind = report.blind;
        return this.#ready.resolve();
      case "started":
        this.#server = { pid: report.pid, end: null };
        return this.#started.resolve();
      case "ended":
        if (this.#server !== null) this.#server = { ...this.#server, end: report };
        // One that could not be started has ended without a start.
        return this.#started.resolve();
      case "cleared":
        return this.#cleared.resolve();
      case "overran":
        this.#overran = report.count;
    }
  }

  /** Ends it with the server, by force if need be, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#listening;
    await this.output[Symbol.asyncDispose]();
  }
}

/** What is told of a server whose keeper was killed. */
const LOST: ProgramEnd = { code: 137, signal: "SIGKILL" };
