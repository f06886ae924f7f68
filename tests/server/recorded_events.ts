/** An event bus that remembers what was emitted on it. */

import { EventBus, type EventName, type ServerEvent } from "../../server/events.ts";

const NAMES: Readonly<Record<EventName, true>> = {
  listening: true,
  connection_accepted: true,
  worker_started: true,
  message_received: true,
  connection_closed: true,
  worker_exited: true,
  worker_failed: true,
  connection_rejected: true,
  admission_paused: true,
  admission_resumed: true,
  accept_failed: true,
  handler_failed: true,
  handler_not_isolated: true,
  guard_lost: true,
  status_lost: true,
  service_manager_lost: true,
  status_listening: true,
  run_folder_failed: true,
  draining: true,
  rules_read: true,
  rules_failed: true,
  certificates_read: true,
  certificates_failed: true,
  stopping: true,
  stopped: true,
  worker_idle: true,
  connection_opened: true,
  worker_ending: true,
  worker_reaped: true,
  socket_accepted: true,
  proxy_header_read: true,
  process_started: true,
  worker_told_to_end: true,
};

const UNLOGGED: readonly EventName[] = [
  "socket_accepted",
  "proxy_header_read",
  "process_started",
  "worker_idle",
  "connection_opened",
  "worker_ending",
  "worker_told_to_end",
  "worker_reaped",
];

/** The name of every event there is. */
export const EVENT_NAMES: readonly EventName[] = Object.keys(NAMES) as EventName[];

/** The name of every event that the log has; others are recorded only for a test that asks for them. */
export const LOGGED_NAMES = EVENT_NAMES.filter((name) => !UNLOGGED.includes(name));

/** The event of a name. */
export type EventOf<Name extends EventName> = Extract<ServerEvent, { readonly event: Name }>;

/** Subscribes to events and keeps them. */
export class RecordedEvents {
  readonly bus = new EventBus();
  /** Every event so far, in order. */
  readonly all: ServerEvent[] = [];
  #next = Promise.withResolvers<void>();

  constructor(names: readonly EventName[] = LOGGED_NAMES) {
    this.bus.subscribe(names, (event) => {
      this.all.push("data" in event ? { ...event, data: event.data.slice() } : event);
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    });
  }

  /** Those of one name, in order. */
  of<Name extends EventName>(name: Name): EventOf<Name>[] {
    return this.all.filter((event): event is EventOf<Name> => event.event === name);
  }

  /** Resolves to the first of that name, once there is one. */
  async first<Name extends EventName>(name: Name): Promise<EventOf<Name>> {
    while (true) {
      const [event] = this.of(name);
      if (event !== undefined) return event;
      await this.#next.promise;
    }
  }
}
