/**
 * Connects with TLS, by what Deno has: the certificate is verified against the CAs that Deno trusts, which are those of
 * Mozilla (with `DENO_TLS_CA_STORE=system` those of the system), and against the server's name.
 *
 * Deno does not close a socket whose handshake was given up before the server closes it: a load against a server that
 * accepts and then says nothing keeps these descriptors open.
 *
 * @module
 */

import { say } from "../../ipc/say.ts";
import { type Connect, connectPlainly } from "./connection.ts";
import { handshakeReasonOf } from "./handshake.ts";
import { closeOnce, TlsConnection } from "./tls_connection.ts";
import { HandshakeError } from "./tls_errors.ts";

/** How to connect to servers whose certificate has to be valid; the CAs of that PEM text are trusted too. */
export function connectVerified(authorities: string | null): Connect {
  const caCerts = authorities === null ? [] : [authorities];
  return async (server, signal) => {
    const tcp = await connectPlainly(server, signal);
    // The zone of an IPv6 address (RFC 4007) is this machine's own matter.
    const hostname = server.name.replace(/(?<=:.*)%.*$/, "");
    const conn = await startTls(tcp, { hostname, caCerts });
    const close = () => closeOnce(conn);
    signal.addEventListener("abort", close);
    if (signal.aborted) close();
    try {
      await conn.handshake();
      return new TlsConnection(conn, tcp);
    } catch (cause) {
      close();
      const reason = signal.aborted ? say`it took too long` : handshakeReasonOf(cause, hostname);
      throw new HandshakeError(reason, { cause });
    } finally {
      signal.removeEventListener("abort", close);
    }
  };
}

async function startTls(
  tcp: Deno.TcpConn,
  options: { readonly hostname: string; readonly caCerts: string[] },
): Promise<Deno.TlsConn> {
  try {
    return await Deno.startTls(tcp, options);
  } catch (cause) {
    closeOnce(tcp);
    throw new HandshakeError(handshakeReasonOf(cause, options.hostname), { cause });
  }
}
