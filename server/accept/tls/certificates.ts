/**
 * The files of `--tls-cert`, `--tls-key` and `--tls-client-ca`, read and checked: `node:tls` takes any text, and would
 * fail with the first client.
 *
 * @module
 */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { OperationalError, reasonOf } from "../../../ipc/errors.ts";
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

/** What `node:tls` is given, in PEM. */
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
  const [own] = parseCertificates(cert, files.cert);
  if (own?.checkPrivateKey(parseKey(key, files.key)) !== true) {
    throw new OperationalError(
      say`Cannot use the private key ${files.key}: it is not that of the certificate ${files.cert}`,
    );
  }
  if (files.clientCa === null) return { cert, key, clientCa: null };
  const clientCa = await readText(files.clientCa, say`the certificate`);
  parseCertificates(clientCa, files.clientCa);
  return { cert, key, clientCa };
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new OperationalError(say`Cannot read ${what} ${file}: ${reasonOf(cause)}`, { cause });
  }
}

/** All that are in a text, at least one. */
function parseCertificates(text: string, file: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw new OperationalError(
      say`Cannot use the certificate ${file}: it has no -----BEGIN CERTIFICATE----- (PEM)`,
    );
  }
  return blocks.map((block, at) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new OperationalError(
        say`Cannot use the certificate ${file}: number ${at + 1} in it is damaged`,
        { cause },
      );
    }
  });
}

function parseKey(text: string, file: string): KeyObject {
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
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new OperationalError(say`Cannot use the private key ${file}: it is damaged`, { cause });
  }
}
