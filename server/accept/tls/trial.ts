/**
 * Whether TLS can be served with certificates that are sound by themselves: Deno knows not every kind of key, and would
 * fail with the first client.
 *
 * @module
 */

import { systemClock } from "../../../ipc/clock.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { say } from "../../../ipc/say.ts";
import type { StreamSocket } from "../client_socket.ts";
import type { CertificateFiles, Certificates } from "./certificates.ts";
import { makeHandshake, NOT_TLS } from "./handshake.ts";

/** No wait is as long: the client of a trial has ended. */
const LIMIT_MS = 10_000;

const NOWHERE = { hostname: "127.0.0.1", port: 0 };

/** Tries them out. Throws {@linkcode OperationalError} that names the key that TLS cannot serve with. */
export async function tryCertificates(
  certificates: Certificates,
  { key }: CertificateFiles,
): Promise<void> {
  if (await canServe(certificates)) return;
  throw new OperationalError(
    say`Cannot use the private key ${key}: TLS takes RSA from 2048 bits on, ECDSA (P-256, P-384, P-521) and Ed25519`,
  );
}

/** A server that has begun tells a client that does not speak TLS; one that cannot begin tells something else. */
async function canServe(certificates: Certificates): Promise<boolean> {
  const { signal } = new AbortController();
  try {
    const made = await makeHandshake(clientInTheClear(), {
      ...{ certificates, limitMs: LIMIT_MS, clock: systemClock, signal },
    });
    return "error" in made && made.error === NOT_TLS;
  } catch (error) {
    // Deno's own look at a key.
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

/** A client that says something which is no TLS, and ends. */
function clientInTheClear(): StreamSocket {
  const said = [new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n")];
  return {
    read(buffer) {
      const bytes = said.pop();
      if (bytes === undefined) return Promise.resolve(null);
      buffer.set(bytes);
      return Promise.resolve(bytes.length);
    },
    write: (bytes) => Promise.resolve(bytes.length),
    closeWrite: () => Promise.resolve(),
    close() {},
    setNoDelay() {},
    setKeepAlive() {},
    remoteAddr: NOWHERE,
    localAddr: NOWHERE,
  };
}
