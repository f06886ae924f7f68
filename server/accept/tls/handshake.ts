/**
 * The handshake: makes a secured socket of one that was just accepted, or tells why not.
 *
 * By `node:tls`: of what Deno has it alone asks clients for certificates, and takes a socket that was accepted before
 * and may have been read from. Each connection has a `Server` of its own that never listens: it is given the socket, as
 * Node.js documents for its event `connection`, and so tells to whom a handshake belongs. Measured with Deno 2.9.6: a
 * handshake takes 3 to 5 ms. Where it fails, the client is not told why (Deno sends an alert only where it has the
 * socket itself): the log is.
 *
 * Deno 2.6 takes such a socket and never answers, with 2.7 TLS 1.2 and client certificates do not go together, and 2.8
 * and 2.9.0 send no `close_notify` where the client has ended first: there `deno_tls.ts` makes the handshake.
 *
 * @module
 */

import { createServer, type TLSSocket } from "node:tls";
import { type Clock, LATE, within } from "../../../ipc/clock.ts";
import { errnoOf } from "../../../ipc/errors.ts";
import { CipherStream } from "../../../ipc/tls/cipher_stream.ts";
import { type StreamSocket, type TlsInfo, trySetting } from "../client_socket.ts";
import type { Certificates } from "./certificates.ts";
import {
  ENDED,
  failedFor,
  type HandshakeFailure,
  lateFailure,
  LOST,
  NOT_TLS,
  UNKNOWN_CA,
} from "./failure.ts";
import { SecuredSocket } from "./secured_socket.ts";
import { subjectOf } from "./subject.ts";

/** How long a handshake lasts at most. */
export interface HandshakeLimits {
  /** How long it may take, in milliseconds. */
  readonly limitMs: number;
  /** Measures that. */
  readonly clock: Clock;
  /** Ends it when it aborts. */
  readonly signal: AbortSignal;
}

/**
 * Makes it with a client that was just accepted. Closes the socket where that fails. Rejects only where nobody has
 * checked the certificates (`readCertificates`).
 */
export async function makeHandshake(
  socket: StreamSocket,
  { certificates: { cert, key, clientCa }, limitMs, clock, signal }: HandshakeLimits & {
    /** What the server shows, and by which it judges clients. */
    readonly certificates: Certificates;
  },
): Promise<SecuredSocket | HandshakeFailure> {
  // Nagle's algorithm (tcp(7)) would hold a flight back until the client has acknowledged the one before: some 40 ms.
  trySetting(() => socket.setNoDelay?.(true));
  const { promise, resolve } = Promise.withResolvers<SecuredSocket | HandshakeFailure>();
  const cipher = new CipherStream(socket);
  // What comes after the first of them has no effect.
  const fail = (error: string) => resolve({ error });
  cipher.on("error", () => fail(LOST));
  cipher.on("end", () => fail(ENDED));
  const asksClient = clientCa !== null;
  const server = createServer({
    cert,
    key,
    minVersion: "TLSv1.2",
    ...asksClient ? { ca: clientCa, requestCert: true, rejectUnauthorized: true } : {},
  });
  server.on("tlsClientError", (error, plain) => fail(failureText(error, plain)));
  server.on("secureConnection", (plain) => {
    if (asksClient && !plain.authorized) return fail(failureText(null, plain));
    const tls = infoOf(plain, asksClient);
    if (tls === null) fail("its certificate has a subject that cannot be read");
    else resolve(new SecuredSocket({ plain, cipher, socket }, tls));
  });
  server.emit("connection", cipher);
  const made = await within(limitMs, promise, { clock, signal });
  if (made instanceof SecuredSocket) return made;
  socket.close();
  cipher.destroy();
  return made === LATE ? lateFailure(limitMs, signal) : made;
}

/** Null where the client's certificate tells no subject: a CA may sign what it has not read. */
function infoOf(plain: TLSSocket, asksClient: boolean): TlsInfo | null {
  const certificate = asksClient ? plain.getPeerX509Certificate() : undefined;
  try {
    return {
      version: plain.getProtocol() ?? "",
      cipher: plain.getCipher().name,
      clientSubject: certificate === undefined ? null : subjectOf(certificate.raw),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}

function failureText(error: Error | null, plain: TLSSocket): string {
  const { authorizationError } = plain;
  if (authorizationError) {
    return `its certificate is not accepted (${authorizationError})`;
  }
  switch (errnoOf(error)) {
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return NOT_TLS;
    case "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE":
      return "it has no certificate";
    case "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA":
      return UNKNOWN_CA;
    default:
      return failedFor(error?.message ?? "for no reason");
  }
}
