/**
 * A client's socket behind TLS that `node:tls` speaks.
 *
 * @module
 */

import type { Endpoint } from "../../../ipc/address.ts";
import { type SecuredParts, SecuredStream } from "../../../ipc/tls/secured_stream.ts";
import type { StreamSocket, TlsInfo } from "../client_socket.ts";

/** Owns all that it is made of. */
export class SecuredSocket extends SecuredStream implements StreamSocket {
  /** The client's end. */
  readonly remoteAddr: Endpoint;
  /** The server's end. */
  readonly localAddr: Endpoint;
  /** What was agreed upon. */
  readonly tls: TlsInfo;
  readonly #socket: StreamSocket;

  /** Takes over a socket with which the handshake has just been made. */
  constructor(parts: SecuredParts & { readonly socket: StreamSocket }, tls: TlsInfo) {
    super(parts);
    const { socket } = parts;
    this.remoteAddr = socket.remoteAddr;
    this.localAddr = socket.localAddr;
    this.tls = tls;
    this.#socket = socket;
  }

  /** Passed on to the socket. */
  setNoDelay(isOn?: boolean): void {
    this.#socket.setNoDelay?.(isOn);
  }

  /** Passed on to the socket. */
  setKeepAlive(isOn?: boolean): void {
    this.#socket.setKeepAlive?.(isOn);
  }
}
