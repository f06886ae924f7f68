/**
 * Connects with TLS and verifies nothing, by `node:tls`: Deno's own functions cannot leave that out for one connection.
 *
 * @module
 */

import { isIP } from "node:net";
import { connect } from "node:tls";
import { say } from "../../ipc/say.ts";
import { CipherStream } from "../../ipc/tls/cipher_stream.ts";
import { SecuredStream } from "../../ipc/tls/secured_stream.ts";
import { type Connection, connectPlainly, type Server } from "./connection.ts";
import { handshakeReasonOf } from "./handshake.ts";
import { TlsConnection } from "./tls_connection.ts";
import { HandshakeError } from "./tls_errors.ts";

/** Connects to whoever answers. Gives up when the signal aborts. */
export async function connectUnverified(server: Server, signal: AbortSignal): Promise<Connection> {
  const conn = await connectPlainly(server, signal);
  // What is under way fails then.
  const giveUp = () => conn[Symbol.dispose]();
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  const cipher = new CipherStream(conn);
  try {
    return await secure(conn, { cipher, name: server.name });
  } catch (cause) {
    giveUp();
    cipher.destroy();
    const reason = signal.aborted ? say`it took too long` : handshakeReasonOf(cause, server.name);
    throw new HandshakeError(reason, { cause });
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** Makes the handshake. Rejects with what TLS fails with, or with what its stream does. */
async function secure(
  conn: Deno.TcpConn,
  { cipher, name }: { readonly cipher: CipherStream; readonly name: string },
): Promise<Connection> {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  cipher.on("error", reject);
  cipher.on("end", () => reject(new Deno.errors.UnexpectedEof("unexpected end of file")));
  const plain = connect({
    socket: cipher,
    // It is sent before anything is encrypted (SNI), and stands for names alone.
    servername: isIP(name) === 0 ? name : "",
    rejectUnauthorized: false,
  });
  // It cannot be told when this begins with a stream.
  plain.allowHalfOpen = true;
  plain.on("error", reject);
  // Made at once: the other side's end may have come with that of the handshake.
  plain.once(
    "secureConnect",
    () => resolve(new TlsConnection(new SecuredStream({ plain, cipher, socket: conn }), conn)),
  );
  return await promise;
}
