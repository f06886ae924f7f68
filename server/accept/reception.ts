/**
 * The reception: what becomes of a socket between its accept and the mode that serves it. It asks a balancer who the
 * client is, takes the socket through the gate, makes a connection of it, and gives back what it held when that is
 * over.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import { type Clock, NEEDLESS } from "../../ipc/clock.ts";
import type { ConnectionEnds } from "../../ipc/transport.ts";
import type { EventBus, Rejection } from "../events.ts";
import type { Slot } from "./admission.ts";
import { type ClientSocket, descriptorNumberOf, type StreamSocket } from "./client_socket.ts";
import { AcceptedConnection } from "./connection.ts";
import type { Entry, Gate } from "./gate.ts";

/** Who the clients of balancers are. */
export interface Introductions extends AsyncDisposable {
  /** Whether a balancer has made that connection. */
  expects(socket: ClientSocket): boolean;
  /**
   * Resolves to the ends that it tells, or to null for the socket's own. Where it tells none properly, or not before
   * the abort, the socket is closed: then it resolves to why.
   */
  read(socket: ClientSocket, signal: AbortSignal): Promise<ConnectionEnds | Rejection | null>;
}

/** What makes a connection secure before it is served. */
export interface Security {
  /**
   * Resolves to the socket that takes the place of that one, which may last for so long; or to why there is none, and
   * then it has been closed. Does not reject.
   */
  secure(
    socket: StreamSocket,
    limits: { readonly leftMs: number; readonly signal: AbortSignal },
  ): Promise<StreamSocket | { readonly error: string }>;
}

/** What a reception works with. */
export interface ReceptionOptions {
  /** Tells clients behind balancers; null where there are none. */
  readonly introductions: Introductions | null;
  /** Who gets in. */
  readonly gate: Gate;
  /** What secures connections; null where they go in the clear. */
  readonly security: Security | null;
  /** Where connections are told. */
  readonly events: EventBus;
  /** Measures how long they last. */
  readonly clock: Clock;
  /** How long one may last, in milliseconds; 0 is for ever. */
  readonly maxDurationMs: number;
  /** Whether TCP keepalive is off. */
  readonly isKeepAliveOff: boolean;
  /** Serves one. Resolves when all that it used is gone; does not reject. */
  readonly serve: (connection: AcceptedConnection) => Promise<void>;
}

/** What a client gets that has no address. */
const NOBODY_COUNTS: Entry = { hostSlot: null, hostConnections: 0 };

/** Counts the connections of one server. */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly #received = new Set<Promise<void>>();
  readonly #ended = new AbortController();
  #accepted = 0;

  /** Has received none yet. */
  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** How many connections were let in so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many are under way. */
  get size(): number {
    return this.#received.size;
  }

  /** Takes over a socket that was accepted, and its slot. */
  receive(socket: ClientSocket, slot: Slot): void {
    const received = this.#receive(socket).finally(() => {
      slot[Symbol.dispose]();
      this.#received.delete(received);
    });
    this.#received.add(received);
  }

  async #receive(socket: ClientSocket): Promise<void> {
    const { introductions, gate, security, serve, ...options } = this.#options;
    tellAccepted(socket, options.events);
    const acceptedAt = options.clock.now();
    const told = introductions?.expects(socket) === true
      ? await introductions.read(socket, this.#ended.signal)
      : null;
    if (told !== null && "reason" in told) {
      this.#tellRejected(socket.remoteAddr, gate.reject(told));
      return;
    }
    const { remoteAddr } = told ?? socket;
    const { hostname, path } = remoteAddr;
    // Who may open the file of a Unix-domain socket is for its permissions to say.
    const entry = path === undefined ? gate.admit(hostname) : NOBODY_COUNTS;
    if ("reason" in entry) {
      socket.close();
      this.#tellRejected(remoteAddr, entry);
      return;
    }
    const { hostSlot, hostConnections } = entry;
    try {
      const secured = security === null
        ? socket
        : await this.#secure(socket, { security, acceptedAt });
      if ("error" in secured) {
        this.#tellRejected(remoteAddr, gate.reject({ reason: "tls_failed", error: secured.error }));
        return;
      }
      const id = ++this.#accepted;
      await serve(
        new AcceptedConnection(secured, { ...options, id, hostConnections, told, acceptedAt }),
      );
    } finally {
      hostSlot?.[Symbol.dispose]();
    }
  }

  async #secure(
    socket: ClientSocket,
    { security, acceptedAt }: { readonly security: Security; readonly acceptedAt: number },
  ): Promise<StreamSocket | { readonly error: string }> {
    if ("descriptor" in socket) throw new TypeError("The bytes of a descriptor cannot be secured");
    const { clock, maxDurationMs } = this.#options;
    const leftMs = maxDurationMs === 0 ? Infinity : acceptedAt + maxDurationMs - clock.now();
    return await security.secure(socket, { leftMs, signal: this.#ended.signal });
  }

  /** Tells of a connection that was closed because it does not get in. */
  #tellRejected({ hostname: remoteHost, port: remotePort }: Endpoint, rejection: Rejection): void {
    const { events, gate } = this.#options;
    const rejected = gate.rejected(rejection.reason);
    events.emit({ event: "connection_rejected", remoteHost, remotePort, ...rejection, rejected });
  }

  /** Ends those that no mode serves yet. */
  end(): void {
    this.#ended.abort(NEEDLESS);
  }

  /** Resolves when none of those that are under way now is left. */
  async allServed(): Promise<void> {
    await Promise.all(this.#received);
  }
}

function tellAccepted(socket: ClientSocket, events: EventBus): void {
  if (!events.wants("socket_accepted")) return;
  const { remoteAddr } = socket;
  events.emit({ event: "socket_accepted", remoteAddr, descriptor: descriptorNumberOf(socket) });
}
