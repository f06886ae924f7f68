/**
 * An accepted connection: its socket, who is connected, and the events of its life.
 *
 * @module
 */

import { type Clock, LATE, within } from "../../ipc/clock.ts";
import type { RelayEnd, Traffic } from "../../ipc/relay/relay.ts";
import { sendQueues } from "../../ipc/relay/send_queue.ts";
import type { ConnectionEnds, ConnectionInfo } from "../../ipc/transport.ts";
import type { Descriptor } from "../../ipc/posix/descriptor.ts";
import type { CloseReason, EventBus, Outcome } from "../events.ts";
import {
  type ClientSocket,
  descriptorNumberOf,
  type StreamSocket,
  type TlsInfo,
  trySetting,
} from "./client_socket.ts";

/** What an accepted connection is made with. */
export interface AcceptedConnectionOptions {
  /** Counts the connections of one server, from 1. */
  readonly id: number;
  /** Where its events go. */
  readonly events: EventBus;
  /** Measures how long it lasts. */
  readonly clock: Clock;
  /** How many connections its client's address has, this one included; 0 if nobody counts. */
  readonly hostConnections: number;
  /** The ends that a balancer has told of it, which the socket connects to; null, or absent, where there is none. */
  readonly told?: ConnectionEnds | null;
  /** When it was accepted, as its clock tells; now unless told. */
  readonly acceptedAt?: number;
  /** How long it may last since then, in milliseconds; 0, or absent, is for ever. */
  readonly maxDurationMs?: number;
  /** Whether TCP keepalive is off: on unless told, where the socket is one of Deno's. */
  readonly isKeepAliveOff?: boolean;
}

/** Why a connection closed whose relay was ended so, whatever became of its process. */
const REASON_OF_END: Readonly<Partial<Record<RelayEnd, CloseReason>>> = {
  client: "client_lost",
  idle: "idle_timeout",
  time: "max_duration",
  stop: "server_stopped",
};

/** How long a process that has ended both directions may go on before the connection is told as finished. */
const PROCESS_END_MS = 1000;

/**
 * Why a connection closed whose relay was ended so. An end of file looks the same from a process that has answered and
 * from one that was killed in the middle of its answer: only its end, `processEnd`, tells them apart.
 */
export async function closeReason(
  endedBy: RelayEnd,
  processEnd: Promise<CloseReason>,
  clock: Clock,
): Promise<CloseReason> {
  const reason = REASON_OF_END[endedBy];
  if (reason !== undefined) return reason;
  const ended = await within(PROCESS_END_MS, processEnd, { clock });
  return ended === LATE ? "finished" : ended;
}

/** Tells the events of one connection. The mode that serves it closes `stream`. */
export class AcceptedConnection {
  /** Who is connected. */
  readonly info: ConnectionInfo;
  readonly #socket: ClientSocket;
  /** How many connections its client's address had when it was accepted, this one included; 0 if nobody counts. */
  readonly hostConnections: number;
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #acceptedAt: number;
  readonly #maxDurationMs: number;
  /** The number of its descriptor; null where that is Deno's, which tells nobody. */
  readonly descriptorNumber: number | null;
  /** Bytes that have passed so far; null where nobody counts them, or not yet. Whoever counts them sets it. */
  traffic: Readonly<Traffic> | null = null;

  /**
   * Takes over a socket that was just accepted. One of Deno's gets Nagle's algorithm off and keepalive on, which a
   * descriptor has from the listening socket.
   */
  constructor(socket: ClientSocket, options: AcceptedConnectionOptions) {
    this.#socket = socket;
    const { id, told = null } = options;
    const { remoteAddr, localAddr } = socket;
    this.info = told === null
      ? { id, remoteAddr, localAddr }
      : { id, ...told, proxyAddr: remoteAddr };
    this.hostConnections = options.hostConnections;
    this.#events = options.events;
    this.#clock = options.clock;
    this.#acceptedAt = options.acceptedAt ?? options.clock.now();
    this.#maxDurationMs = options.maxDurationMs ?? 0;
    this.descriptorNumber = descriptorNumberOf(socket);
    if ("descriptor" in socket) return;
    trySetting(() => {
      socket.setNoDelay?.(true);
      // So that the loss of a client that sends nothing, not even an end of file, is noticed.
      if (options.isKeepAliveOff !== true) socket.setKeepAlive?.(true);
    });
  }

  /** How long it may still last, in milliseconds; `Infinity` where there is no limit. */
  get timeLeftMs(): number {
    if (this.#maxDurationMs === 0) return Infinity;
    return Math.max(0, this.#acceptedAt + this.#maxDurationMs - this.#clock.now());
  }

  /** Its socket, to read and write here. Throws `TypeError` where it is a descriptor, for another process. */
  get stream(): StreamSocket {
    if (!("descriptor" in this.#socket)) return this.#socket;
    throw new TypeError("A descriptor is read by the process that gets it");
  }

  /** What was agreed upon by TLS; null where its bytes are not behind that. */
  get tls(): TlsInfo | null {
    return "descriptor" in this.#socket ? null : this.#socket.tls ?? null;
  }

  /** Its socket, to give to another process. Throws `TypeError` where it is one of Deno's. */
  get descriptor(): Descriptor {
    if ("descriptor" in this.#socket) return this.#socket.descriptor;
    throw new TypeError("Deno gives no other process its socket");
  }

  /** Closes this process's socket: where another process has it, the connection goes on. */
  closeSocket(): void {
    this.#socket.close();
  }

  /** Tells that it is now served, by that worker or by the parent (null). */
  tellAccepted(workerPid: number | null): void {
    this.#events.emit({ event: "connection_accepted", connection: this.info, workerPid });
  }

  /**
   * What to call with every chunk that the client sends, and with its size where that is only its beginning; undefined
   * where nobody wants to know.
   */
  get onMessage(): ((data: Uint8Array, size?: number) => void) | undefined {
    if (!this.#events.wants("message_received")) return undefined;
    return (data, size) => {
      const message = size === undefined ? { data } : { data, size };
      this.#events.emit({ event: "message_received", connection: this.info, ...message });
    };
  }

  /** Bytes that were written to the client and that its side has not taken yet, or null where nobody can tell. */
  unsentBytes(): Promise<number | null> {
    // The kernel knows the connection by the socket's ends, whatever a balancer tells.
    return sendQueues.unsentBytes(this.#socket);
  }

  /** Closes it unserved, and tells why. */
  refuse(reason: CloseReason): void {
    this.closeSocket();
    this.tellClosed({ bytesIn: 0, bytesOut: 0, reason });
  }

  /** Tells that it has ended, and how. */
  tellClosed(outcome: Outcome): void {
    const durationMs = Math.round((this.#clock.now() - this.#acceptedAt) * 1000) / 1000;
    this.#events.emit({
      event: "connection_closed",
      connection: this.info,
      ...outcome,
      durationMs,
    });
  }
}
