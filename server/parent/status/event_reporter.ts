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
import {
  type Change,
  flatEvent,
  type LastMessage,
  STATUS_EVENTS,
  type StatusEvent,
  type Traffic,
} from "../../status/feed.ts";
import { ChildSignals } from "./child_signals.ts";

/** Bytes of a client's message that are shown. */
const MESSAGE_BYTES = 80;

/** How long after an end the kernel's signal may come. */
const SIGNAL_MS = 50;

/** Told as they are. */
const PLAIN_EVENTS: ReadonlySet<string> = new Set(
  STATUS_EVENTS.filter((name) => name !== "worker_exited"),
);

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
  readonly #watched = new Map<number, Watched>();
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
    this.#watched.set(connection.info.id, { connection, toldBytes: null, message: null });
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
        this.#keepMessage(event.connection.id, event.data);
        return;
      case "connection_closed":
        this.#watched.delete(event.connection.id);
    }
    if (isPlain(event)) this.#tell(flatEvent(event));
  }

  #keepMessage(connectionId: number, data: Uint8Array): void {
    const watched = this.#watched.get(connectionId);
    if (watched !== undefined) watched.message = escapeBytes(data.subarray(0, MESSAGE_BYTES));
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
    const traffic: Traffic[number][] = [];
    const messages: LastMessage[] = [];
    for (const [connectionId, watched] of this.#watched) {
      const { connection: { traffic: bytes }, message } = watched;
      if (bytes !== null && bytes.bytesIn + bytes.bytesOut !== watched.toldBytes) {
        watched.toldBytes = bytes.bytesIn + bytes.bytesOut;
        traffic.push([connectionId, bytes.bytesIn, bytes.bytesOut]);
      }
      if (message !== null) {
        watched.message = null;
        messages.push({ connectionId, text: message });
      }
    }
    if (traffic.length > 0) this.#options.change({ type: "traffic", at: Date.now(), traffic });
    if (messages.length > 0) this.#tell({ event: "messages", messages });
  }

  /** Waits for the ends that are about to be told, and listens to no signal any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#exits);
    this.#signals?.[Symbol.dispose]();
  }
}

/** An open connection, and what was told of it. */
interface Watched {
  readonly connection: AcceptedConnection;
  /** The bytes that were told; null while none were. */
  toldBytes: number | null;
  /** What its client has sent last, since that was told. */
  message: string | null;
}

type EventOf<Name extends EventName> = Extract<ServerEvent, { readonly event: Name }>;

/** An event that is told as it is. */
type PlainEvent = Parameters<typeof flatEvent>[0];

function isPlain(event: ServerEvent): event is PlainEvent {
  return PLAIN_EVENTS.has(event.event);
}
