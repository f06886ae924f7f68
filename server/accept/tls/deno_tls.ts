/**
 * The handshake by `Deno.listenTls`, for a Deno whose `node:tls` cannot serve. What it lacks beside that
 * (`handshake.ts`): it asks no client for a certificate, and tells neither version nor cipher.
 *
 * `Deno.listenTls` accepts by itself, and a client's socket has been accepted before, and perhaps read from. So the
 * encrypted bytes are copied between that and a connection of this process with itself (`detours.ts`). Nagle's
 * algorithm (tcp(7)) is on there, and Deno cannot turn it off: the first answer may wait 40 ms until what TLS has sent
 * before it is acknowledged.
 *
 * @module
 */

import { LATE, type Limit, within } from "../../../ipc/clock.ts";
import { errnoOf, OperationalError, reasonOf } from "../../../ipc/errors.ts";
import { say } from "../../../ipc/say.ts";
import { type StreamSocket, trySetting } from "../client_socket.ts";
import type { Certificates } from "./certificates.ts";
import { DETOUR_DESCRIPTORS, Detours } from "./detours.ts";
import { type HandshakeFailure, lateFailure } from "./failure.ts";
import type { HandshakeLimits } from "./handshake.ts";
import { TunneledSocket } from "./tunneled_socket.ts";

/** Owns the detours' listener. The sockets outlast it. */
export class DenoTls implements AsyncDisposable {
  /** How many descriptors a connection has beside the client's socket. */
  readonly descriptorsEach: number = DETOUR_DESCRIPTORS;
  readonly #detours: Detours;

  private constructor(detours: Detours) {
    this.#detours = detours;
  }

  /**
   * Begins to serve with certificates that `readCertificates` has checked. Throws {@linkcode OperationalError} where
   * there is no socket for it.
   */
  static open(certificates: Certificates, options: Pick<Limit, "clock">): DenoTls {
    try {
      return new DenoTls(new Detours(certificates, options));
    } catch (cause) {
      if (errnoOf(cause) === null) throw cause;
      throw new OperationalError(say`Cannot listen for TLS on loopback: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }

  /** Makes it with a client that was just accepted. Closes the socket where that fails. */
  async makeHandshake(
    socket: StreamSocket,
    { limitMs, clock, signal }: HandshakeLimits,
  ): Promise<TunneledSocket | HandshakeFailure> {
    trySetting(() => socket.setNoDelay?.(true));
    const since = clock.now();
    const detour = await this.#detours.make(limitMs, { clock, signal }).catch((error) => ({
      error,
    }));
    if (detour === LATE || "error" in detour) {
      socket.close();
      if (detour === LATE) return lateFailure(limitMs, signal);
      return {
        error: `the server has no sockets left for its handshake (${reasonOf(detour.error)})`,
      };
    }
    const tunneled = new TunneledSocket(socket, detour);
    const leftMs = limitMs - (clock.now() - since);
    const failure = await within(leftMs, tunneled.handshake(), { clock, signal });
    if (failure === null) return tunneled;
    tunneled.close();
    return failure === LATE ? lateFailure(limitMs, signal) : failure;
  }

  /** Listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#detours[Symbol.asyncDispose]();
  }
}
