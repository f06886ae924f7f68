/**
 * The handshake by `Deno.listenTls`, for a Deno whose `node:tls` cannot serve. What it lacks beside that
 * (`handshake.ts`): it asks no client for a certificate, and tells neither version nor cipher.
 *
 * `Deno.listenTls` accepts by itself, and a client's socket has been accepted before, and perhaps read from. So this
 * listens on loopback, where nobody is told of it: for each client a connection is made to it, and the encrypted bytes
 * are copied between that and the client's socket. The connection that was made is known by its port; whoever else
 * finds the listener is not served. Nagle's algorithm (tcp(7)) is on there, and Deno cannot turn it off: the first
 * answer may wait 40 ms until what TLS has sent before it is acknowledged.
 *
 * @module
 */

import { LATE, within } from "../../../ipc/clock.ts";
import { reasonOf } from "../../../ipc/errors.ts";
import { type StreamSocket, trySetting } from "../client_socket.ts";
import type { Certificates } from "./certificates.ts";
import { type HandshakeFailure, lateFailure } from "./failure.ts";
import type { HandshakeLimits } from "./handshake.ts";
import { type Detour, TunneledSocket } from "./tunneled_socket.ts";

/** Owns the listener. The sockets outlast it. */
export class DenoTls implements AsyncDisposable {
  /** Those of a detour. */
  readonly descriptors = 2;
  readonly #listener: Deno.TlsListener;
  /** One detour is made after the other. Does not reject. */
  #making: Promise<unknown> = Promise.resolve();

  private constructor(listener: Deno.TlsListener) {
    this.#listener = listener;
  }

  /** Begins to serve with certificates that `readCertificates` has checked. */
  static open({ cert, key }: Certificates): DenoTls {
    return new DenoTls(Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }));
  }

  /** Makes it with a client that was just accepted. Closes the socket where that fails. */
  async makeHandshake(
    socket: StreamSocket,
    { limitMs, clock, signal }: HandshakeLimits,
  ): Promise<TunneledSocket | HandshakeFailure> {
    trySetting(() => socket.setNoDelay?.(true));
    let detour: Detour;
    try {
      detour = await this.#makeDetour();
    } catch (error) {
      socket.close();
      return { error: `the server has no sockets left for its handshake (${reasonOf(error)})` };
    }
    const tunneled = new TunneledSocket(socket, detour);
    const failure = await within(limitMs, tunneled.handshake(), { clock, signal });
    if (failure === null) return tunneled;
    tunneled.close();
    return failure === LATE ? lateFailure(limitMs, signal) : failure;
  }

  #makeDetour(): Promise<Detour> {
    const making = this.#making.then(() => this.#connect());
    this.#making = making.catch(() => {});
    return making;
  }

  async #connect(): Promise<Detour> {
    const { addr } = this.#listener;
    const outer = await Deno.connect({ hostname: addr.hostname, port: addr.port });
    const { hostname, port } = outer.localAddr;
    try {
      while (true) {
        const plain = await this.#listener.accept();
        const { remoteAddr } = plain;
        if (remoteAddr.hostname === hostname && remoteAddr.port === port) return { outer, plain };
        plain[Symbol.dispose]();
      }
    } catch (error) {
      outer.close();
      throw error;
    }
  }

  /** Listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#making;
    this.#listener.close();
  }
}
