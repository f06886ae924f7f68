/**
 * What the parent tells the status process, one JSON object a line: the whole state first and after a gap, and what
 * happens to it. The page in the browser is told the same, over server-sent events.
 *
 * @module
 */

import type { ConnectionInfo } from "../../ipc/transport.ts";
import type { ServerEvent } from "../events.ts";
import type { AcceptQueue, ProcessView, ServerState } from "./state.ts";

/** The events that change the state. */
export const STATUS_EVENTS = [
  "connection_accepted",
  "connection_opened",
  "connection_closed",
  "connection_rejected",
  "worker_started",
  "worker_idle",
  "worker_ending",
  "worker_exited",
  "worker_failed",
  "admission_paused",
  "admission_resumed",
  "accept_failed",
  "draining",
  "stopping",
  "stopped",
] as const;

/** The name of an event that changes the state. */
export type StatusEventName = typeof STATUS_EVENTS[number];

/** A connection in a flat event. */
export interface FlatConnection {
  /** Counts the connections of one server, from 1. */
  readonly connectionId: number;
  /** The client's address. */
  readonly remoteHost: string;
  /** The client's port. */
  readonly remotePort: number;
  /** The address of the balancer that stands between, where one does. */
  readonly proxyHost?: string;
  /** Its port. */
  readonly proxyPort?: number;
}

/** An event with its connection's facts beside its own. */
export type Flat<Event> = Event extends { readonly connection: ConnectionInfo }
  ? Omit<Event, "connection"> & FlatConnection
  : Event;

/** An event of the server, with its connection's facts beside its own, as in the JSON log. */
export type StatusEvent =
  | Flat<Extract<ServerEvent, { readonly event: Exclude<StatusEventName, "worker_exited"> }>>
  | Extract<ServerEvent, { readonly event: "worker_exited" }> & {
    readonly zombieMs: number | null;
  }
  /** What clients have sent since the last of these, cut. */
  | { readonly event: "messages"; readonly messages: readonly LastMessage[] };

/** The beginning of what a client sent last. */
export interface LastMessage {
  /** Whose it is. */
  readonly connectionId: number;
  /** Text; what could drive a terminal or is no text is escaped. */
  readonly text: string;
}

/** What the parent has looked at. */
export interface Sample {
  /** The processes, the parent first; null where they cannot be seen. */
  readonly processes: readonly ProcessView[] | null;
  /** The accept queue; null where it cannot be seen. */
  readonly acceptQueue: AcceptQueue | null;
  /** Lines that the log has lost so far. */
  readonly logLinesLost: number;
}

/** The bytes of connections so far: id, from the client, to the client. */
export type Traffic = readonly (readonly [id: number, bytesIn: number, bytesOut: number])[];

/** A change of the state, and when it came. */
export type Change =
  | { readonly type: "event"; readonly at: number; readonly event: StatusEvent }
  | { readonly type: "traffic"; readonly at: number; readonly traffic: Traffic }
  | { readonly type: "sample"; readonly at: number; readonly sample: Sample };

/** A line of the feed. */
export type FeedMessage = { readonly type: "state"; readonly state: ServerState } | Change;

/** An event as the feed has it. Not for `worker_exited`, which needs to be told how long the process was a zombie. */
export function flatEvent(
  event: Extract<ServerEvent, { readonly event: Exclude<StatusEventName, "worker_exited"> }>,
): StatusEvent {
  if (!("connection" in event)) return event;
  const { connection: { id, remoteAddr, proxyAddr }, ...rest } = event;
  const proxy = proxyAddr === undefined
    ? {}
    : { proxyHost: proxyAddr.hostname, proxyPort: proxyAddr.port };
  return {
    ...rest,
    connectionId: id,
    remoteHost: remoteAddr.hostname,
    remotePort: remoteAddr.port,
    ...proxy,
  } as StatusEvent;
}
