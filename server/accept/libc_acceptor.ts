/**
 * Listening sockets of libc's, whose connections another process can have. Loaded only where that is asked for.
 *
 * @module
 */

import { type Endpoint, parseAddress, unixEndpoint } from "../../ipc/address.ts";
import { systemClock } from "../../ipc/clock.ts";
import { errnoOf, isStreamError, OperationalError } from "../../ipc/errors.ts";
import type { Descriptor } from "../../ipc/posix/descriptor.ts";
import { localAddrOf, remoteAddrOf } from "../../ipc/posix/sockets/ends.ts";
import { isTurnDue, takeTurn } from "../../ipc/posix/sockets/event_loop_turn.ts";
import { accept, bind, listen, startListening } from "../../ipc/posix/sockets/listen.ts";
import { dropHandshakes } from "../../ipc/posix/sockets/handshakes.ts";
import { Poller } from "../../ipc/posix/sockets/poller.ts";
import { setKeepAlive, setNoDelay } from "../../ipc/posix/sockets/socket_options.ts";
import { isOfOneConnection } from "./accept_failures.ts";
import type { Acceptor, ListenTarget } from "./acceptor.ts";
import { keepAliveOf } from "./keepalive.ts";
import { DescriptorSocket } from "./client_socket.ts";
import { tellingPlace } from "./place_problem.ts";
import { say } from "../../ipc/say.ts";

/** How long handshakes that have begun may take: a way to the other side of the world and back. */
const HANDSHAKE_MS = 300;

/**
 * Listens with libc, so that another process can have what is accepted. Where others share the port it is bound alone:
 * from the moment when it listens the kernel gives it clients, and those have no other server to go to, so that has to
 * wait until the server has started. Throws the operating system's error, and {@linkcode OperationalError} where libc
 * cannot be called.
 */
export function listenWithLibc(
  { keepaliveMs = 0, ...target }: ListenTarget,
): LibcAcceptor {
  const { hostname, path, boundPath = path } = target;
  try {
    if (path !== undefined && boundPath !== undefined) {
      const descriptor = listen({ ...target, path: boundPath });
      return new LibcAcceptor([{ descriptor, addr: unixEndpoint(path) }]);
    }
    const address = { ...target, hostname: numericAddressOf(hostname) };
    if (target.reusesPort === true) {
      const bound = listeningOf(bind(address), keepaliveMs);
      return new LibcAcceptor([{ ...bound, backlog: target.backlog }]);
    }
    return new LibcAcceptor([listeningOf(listen(address), keepaliveMs)]);
  } catch (cause) {
    if (!(cause instanceof OperationalError)) throw cause;
    const { message } = cause;
    throw new OperationalError(
      target.reusesPort === true
        ? say`${message}; --reuse-port needs it`
        : say`${message}; --transport pipe does without, and unix for a worker`,
      { cause },
    );
  }
}

/** One acceptor in place of several, or of the one there is. */
export async function joinLibc(acceptors: readonly LibcAcceptor[]): Promise<LibcAcceptor> {
  const [only] = acceptors;
  if (only !== undefined && acceptors.length === 1) return only;
  const released = await Promise.all(acceptors.map((acceptor) => acceptor.release()));
  return new LibcAcceptor(released.flat());
}

/** A listening socket, and where it listens. */
export interface Listening {
  /** The socket. */
  readonly descriptor: Descriptor;
  /** With the port that the kernel chose. */
  readonly addr: Endpoint;
  /** Where it is bound alone so far: how many may wait in its queue. */
  readonly backlog?: number;
}

/**
 * A listening socket with what the kernel tells of it, and with the options that what it accepts inherits, tcp(7).
 * Throws the system's error.
 */
export function listeningOf(descriptor: Descriptor, keepaliveMs: number): Listening {
  const addr = endOf(descriptor);
  if (addr.path === undefined) {
    setNoDelay(descriptor, true);
    if (keepaliveMs > 0) setKeepAlive(descriptor, keepAliveOf(keepaliveMs));
  }
  return { descriptor, addr };
}

/** Owns the listening sockets, and waits for them in one thread of the pool. */
export class LibcAcceptor implements Acceptor {
  readonly #listening: readonly Listening[];
  readonly #poller = new Poller();
  /** The socket that is asked first: each in its turn, so that none keeps the others waiting. */
  #next = 0;
  #waiting: Promise<unknown> | null = null;
  #isFinishing = false;

  /** Takes over listening sockets, one or more. */
  constructor(listening: readonly Listening[]) {
    this.#listening = listening;
  }

  /** Where the first one listens. */
  get addr(): Endpoint {
    return this.#first.addr;
  }

