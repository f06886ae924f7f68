/**
 * The files of `--tls-cert`, `--tls-key` and `--tls-client-ca`, read and checked: `node:tls` takes any text, and would
 * fail with the first client. Whether a key is sound, of a kind that TLS takes, and that of the certificate,
 * `Deno.listenTls` knows, whatever makes the handshakes.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { errnoOf, OperationalError, reasonOf } from "../../../ipc/errors.ts";
import { say } from "../../../ipc/say.ts";

/** Where they are. */
export interface CertificateFiles {
  /** The server's certificate, and behind it those that lead to its CA. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
  /** The CAs one of which must have signed a client's certificate; null where clients need none. */
  readonly clientCa: string | null;
}

/** What TLS is given, in PEM. */
export interface Certificates {
  /** The server's certificate, and behind it those that lead to its CA. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
  /** The CAs of clients; null where clients need no certificate. */
  readonly clientCa: string | null;
}

/** Reads and checks them. Throws {@linkcode OperationalError} that names the file and what is wrong with it. */
export async function readCertificates(files: CertificateFiles): Promise<Certificates> {
  const cert = await readText(files.cert, say`the certificate`);
  const key = await readText(files.key, say`the private key`);
  checkCertificates(cert, files.cert);
  checkKey(key, files.key);
  tryToServe({ cert, key }, files);
  if (files.clientCa === null) return { cert, key, clientCa: null };
  const clientCa = await readText(files.clientCa, say`the certificate`);
  checkCertificates(clientCa, files.clientCa);
  return { cert, key, clientCa };
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new OperationalError(say`Cannot read ${what} ${file}: ${reasonOf(cause)}`, { cause });
  }
}

/** Looks at all that are in a text: at least one has to be. */
function checkCertificates(text: string, file: string): void {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw new OperationalError(
      say`Cannot use the certificate ${file}: it has no -----BEGIN CERTIFICATE----- (PEM)`,
    );
  }
  for (const [at, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw new OperationalError(
        say`Cannot use the certificate ${file}: number ${at + 1} in it is damaged`,
        { cause },
      );
    }
  }
}

function checkKey(text: string, file: string): void {
  if (/^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(text)) {
    throw new OperationalError(
      say`Cannot use the private key ${file}: it is encrypted (openssl pkey -in FILE -out NEW writes it in the clear)`,
    );
  }
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text)) {
    throw new OperationalError(
      say`Cannot use the private key ${file}: it has no -----BEGIN PRIVATE KEY----- (PEM)`,
    );
  }
}

/** Listens with both for a moment. */
function tryToServe(
  pair: { readonly cert: string; readonly key: string },
  files: CertificateFiles,
): void {
  try {
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...pair }).close();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new OperationalError(problemOfPair(cause, files), { cause });
  }
}

/** Deno tells what is wrong with them by its text alone. */
function problemOfPair(error: Error, { cert, key }: CertificateFiles): string {
  if (error.message.includes("KeyMismatch")) {
    return say`Cannot use the private key ${key}: it is not that of the certificate ${cert}`;
  }
  if (/\bkeys?\b/i.test(error.message)) {
    return say`Cannot use the private key ${key}: it is damaged, or of a kind that TLS does not take (it takes RSA from 2048 bits on, ECDSA with P-256, P-384 or P-521, and Ed25519)`;
  }
  if (error.message.includes("UnsupportedCertVersion")) {
    return say`Cannot use the certificate ${cert}: it is not of version 3 of X.509 (openssl x509 -req makes that with -extfile)`;
  }
  return say`Cannot use the certificate ${cert}: ${
    errnoOf(error) === null ? error.message : reasonOf(error)
  }`;
}
