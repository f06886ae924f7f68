/**
 * The ways in which a handshake is made: this Deno has both.
 *
 * @module
 */

import type { StreamSocket } from "../../../../server/accept/client_socket.ts";
import {
  type CertificateFiles,
  readCertificates,
} from "../../../../server/accept/tls/certificates.ts";
import { DenoTls } from "../../../../server/accept/tls/deno_tls.ts";
import type { HandshakeFailure } from "../../../../server/accept/tls/failure.ts";
import { type HandshakeLimits, makeHandshake } from "../../../../server/accept/tls/handshake.ts";

/** Them all. */
export const WAYS = ["node:tls", "Deno.listenTls"] as const;

/** One of them. */
export type Way = typeof WAYS[number];

/** Makes a handshake in one of them. */
export async function makeHandshakeBy(
  way: Way,
  socket: StreamSocket,
  { files, ...limits }: HandshakeLimits & { readonly files: CertificateFiles },
): Promise<StreamSocket | HandshakeFailure> {
  const certificates = await readCertificates(files);
  if (way === "node:tls") return await makeHandshake(socket, { certificates, ...limits });
  await using tls = DenoTls.open(certificates, { clock: limits.clock });
  return await tls.makeHandshake(socket, limits);
}
