/**
 * The server that a load is for.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import { type Connect, type Connection, connectPlainly } from "../connection/connection.ts";
import { isUnresolved } from "../../ipc/errors.ts";
import { UnresolvedError } from "./failure.ts";
import { say } from "../../ipc/say.ts";

/** Opens connections to one server. Its name is resolved until a connection is there, and never again. */
export class Target {
  readonly #name: string;
  readonly #port: number;
  readonly #connect: Connect;
  #hostname: string;

  /** Connects to a host name or address, without TLS unless `connect` does otherwise. */
  constructor({ hostname, port }: Endpoint, connect: Connect = connectPlainly) {
    this.#name = hostname;
    this.#hostname = hostname;
    this.#port = port;
    this.#connect = connect;
  }

  /** Connects. Rejects with the operating system's error, or {@linkcode UnresolvedError}. */
  async connect(signal: AbortSignal): Promise<Connection> {
    const conn = await this.#open(signal);
    if (!isAddress(this.#hostname)) this.#hostname = conn.remoteAddr.hostname;
    return conn;
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    const server = { hostname: this.#hostname, port: this.#port, name: this.#name };
    try {
      return await this.#connect(server, signal);
    } catch (cause) {
      if (isUnresolved(cause)) throw new UnresolvedError(say`no such host`, { cause });
      throw cause;
    }
  }
}

/** An address stays as it was typed: the scope of an IPv6 one (RFC 4007) is not told by the connection. */
function isAddress(hostname: string): boolean {
  return hostname.includes(":") || /^[\d.]+$/.test(hostname);
}
