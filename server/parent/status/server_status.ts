/**
 * The status of a server as its owner sees it: what happens is fed to a process that shows it, and which is started
 * again when it ends. The server waits for it at its own start alone.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../../ipc/address.ts";
import { type Clock, within } from "../../../ipc/clock.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { EventBus } from "../../events.ts";
import type { Change, Sample } from "../../status/feed.ts";
import { initialState } from "../../status/model.ts";
import type { ServerFacts } from "../../status/state.ts";
import type { Companion } from "../../../cli/companion.ts";
import { portOf, startStatusProcess } from "../process/status_process.ts";
import { EventReporter } from "./event_reporter.ts";
import { type Kernel, openKernel } from "./kernel.ts";
import { Sampler } from "./sampler.ts";
import { StatusFeed } from "./status_feed.ts";
import { say } from "../../../ipc/say.ts";

/** The pauses before it is started again: the first, and the longest of those that double from it. */
const PAUSE_MS = { first: 500, longest: 30_000 };

/** One that has run for so long did not fail at its start. */
const SOUND_MS = 60_000;

/** How often bytes and messages are told, and every how many of these times the processes are looked at. */
const TICK = { everyMs: 250, looks: 4 };

/** How long the end of the server waits for a process that does not read. */
const LAST_WRITE_MS = 1000;

/** What tells the process. */
interface Telling {
  readonly feed: StatusFeed;
  readonly reporter: EventReporter;
}

/** What a status is opened with. */
export interface ServerStatusOptions {
  /** Where the page is to listen. */
  readonly where: Endpoint;
  /** What happens in the server. */
  readonly events: EventBus;
  /** Times pauses and looks. */
  readonly clock: Clock;
  /** Whether what clients send may be shown. */
  readonly showsMessages: boolean;
  /** How many lines the log has lost so far. */
  readonly linesLost: () => number;
  /** Ends the wait for the process at the start. */
  readonly signal: AbortSignal;
}

/** Owns the status process, and what it is fed from. */
export class ServerStatus implements AsyncDisposable {
  readonly #options: ServerStatusOptions;
  readonly #where: Endpoint;
  readonly #kernel: Kernel | null;
  readonly #ending = new AbortController();
  #process: Companion;
  /** From when the server listens. */
  #telling: Telling | null = null;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(
    options: ServerStatusOptions,
    { where, kernel, process }: {
      readonly where: Endpoint;
      readonly kernel: Kernel | null;
      readonly process: Companion;
    },
  ) {
    this.#options = options;
    this.#where = where;
    this.#kernel = kernel;
    this.#process = process;
  }

  /** Starts the process, and waits until it listens. Rejects with `OperationalError` if it does not. */
  static async open(options: ServerStatusOptions): Promise<ServerStatus> {
    const { where, clock, signal } = options;
    const kernel = await openKernel();
    await using stack = new AsyncDisposableStack();
    const process = stack.use(startStatusProcess(where, clock));
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
    const port = await Promise.race([portOf(process), aborted]);
    signal.throwIfAborted();
    stack.move();
    return new ServerStatus(options, { where: { ...where, port }, kernel, process });
  }

  /** Where the page is. */
  get url(): string {
    return `http://${formatEndpoint(this.#where)}/`;
  }

  /** Begins to tell: the server listens. */
  begin(facts: ServerFacts): void {
    const feed = new StatusFeed(initialState(facts), this.#options.clock);
    const change = (change: Change) => feed.change(change);
    const reporter = new EventReporter({ ...this.#options, change });
    this.#telling = { feed, reporter };
    this.#running = Promise.all([this.#keepRunning(feed), this.#tick({ feed, reporter })]);
  }

  /** Shows the bytes of a connection that was accepted just now. */
  watch(connection: AcceptedConnection): void {
    this.#telling?.reporter.watch(connection);
  }

  /** Feeds the process, and starts it again when it ends, after growing pauses; the first end in a row is told. */
  async #keepRunning(feed: StatusFeed): Promise<void> {
    const { clock, events } = this.#options;
    const { signal } = this.#ending;
    let pauseMs = PAUSE_MS.first;
    while (!signal.aborted) {
      const { pid } = this.#process;
      feed.feed(this.#process);
      const startedAt = clock.now();
      const how = await this.#process.ended();
      feed.feed(null);
      if (how === null) return;
      if (clock.now() - startedAt > SOUND_MS) pauseMs = PAUSE_MS.first;
      if (pauseMs === PAUSE_MS.first) {
        const error = say`The process of the status page (pid ${pid}) ${how}: it is started again`;
        events.emit({ event: "status_lost", error });
      }
      do {
        await clock.sleep(pauseMs, signal);
        pauseMs = Math.min(2 * pauseMs, PAUSE_MS.longest);
      } while (!signal.aborted && !await this.#restart());
    }
  }

  /** Resolves to false if no process can be started for now, or listen. */
  async #restart(): Promise<boolean> {
    await this.#process[Symbol.asyncDispose]();
    if (this.#ending.signal.aborted) return false;
    try {
      this.#process = startStatusProcess(this.#where, this.#options.clock);
      await portOf(this.#process);
      return true;
    } catch (error) {
      if (error instanceof OperationalError) return false;
      throw error;
    }
  }

  async #tick({ feed, reporter }: Telling): Promise<void> {
    const { clock, linesLost } = this.#options;
    const { signal } = this.#ending;
    const sampler = this.#kernel === null ? null : new Sampler(this.#kernel, clock);
    for (let ticks = 0; !signal.aborted; ticks++) {
      reporter.tellTraffic();
      if (ticks % TICK.looks === 0) {
        const seen = sampler?.look(feed.state) ?? { processes: null, acceptQueue: null };
        const sample: Sample = { ...seen, logLinesLost: linesLost() };
        feed.change({ type: "sample", at: Date.now(), sample });
      }
      await clock.sleep(TICK.everyMs, signal);
    }
  }

  /** Tells the last, and ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#options;
    this.#ending.abort();
    await this.#telling?.reporter[Symbol.asyncDispose]();
    if (this.#telling !== null) await within(LAST_WRITE_MS, this.#telling.feed.end(), { clock });
    await this.#process[Symbol.asyncDispose]();
    await this.#running;
  }
}
