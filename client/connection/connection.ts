/**
 * A connection to a server, as the client and its load use it, however it was made.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import type { ByteStream } from "../../ipc/transport.ts";
import type { TlsOptions } from "./tls_options.ts";
import type { Trust } from "./trust.ts";

/** A connection that is open. Every `Deno.TcpConn` is one. */
export interface Connection extends ByteStream, Disposable {
  /** This end. */
  readonly localAddr: Pick<Endpoint, "port">;
  /** The server's end: the address that its name stood for. */
  readonly remoteAddr: Pick<Endpoint, "hostname">;
}

/** The server to connect to. */
export interface Server extends Endpoint {
  /** What whoever connects calls it: the certificate has to name that, also where `hostname` is resolved already. */
  readonly name: string;
}

/** Connects. Gives up when the signal aborts. */
export type Connect = (server: Server, signal: AbortSignal) => Promise<Connection>;

/** Connects without TLS. */
export async function connectPlainly(
  { hostname, port }: Endpoint,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname, port, signal });
  conn.setNoDelay(true);
  return conn;
}

/** Whom to trust, or null: without TLS. Rejects with `OperationalError` if that cannot be read. */
export async function readTrust(tls: TlsOptions | null): Promise<Trust | null> {
  if (tls === null) return null;
  const { trustOf } = await import("./trust.ts");
  return await trustOf(tls);
}

/** How to connect to a server that is trusted like that; null: without TLS, and nothing of it is loaded. */
export async function connectorFor(trust: Trust | null): Promise<Connect> {
  if (trust === null) return connectPlainly;
  if (!trust.isVerified) return (await import("./unverified.ts")).connectUnverified;
  return (await import("./verified.ts")).connectVerified(trust.authorities);
}
