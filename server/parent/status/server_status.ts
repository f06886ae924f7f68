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
import type { EventBus, EventName, ServerEvent } from "../../events.ts";
import { escapeBytes } from "../../log/escape.ts";
import { flatEvent, type Sample, STATUS_EVENTS, type StatusEvent } from "../../status/feed.ts";
import { initialState } from "../../status/model.ts";
import type { ServerFacts } from "../../status/state.ts";
import type { Companion } from "../process/companion.ts";
import { portOf, startStatusProcess } from "../process/status_process.ts";
import { ChildSignals } from "./child_signals.ts";
import { type Kernel, openKernel } from "./kernel.ts";
import { Sampler } from "./sampler.ts";
import { StatusFeed } from "./status_feed.ts";

/** The pauses before it is started again: the first, and the longest of those that double from it. */
const PAUSE_MS = { first: 500, longest: 30_000 };

/** One that has run for so long did not fail at its start. */
const SOUND_MS = 60_000;

/** How often bytes and messages are told, and every how many of these times the processes are looked at. */
const TICK = { everyMs: 250, looks: 4 };

/** How long after an end the kernel's signal may come. */
const SIGNAL_MS = 50;

/** Bytes of a client's message that are shown. */
const MESSAGE_BYTES = 80;

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
  readonly #signals: ChildSignals | null;
  readonly #ending = new AbortController();
  #process: Companion;
  #feed: StatusFeed | null = null;
  #running: Promise<unknown> = Promise.resolve();
  /** Open connections, by their ids. */
  readonly #connections = new Map<number, AcceptedConnection>();
  /** Bytes that were told of them. */
  readonly #told = new Map<number, number>();
  readonly #messages = new Map<number, string>();
  /** When workers were waited for, until their end is told. */
  readonly #reapedAt = new Map<number, number>();
  /** Ends that are about to be told. */
  readonly #exits = new Set<Promise<void>>();

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
    this.#signals = Deno.build.os === "windows" ? null : new ChildSignals(options.clock);
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
    const { events, clock, showsMessages } = this.#options;
    const feed = new StatusFeed(initialState(facts), clock);
    this.#feed = feed;
    events.subscribe([...STATUS_EVENTS, "worker_reaped"], (event) => this.#hear(event, feed));
    if (showsMessages) events.subscribe(["message_received"], (event) => this.#hear(event, feed));
    this.#running = Promise.all([this.#keepRunning(feed), this.#tick(feed)]);
  }

  /** Shows the bytes of a connection that was accepted just now. */
  watch(connection: AcceptedConnection): void {
    this.#connections.set(connection.info.id, connection);
  }

  #hear(event: ServerEvent, feed: StatusFeed): void {
    switch (event.event) {
      case "worker_reaped":
        this.#reapedAt.set(event.workerPid, this.#options.clock.now());
        return;
      case "worker_exited":
        this.#tellExit(feed, event);
        return;
      case "message_received":
        this.#messages.set(event.connection.id, escapeBytes(event.data.subarray(0, MESSAGE_BYTES)));
        return;
      case "connection_closed":
        this.#connections.delete(event.connection.id);
        this.#told.delete(event.connection.id);
        this.#messages.delete(event.connection.id);
    }
    if (isPlain(event)) tell(feed, flatEvent(event));
  }

  /** Tells of an end a moment later, when it is known since when that was to be seen. */
  #tellExit(feed: StatusFeed, event: EventOf<"worker_exited">): void {
    const reapedAt = this.#reapedAt.get(event.workerPid);
    this.#reapedAt.delete(event.workerPid);
    const at = Date.now();
    const told = this.#options.clock.sleep(SIGNAL_MS).then(() => {
      const zombieMs = this.#signals === null || reapedAt === undefined
        ? null
        : this.#signals.zombieMs(reapedAt);
      feed.change({ type: "event", at, event: { ...event, zombieMs } });
      this.#exits.delete(told);
    });
    this.#exits.add(told);
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
        const error = `The process of the status page (pid ${pid}) ${how}: it is started again`;
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
    try {
      this.#process = startStatusProcess(this.#where, this.#options.clock);
      await portOf(this.#process);
      return true;
    } catch (error) {
      if (error instanceof OperationalError) return false;
      throw error;
    }
  }

  async #tick(feed: StatusFeed): Promise<void> {
    const { clock, linesLost } = this.#options;
    const { signal } = this.#ending;
    const sampler = this.#kernel === null ? null : new Sampler(this.#kernel, clock);
    for (let ticks = 0; !signal.aborted; ticks++) {
      this.#tellTraffic(feed);
      if (ticks % TICK.looks === 0) {
        const seen = sampler?.look(feed.state) ?? { processes: null, acceptQueue: null };
        const sample: Sample = { ...seen, logLinesLost: linesLost() };
        feed.change({ type: "sample", at: Date.now(), sample });
      }
      await clock.sleep(TICK.everyMs, signal);
    }
  }

  #tellTraffic(feed: StatusFeed): void {
    const traffic = [...this.#connections].flatMap(([id, { traffic }]) => {
      if (traffic === null) return [];
      const { bytesIn, bytesOut } = traffic;
      if (this.#told.get(id) === bytesIn + bytesOut) return [];
      this.#told.set(id, bytesIn + bytesOut);
      return [[id, bytesIn, bytesOut] as const];
    });
    const at = Date.now();
    if (traffic.length > 0) feed.change({ type: "traffic", at, traffic });
    if (this.#messages.size === 0) return;
    const messages = [...this.#messages].map(([connectionId, text]) => ({ connectionId, text }));
    this.#messages.clear();
    tell(feed, { event: "messages", messages });
  }

  /** Tells the last, and ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#options;
    this.#signals?.[Symbol.dispose]();
    this.#ending.abort();
    await Promise.all(this.#exits);
    if (this.#feed !== null) await within(1000, this.#feed.end(), { clock });
    await this.#process[Symbol.asyncDispose]();
    await this.#running;
  }
}

type EventOf<Name extends EventName> = Extract<ServerEvent, { readonly event: Name }>;

/** An event that is told as it is. */
type PlainEvent = Parameters<typeof flatEvent>[0];

function isPlain(event: ServerEvent): event is PlainEvent {
  return event.event !== "worker_exited" && STATUS_EVENTS.some((name) => name === event.event);
}

function tell(feed: StatusFeed, event: StatusEvent): void {
  feed.change({ type: "event", at: Date.now(), event });
}
