/**
 * A listening socket of libc's whose connections this process relays: where it cannot be one of Deno's, because the
 * server was started with it, or because others listen on its port. Loaded only there.
 *
 * @module
 */

import type { SocketStream } from "../../ipc/posix/sockets/socket_stream.ts";
import { SocketWaits } from "../../ipc/posix/sockets/socket_waits.ts";
import type { Endpoint } from "../../ipc/address.ts";
import type { ConnectionEnds } from "../../ipc/transport.ts";
import type { Acceptor } from "./acceptor.ts";
import { type DescriptorSocket, RenamedSocket, type StreamSocket } from "./client_socket.ts";

/** What it accepts from. */
export interface DescriptorAcceptor extends Acceptor {
  /** Resolves to the next connection. */
  accept(): Promise<DescriptorSocket>;
  /** Closes it, and resolves to what waited. */
  finish(): Promise<readonly DescriptorSocket[]>;
}

/** Owns the acceptor, and one thread of the pool in which all connections wait for their bytes. */
export class StreamedAcceptor implements Acceptor {
  readonly #acceptor: DescriptorAcceptor;
  readonly #waits = new SocketWaits();
  /** How many connections are open. */
  #open = 0;
  #isClosed = false;

  /** Takes over the acceptor. */
  constructor(acceptor: DescriptorAcceptor) {
    this.#acceptor = acceptor;
  }

  /** Where it listens. */
  get addr(): Endpoint {
    return this.#acceptor.addr;
  }

  /** All places where it listens. */
  get addresses(): readonly Endpoint[] {
    return this.#acceptor.addresses ?? [this.addr];
  }

  /** Has it listen, where it is bound alone so far. */
  listen(): void {
    this.#acceptor.listen?.();
  }

  /** Resolves to the next connection. Rejects with the operating system's error. */
  async accept(): Promise<StreamSocket> {
    return this.#streamOf(await this.#acceptor.accept());
  }

  #streamOf({ descriptor, ...ends }: DescriptorSocket): StreamSocket {
    this.#open += 1;
    return new WatchedSocket(this.#waits.streamOf(descriptor), {
      ...ends,
      onClosed: () => this.#forget(),
    });
  }

  #forget(): void {
    this.#open -= 1;
    this.#freeThread();
  }

  /** Whoever waits when this is called is told before the thread is free. */
  #freeThread(): void {
    if (this.#isClosed && this.#open === 0) this.#waits[Symbol.asyncDispose]();
  }

  /** Closes it, and resolves to what waited. */
  async finish(): Promise<readonly StreamSocket[]> {
    const waiting = (await this.#acceptor.finish()).map((socket) => this.#streamOf(socket));
    this.close();
    return waiting;
  }

  /** Closes it: an accept under way rejects. Connections go on, and when they have ended the thread is free. */
  close(): void {
    this.#acceptor.close();
    this.#isClosed = true;
    this.#freeThread();
  }
}

/** A connection that tells when it is closed. */
class WatchedSocket extends RenamedSocket {
  #onClosed: () => void;

  constructor(
    stream: SocketStream,
    { onClosed, ...ends }: ConnectionEnds & { readonly onClosed: () => void },
  ) {
    super(stream, ends);
    this.#onClosed = onClosed;
  }

  override close(): void {
    super.close();
    this.#onClosed();
    this.#onClosed = () => {};
  }
}
