/**
 * The listener: owns the listening socket from the bind to the close, and the loop that accepts from it.
 *
 * @module
 */

import { formatEndpoint } from "../../ipc/address.ts";
import type { Clock } from "../../ipc/clock.ts";
import { errnoOf, OperationalError, reasonOf } from "../../ipc/errors.ts";
import { AcceptFailures } from "./accept_failures.ts";
import type { Admission, Slot } from "./admission.ts";
import type { EventBus } from "../events.ts";

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: " (ports below 1024 need a privilege; choose a higher one)",
  EADDRINUSE: " (choose another port, or 0 for a free one)",
};

/** What a listener is told. */
export interface ListenerOptions {
  /** A host name or an address of this machine. */
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Connections that may wait in the kernel's queue; the kernel may round it. */
  readonly backlog: number;
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
  readonly #listener: Deno.TcpListener;
  #open = true;

  private constructor(listener: Deno.TcpListener) {
    this.#listener = listener;
  }

  /** Binds and listens. Throws {@linkcode OperationalError} that names the address, the reason and what to do. */
  static bind(options: ListenerOptions): Listener {
    const { hostname, port, backlog } = options;
    try {
      return new Listener(Deno.listen({ hostname, port, tcpBacklog: backlog }));
    } catch (cause) {
      const reason = reasonOf(cause) + (ADVICE[errnoOf(cause) ?? ""] ?? "");
      throw new OperationalError(`Cannot listen on ${formatEndpoint(options)}: ${reason}`, {
        cause,
      });
    }
  }

  /** Where it listens, with the port that the kernel chose. */
  get addr(): Deno.NetAddr {
    return this.#listener.addr;
  }

  /**
   * Takes a slot, then accepts, and hands both to `serve`; again and again until the signal aborts. Resolves to how
   * many connections ended before they could be accepted.
   */
  async acceptLoop(
    context: AcceptContext,
    serve: (conn: Deno.TcpConn, slot: Slot) => void,
  ): Promise<number> {
    const { admission, events, clock, signal } = context;
    const close = () => this[Symbol.dispose]();
    signal.addEventListener("abort", close, { once: true });
    const failures = new AcceptFailures({
      clock,
      signal,
      onFailed: (reason) => {
        const error = `Cannot accept on ${formatEndpoint(this.addr)}: ${reason}`;
        events.emit({ event: "accept_failed", error });
      },
    });
    while (true) {
      const slot = await admission.acquire(signal);
      if (slot === null) return failures.aborted;
      let conn: Deno.TcpConn;
      try {
        conn = await this.#listener.accept();
      } catch (error) {
        slot[Symbol.dispose]();
        if (!this.#open) return failures.aborted;
        await failures.recover(error);
        continue;
      }
      failures.accepted();
      serve(conn, slot);
    }
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#listener.close();
  }
}
