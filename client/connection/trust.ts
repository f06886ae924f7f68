/**
 * Whose certificates are trusted: what the flags ask, with the file of CAs read and checked. It is plain data, so that
 * the processes of a load get it as it is.
 *
 * @module
 */

import { OperationalError, reasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import type { TlsOptions } from "./tls_options.ts";

/** Twice as much as all CAs of the public internet. What is longer is no list of them, and may have no end. */
const CA_BYTES_MAX = 512 * 1024;

/** The first Deno whose `node:tls` ends the sending direction alone. The one of 2.6 closes the connection. */
const UNVERIFIED_SINCE = { major: 2, minor: 8 };

/** Who is trusted. */
export interface Trust {
  /** Whether the server's certificate is verified. */
  readonly isVerified: boolean;
  /** Further CAs, as PEM. */
  readonly authorities: string | null;
}

/** Reads whom to trust. Rejects with {@linkcode OperationalError} if the CAs cannot be read, or are none. */
export async function trustOf(
  { caFile, isVerified }: TlsOptions,
  version: string = Deno.version.deno,
): Promise<Trust> {
  if (!isVerified) requireHalfClose(version);
  return { isVerified, authorities: caFile === null ? null : await readAuthorities(caFile) };
}

function requireHalfClose(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const { major: sinceMajor, minor: sinceMinor } = UNVERIFIED_SINCE;
  if (major > sinceMajor || (major === sinceMajor && minor >= sinceMinor)) return;
  throw new OperationalError(
    say`--insecure needs Deno ${`${sinceMajor}.${sinceMinor}`} or later, and this is ${version}: there the end of what is sent would also end the answers (--tls-ca FILE works)`,
  );
}

async function readAuthorities(path: string): Promise<string> {
  const cannot = (reason: string, cause?: unknown) =>
    new OperationalError(say`Cannot use the CAs in ${path}: ${reason}`, { cause });
  let text: string;
  try {
    text = await readUpTo(path, CA_BYTES_MAX);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw cannot(reasonOf(cause), cause);
  }
  if (text.length > CA_BYTES_MAX) throw cannot(say`it is more than any list of CAs has`);
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (certificates === null) throw cannot(say`it has no certificate as PEM`);
  const { X509Certificate } = await import("node:crypto");
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw cannot(say`certificate ${index + 1} in it is damaged`, cause);
    }
  }
  return certificates.join("\n");
}

async function readUpTo(path: string, max: number): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(max + 1);
  let length = 0;
  while (length < bytes.length) {
    const count = await file.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