  /** Where they listen. */
  get addresses(): readonly Endpoint[] {
    return this.#listening.map(({ addr }) => addr);
  }

  /** The listening socket, the first one. */
  get descriptor(): Descriptor {
    return this.#first.descriptor;
  }

  /** The listening sockets, for another acceptor: this one is not to be used any more. */
  async release(): Promise<readonly Listening[]> {
    await this.#poller[Symbol.asyncDispose]();
    return this.#listening;
  }

  get #first(): Listening {
    const [first] = this.#listening;
    if (first === undefined) throw new TypeError("There is no socket to accept from");
    return first;
  }

  /** Has those listen that are bound alone so far. Throws {@linkcode OperationalError} that names the place. */
  listen(): void {
    for (const { descriptor, addr, backlog } of this.#listening) {
      if (backlog === undefined) continue;
      tellingPlace(addr, () => startListening(descriptor, { ...addr, backlog }));
    }
  }

  /** Resolves to the next connection. Rejects with the operating system's error. */
  async accept(): Promise<DescriptorSocket> {
    if (isTurnDue()) await takeTurn();
    while (!this.#isFinishing) {
      const accepted = this.#acceptAny();
      if (accepted !== null) return accepted;
      this.#waiting = this.#poller.wait(
        this.#listening.map(({ descriptor }) => ({ descriptor, want: "read" })),
      );
      await this.#waiting;
    }
    throw new Deno.errors.BadResource("No more is accepted");
  }

  /** Null where nobody waits at any of them. */
  #acceptAny(): DescriptorSocket | null {
    for (let tried = 0; tried < this.#listening.length; tried++) {
      const listening = this.#listening[this.#next] ?? this.#first;
      this.#next = (this.#next + 1) % this.#listening.length;
      const accepted = acceptFrom(listening);
      if (accepted !== null) return accepted;
    }
    return null;
  }

  /** Closes them, and resolves to those that waited, as far as there are descriptors for them. */
  async finish(): Promise<readonly DescriptorSocket[]> {
    this.#isFinishing = true;
    for (const { descriptor, addr } of this.#listening) {
      if (addr.path === undefined) keepConnectionsFrom(descriptor);
    }
    await systemClock.sleep(HANDSHAKE_MS);
    // A wait in the pool holds a socket open beyond its close. Then nothing comes between the last accept and that.
    this.#poller.wake();
    await Promise.allSettled([this.#waiting]);
    const waiting: DescriptorSocket[] = [];
    for (let socket; (socket = this.#acceptLast()) !== null;) waiting.push(socket);
    this.close();
    return waiting;
  }

  /** Accepts as ever, but nobody tries again: null also where descriptors are short. */
  #acceptLast(): DescriptorSocket | null {
    while (true) {
      try {
        return this.#acceptAny();
      } catch (error) {
        if (errnoOf(error) === null) throw error;
        // One that was reset while it waited says nothing of those behind it.
        if (!isOfOneConnection(error)) return null;
      }
    }
  }

  /** Closes them: an accept under way rejects. */
  close(): void {
    for (const { descriptor } of this.#listening) descriptor[Symbol.dispose]();
    // The wait is over as soon as they are closed; whoever waits finds that out.
    this.#poller[Symbol.asyncDispose]();
  }
}

/** Where the kernel has no such filter, what comes at the wrong moment is reset. */
function keepConnectionsFrom(listener: Descriptor): void {
  try {
    dropHandshakes(listener);
  } catch (error) {
    if (!isStreamError(error)) throw error;
  }
}

/** Takes the next one off the queue, or null where there is none. Throws the operating system's error. */
function acceptFrom({ descriptor: listener, addr }: Listening): DescriptorSocket | null {
  const accepted = accept(listener);
  if (accepted === "again") return null;
  const { descriptor, remoteAddr } = accepted;
  try {
    // A connection that was reset in the queue is accepted all the same: ENOTCONN, as with Deno's accept.
    remoteAddrOf(descriptor);
    const localAddr = addr.path === undefined ? endOf(descriptor) : addr;
    return new DescriptorSocket(descriptor, { remoteAddr, localAddr });
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

function endOf(descriptor: Descriptor): Endpoint {
  const end = localAddrOf(descriptor);
  if (end === null) throw new TypeError("A listening socket has an address");
  return end;
}

/** An address as it is, or the one that Deno finds for a name of this machine. Throws the system's error. */
function numericAddressOf(hostname: string): string {
  try {
    parseAddress(hostname);
    return hostname;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    using found = Deno.listen({ hostname, port: 0 });
    return found.addr.hostname;
  }
}
