/**
 * The keeper as `brood grade` knows it: starts a server again and again, tells how it ended and what it printed last,
 * and ends it.
 *
 * @module
 */

import { selfCommand } from "../../../cli/self.ts";
import { type Clock, within } from "../../../ipc/clock.ts";
import { errnoOf, isStreamError, OperationalError, spawnReasonOf } from "../../../ipc/errors.ts";
import { readLines } from "../../../ipc/lines.ts";
import { startAnywhere } from "../../../ipc/working_folder.ts";
import { allProcesses } from "./descendants.ts";
import { KEEPER_COMMAND } from "./keeper.ts";
import { LastLines } from "./last_lines.ts";
import {
  formatMessage,
  LINE_BYTES_MAX,
  type Order,
  type ProgramEnd,
  type Report,
} from "./messages.ts";
import { signalTo } from "./signal.ts";

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
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #clock: Clock;
  readonly #ready = Promise.withResolvers<void>();
  readonly #listening: Promise<void>;
  #started = Promise.withResolvers<void>();
  #cleared = Promise.withResolvers<void>();
  #server: KeptServer | null = null;
  #overran: number | null = null;
  #blind: string | null = null;
  /** Whether it ends because it is to. */
  #isClosing = false;
  #isLost = false;

  /** Starts it. Throws {@linkcode OperationalError} if it cannot. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#child = spawnKeeper();
    this.#input = this.#child.stdin.getWriter();
    this.#input.closed.catch(() => {});
    this.output = new LastLines(this.#child.stderr);
    this.#listening = this.#listen();
  }

  /** The keeper's own process: what a server has started is below it. */
  get pid(): number {
    return this.#child.pid;
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
    this.#check();
    this.#started = Promise.withResolvers();
    this.#server = { pid: 0, end: null };
    this.output.forget();
    await this.#order({ order: "start", command });
    await within(BEGIN_MS, this.#started.promise, { clock: this.#clock });
  }

  /** Kills the server with all that it has started. Rejects likewise. */
  async clear(): Promise<void> {
    this.#check();
    this.#cleared = Promise.withResolvers();
    await this.#order({ order: "clear" });
    await within(CLEAR_MS, this.#cleared.promise, { clock: this.#clock });
  }

  #check(): void {
    if (!this.#isLost) return;
    throw new OperationalError("Cannot go on: the keeper was killed, which is the server's parent");
  }

  async #order(order: Order): Promise<void> {
    try {
      await this.#input.write(new TextEncoder().encode(formatMessage(order)));
    } catch (error) {
      // It was killed: what waits for it is told by the end of what it says.
      if (!isStreamError(error) && !(error instanceof TypeError)) throw error;
    }
  }

  async #listen(): Promise<void> {
    const reader = this.#child.stdout.getReader({ mode: "byob" });
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
    if (!this.#isClosing) this.#lose();
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
        return;
      case "cleared":
        return this.#cleared.resolve();
      case "overran":
        this.#overran = report.count;
    }
  }

  /** Ends it with the server, by force if need be, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    const closed = this.#input.close().catch((error) => {
      // It is gone, or was going.
      if (!isStreamError(error) && !(error instanceof TypeError)) throw error;
    });
    await within(CLEAR_MS, this.#child.status, { clock: this.#clock });
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // Deno's own error for a process that it has reaped already.
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([closed, this.#child.status, this.#listening]);
    await this.output[Symbol.asyncDispose]();
  }
}

/** What is told of a server whose keeper was killed. */
const LOST: ProgramEnd = { code: 137, signal: "SIGKILL" };

function spawnKeeper(): Deno.ChildProcess {
  const { path, args } = selfCommand(KEEPER_COMMAND, []);
  const command = new Deno.Command(path, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // A Ctrl-C is for the command.
    detached: true,
  });
  try {
    return startAnywhere(() => command.spawn());
  } catch (cause) {
    if (errnoOf(cause) === null) throw cause;
    throw new OperationalError(`Cannot start the keeper: ${spawnReasonOf(cause)}`, { cause });
  }
}
