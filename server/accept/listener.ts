/**
 * The listener: owns the listening socket from the bind to the close, and the loop that accepts from it.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../ipc/address.ts";
import type { Clock } from "../../ipc/clock.ts";
import { errnoOf, OperationalError, reasonOf } from "../../ipc/errors.ts";
import { AcceptFailures } from "./accept_failures.ts";
import { type Acceptor, type ListenTarget, listenWithDeno } from "./acceptor.ts";
import type { Admission, Slot } from "./admission.ts";
import type { ClientSocket } from "./client_socket.ts";
import type { EventBus } from "../events.ts";
import { say } from "../../ipc/say.ts";

function reasonWithAdvice(cause: unknown): string {
  const reason = reasonOf(cause);
  switch (errnoOf(cause)) {
    case "EACCES":
      return say`${reason} (ports below 1024 need a privilege; choose a higher one)`;
    case "EADDRINUSE":
      return say`${reason} (choose another port, or 0 for a free one)`;
    default:
      return reason;
  }
}

/** What a listener is told. */
export interface ListenerOptions extends ListenTarget {
  /** With what it listens: Deno unless told. */
  readonly listen?: ((target: ListenTarget) => Acceptor) | undefined;
}

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

/** A bound socket. Disposing closes it; connections that wait in its queue are reset by the kernel. */
export class Listener implements Disposable {
  readonly #acceptor: Acceptor;
  #open = true;

  private constructor(acceptor: Acceptor) {
    this.#acceptor = acceptor;
  }

  /** Binds and listens. Throws {@linkcode OperationalError} that names the address, the reason and what to do. */
  static bind(options: ListenerOptions): Listener {
    const { listen = listenWithDeno } = options;
    try {
      return new Listener(listen(options));
    } catch (cause) {
      if (cause instanceof OperationalError) throw cause;
      const reason = reasonWithAdvice(cause);
      throw new OperationalError(say`Cannot listen on ${formatEndpoint(options)}: ${reason}`, {
        cause,
      });
    }
  }

  /** Where it listens, with the port that the kernel chose. */
  get addr(): Endpoint {
    return this.#acceptor.addr;
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
    const close = () => this[Symbol.dispose]();
    signal.addEventListener("abort", close, { once: true });
    const failures = new AcceptFailures({
      clock,
      signal,
      onFailed: (reason) => {
        const error = say`Cannot accept on ${formatEndpoint(this.addr)}: ${reason}`;
        events.emit({ event: "accept_failed", error });
      },
    });
    while (true) {
      const slot = await admission.acquire(signal);
      if (slot === null) return failures.aborted;
      let socket: ClientSocket;
      try {
        socket = await this.#acceptor.accept();
      } catch (error) {
        slot[Symbol.dispose]();
        if (!this.#open) return failures.aborted;
        await failures.recover(error);
        continue;
      }
      failures.accepted();
      serve(socket, slot);
    }
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#acceptor.close();
  }
}
