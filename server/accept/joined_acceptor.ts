/**
 * Several listening sockets as one: connections are given in the order in which they come, whatever socket they came
 * to.
 *
 * Deno tells nobody that a connection waits but by accepting it. So each socket has an accept under way, and one that
 * comes to each of the others while all slots are taken is accepted already: it waits here, and not in the queue.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import type { Acceptor } from "./acceptor.ts";
import type { ClientSocket } from "./client_socket.ts";

/** How an accept went. */
type Accepted = { readonly socket: ClientSocket } | { readonly error: unknown };

/** Owns the sockets. */
export class JoinedAcceptor implements Acceptor {
  readonly #acceptors: readonly Acceptor[];
  readonly #accepting = new Set<Acceptor>();
  /** What came and nobody has asked for yet. */
  readonly #accepted: Accepted[] = [];
  #onAccepted = () => {};
  #isOpen = true;

  /** Takes over the sockets. */
  constructor(acceptors: readonly Acceptor[]) {
    this.#acceptors = acceptors;
  }

  /** Where the first one listens. */
  get addr(): Endpoint {
    const [first] = this.addresses;
    if (first === undefined) throw new TypeError("There is no socket to accept from");
    return first;
  }

  /** Where they listen. */
  get addresses(): readonly Endpoint[] {
    return this.#acceptors.map(({ addr }) => addr);
  }

  /** Resolves to the next connection of any. Rejects with the error of the one that has failed. */
  async accept(): Promise<ClientSocket> {
    while (true) {
      const next = this.#accepted.shift();
      if (next !== undefined) {
        if ("error" in next) throw next.error;
        return next.socket;
      }
      if (!this.#isOpen) throw new Deno.errors.BadResource("The sockets are closed");
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onAccepted = resolve;
      for (const acceptor of this.#acceptors) {
        if (!this.#accepting.has(acceptor)) this.#acceptFrom(acceptor);
      }
      await promise;
    }
  }

  async #acceptFrom(acceptor: Acceptor): Promise<void> {
    this.#accepting.add(acceptor);
    const accepted = await this.#next(acceptor);
    this.#accepting.delete(acceptor);
    this.#accepted.push(accepted);
    if (!this.#isOpen) this.#closeUnasked();
    this.#onAccepted();
  }

  async #next(acceptor: Acceptor): Promise<Accepted> {
    try {
      return { socket: await acceptor.accept() };
    } catch (error) {
      return { error };
    }
  }

  /** Closes them, and what came and nobody has asked for: an accept under way rejects. Once is enough. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const acceptor of this.#acceptors) acceptor.close();
    this.#closeUnasked();
    this.#onAccepted();
  }

  #closeUnasked(): void {
    for (const accepted of this.#accepted.splice(0)) {
      // A failure ends with the sockets.
      if ("socket" in accepted) accepted.socket.close();
    }
  }
}
