/**
 * The server that a load is for.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import { isUnresolved } from "../../ipc/errors.ts";
import { UnresolvedError } from "./failure.ts";
import { say } from "../../ipc/say.ts";

/** Opens connections to one server. Its name is resolved until a connection is there, and never again. */
export class Target {
  readonly #port: number;
  #hostname: string;

  /** Connects to a host name or address. */
  constructor({ hostname, port }: Endpoint) {
    this.#hostname = hostname;
    this.#port = port;
  }

  /** Connects. Rejects with the operating system's error, or {@linkcode UnresolvedError}. */
  async connect(signal: AbortSignal): Promise<Deno.TcpConn> {
    const conn = await this.#open(signal);
    conn.setNoDelay(true);
    if (!isAddress(this.#hostname)) this.#hostname = conn.remoteAddr.hostname;
    return conn;
  }

  async #open(signal: AbortSignal): Promise<Deno.TcpConn> {
    try {
      return await Deno.connect({ hostname: this.#hostname, port: this.#port, signal });
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
