/**
 * Turns what happens in the server into changes of its status: events at once, and now and then what clients have sent
 * and how many bytes have passed.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { EventBus, EventName, ServerEvent } from "../../events.ts";
import { escapeBytes } from "../../log/escape.ts";
import { type Change, flatEvent, STATUS_EVENTS, type StatusEvent } from "../../status/feed.ts";
import { ChildSignals } from "./child_signals.ts";

/** Bytes of a client's message that are shown. */
const MESSAGE_BYTES = 80;

/** How long after an end the kernel's signal may come. */
const SIGNAL_MS = 50;

/** What a reporter works with. */
export interface EventReporterOptions {
  /** What happens. */
  readonly events: EventBus;
  /** Times how long a process was a zombie. */
  readonly clock: Clock;
  /** Whether what clients send may be shown. */
  readonly showsMessages: boolean;
  /** Takes a change. */
  readonly change: (change: Change) => void;
}

/** Reports from now on. Disposing tells what is about to be told. */
export class EventReporter implements AsyncDisposable {
  readonly #options: EventReporterOptions;
  readonly #signals: ChildSignals | null;
  /** Open connections, by their ids. */
  readonly #connections = new Map<number, AcceptedConnection>();
  /** Bytes that were told of them. */
  readonly #told = new Map<number, number>();
  /** What they have sent last, since that was told. */
  readonly #messages = new Map<number, string>();
  /** When workers were waited for, until their end is told. */
  readonly #reapedAt = new Map<number, number>();
  /** Ends that are about to be told. */
  readonly #exits = new Set<Promise<void>>();

  /** Subscribes. */
  constructor(options: EventReporterOptions) {
    const { events, clock, showsMessages } = options;
    this.#options = options;
    this.#signals = Deno.build.os === "windows" ? null : new ChildSignals(clock);
    events.subscribe([...STATUS_EVENTS, "worker_reaped"], (event) => this.#hear(event));
    if (showsMessages) events.subscribe(["message_received"], (event) => this.#hear(event));
  }

  /** Reports the bytes of a connection that was accepted just now. */
  watch(connection: AcceptedConnection): void {
    this.#connections.set(connection.info.id, connection);
  }

  #hear(event: ServerEvent): void {
    switch (event.event) {
      case "worker_reaped":
        this.#reapedAt.set(event.workerPid, this.#options.clock.now());
        return;
      case "worker_exited":
        this.#tellExit(event);
        return;
      case "message_received":
        this.#messages.set(event.connection.id, escapeBytes(event.data.subarray(0, MESSAGE_BYTES)));
        return;
      case "connection_closed":
        this.#connections.delete(event.connection.id);
        this.#told.delete(event.connection.id);
        this.#messages.delete(event.connection.id);
    }
    if (isPlain(event)) this.#tell(flatEvent(event));
  }

  #tell(event: StatusEvent): void {
    this.#options.change({ type: "event", at: Date.now(), event });
  }

  /** Tells of an end a moment later, when it is known since when that was to be seen. */
  #tellExit(event: EventOf<"worker_exited">): void {
    const reapedAt = this.#reapedAt.get(event.workerPid);
    this.#reapedAt.delete(event.workerPid);
    const at = Date.now();
    const told = this.#options.clock.sleep(SIGNAL_MS).then(() => {
      const zombieMs = reapedAt === undefined ? null : this.#signals?.zombieMs(reapedAt) ?? null;
      this.#options.change({ type: "event", at, event: { ...event, zombieMs } });
      this.#exits.delete(told);
    });
    this.#exits.add(told);
  }

  /** Tells what has passed and was sent since the last time. */
  tellTraffic(): void {
    const traffic = [...this.#connections].flatMap(([id, { traffic }]) => {
      if (traffic === null) return [];
      const { bytesIn, bytesOut } = traffic;
      if (this.#told.get(id) === bytesIn + bytesOut) return [];
      this.#told.set(id, bytesIn + bytesOut);
      return [[id, bytesIn, bytesOut] as const];
    });
    if (traffic.length > 0) this.#options.change({ type: "traffic", at: Date.now(), traffic });
    if (this.#messages.size === 0) return;
    const messages = [...this.#messages].map(([connectionId, text]) => ({ connectionId, text }));
    this.#messages.clear();
    this.#tell({ event: "messages", messages });
  }

  /** Waits for the ends that are about to be told, and listens to no signal any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#exits);
    this.#signals?.[Symbol.dispose]();
  }
}

type EventOf<Name extends EventName> = Extract<ServerEvent, { readonly event: Name }>;

/** An event that is told as it is. */
type PlainEvent = Parameters<typeof flatEvent>[0];

function isPlain(event: ServerEvent): event is PlainEvent {
  return event.event !== "worker_exited" && STATUS_EVENTS.some((name) => name === event.event);
}
