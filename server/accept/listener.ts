/**
 * The listener: owns the listening socket or sockets from the bind to the close, and the loop that accepts from them.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../ipc/address.ts";
import type { Clock } from "../../ipc/clock.ts";
import { AcceptFailures } from "./accept_failures.ts";
import { type Acceptor, type Listen, type ListenTarget, listenWithDeno } from "./acceptor.ts";
import type { Admission, Slot } from "./admission.ts";
import type { ClientSocket } from "./client_socket.ts";
import type { EventBus } from "../events.ts";
import { tellingPlace } from "./place_problem.ts";
import { say } from "../../ipc/say.ts";

/** What the accept loop works with. */
export interface AcceptContext {
  /** Where slots come from. */
  readonly admission: Admission;
  /** Where failures to accept are told. */
  readonly events: EventBus;
  /** Times the pause after a failure. */
  readonly clock: Clock;
  /** Ends the loop when it aborts. */
  readonly signal: AbortSignal;
}

/** What a listener may be told besides. */
export interface ListenerParts {
  /** What is to be removed when it is closed. */
  readonly files?: Disposable;
  /** Whether what waits in the queue when no more is to be accepted is still to be served. */
  readonly finishes?: boolean;
}

/**
 * Binds at one place, and listens unless others share it. Throws `OperationalError` that names the place, the reason
 * and what to do.
 */
export function bindAt(target: ListenTarget, listen: Listen = listenWithDeno): Acceptor {
  return tellingPlace(target, () => listen(target));
}

/** Bound sockets. Disposing closes them; connections that wait in their queues are reset by the kernel. */
export class Listener implements Disposable {
  readonly #acceptor: Acceptor;
  readonly #parts: ListenerParts;
  #open = true;
  /** What waited in the queue when no more was to be accepted. */
  #waiting: readonly ClientSocket[] = [];

  /** Takes over the sockets. */
  constructor(acceptor: Acceptor, parts: ListenerParts = {}) {
    this.#acceptor = acceptor;
    this.#parts = parts;
  }

  /** Where it listens, with the port that the kernel chose: the first place. */
  get addr(): Endpoint {
    return this.#acceptor.addr;
  }

  /** All the places. */
  get addresses(): readonly Endpoint[] {
    return this.#acceptor.addresses ?? [this.addr];
  }

  /**
   * Has those sockets listen that are bound alone so far, once: connections come from then on. Throws
   * `OperationalError` as {@linkcode bindAt} does.
   */
  listen(): void {
    this.#acceptor.listen?.();
  }

  /**
   * Takes a slot, then accepts, and hands both to `serve`; again and again until the signal aborts. Resolves to how
   * many connections ended before they could be accepted.
   */
  async acceptLoop(
    context: AcceptContext,
    serve: (socket: ClientSocket, slot: Slot) => void,
  ): Promise<number> {
    const { admission, events, clock, signal } = context;
    let ended: Promise<void> | null = null;
    if (signal.aborted) ended = this.#end();
    else signal.addEventListener("abort", () => ended = this.#end(), { once: true });
    const failures = new AcceptFailures({
      clock,
      signal,
      onFailed: (reason) => {
        const where = this.addresses.map(formatEndpoint).join(", ");
        const error = say`Cannot accept on ${where}: ${reason}`;
        events.emit({ event: "accept_failed", error });
      },
    });
    while (true) {
      const slot = await admission.acquire(signal);
      if (slot === null) break;
      let socket: ClientSocket;
      try {
        socket = await this.#acceptor.accept();
      } catch (error) {
        slot[Symbol.dispose]();
        if (!this.#open || signal.aborted) break;
        await failures.recover(error);
        continue;
      }
      failures.accepted();
      serve(socket, slot);
    }
    await ended;
    return failures.aborted;
  }

  /** Closes the socket, and keeps what waited where that is to be served. */
  async #end(): Promise<void> {
    if (this.#open && this.#parts.finishes === true) {
      this.#waiting = await this.#acceptor.finish?.() ?? [];
    }
    this[Symbol.dispose]();
  }

  /** How many connections waited when no more were to be accepted, and are still to be served. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Serves those as slots become free, until the signal aborts: then the rest is closed. */
  async serveWaiting(
    { admission, signal }: Pick<AcceptContext, "admission" | "signal">,
    serve: (socket: ClientSocket, slot: Slot) => void,
  ): Promise<void> {
    for (const socket of this.#waiting) {
      const slot = await admission.acquire(signal);
      if (slot === null) socket.close();
      else serve(socket, slot);
    }
    this.#waiting = [];
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    // First the file: whoever finds it finds a server that listens.
    this.#parts.files?.[Symbol.dispose]();
    this.#acceptor.close();
  }
}
