/**
 * What goes wrong with TLS, in plain words. It tells its errors by their text alone: what is not known here is told as
 * it came.
 *
 * @module
 */

import { CutOffError, errnoOf, reasonOf, StreamError } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import { TruncatedError } from "./tls_errors.ts";

const REASONS: readonly (readonly [RegExp, (groups: readonly string[]) => string])[] = [
  [
    /UnknownIssuer/,
    () =>
      say`nobody who is trusted has issued its certificate (--tls-ca FILE trusts a CA, --insecure verifies nothing)`,
  ],
  [
    /CaUsedAsEndEntity/,
    () =>
      say`its certificate is that of a CA, which is none of a server (make it with basicConstraints=CA:FALSE, or --insecure)`,
  ],
  [/BadSignature/, () => say`its certificate was not issued by the CA that it names`],
  [/expired/i, () => say`its certificate has expired`],
  [
    /NotValidYet|not valid yet/i,
    () => say`its certificate is not valid yet (or this clock is wrong)`,
  ],
  [
    /^invalid peer certificate: (.*)$/,
    ([reason = ""]) => say`its certificate is not valid: ${reason}`,
  ],
  [/^received fatal alert: (\w+)$/, ([alert = ""]) => say`the server has refused it: ${alert}`],
  [
    /InvalidContentType|corrupt message|unexpected (handshake )?message|wrong version number/i,
    () => say`what the server answers is no TLS (does it speak TLS on that port?)`,
  ],
  [
    /^unexpected end of file|handshake eof|disconnected before/i,
    () => say`the server has closed the connection during the handshake`,
  ],
];

/** Why a handshake with the server of that name has failed. */
export function handshakeReasonOf(error: unknown, name: string): string {
  const text = error instanceof Error ? error.message : String(error);
  // Node has the name of a reset for that, which it was not.
  const isNodes = text.startsWith("Client network socket disconnected before");
  if (!isNodes && errnoOf(error)?.match(/^E[A-Z]+$/)) return reasonOf(error);
  const names = namesIn(text);
  if (names !== null) {
    return names.length === 0
      ? say`its certificate names no server, and not ${name}`
      : say`its certificate is for ${names.join(", ")}, and not for ${name}`;
  }
  for (const [pattern, tell] of REASONS) {
    const match = pattern.exec(text);
    if (match !== null) return tell(match.slice(1));
  }
  return text;
}

/** The names of a certificate that is for others, or null if that is not what was wrong. */
function namesIn(text: string): string[] | null {
  if (!/not valid for (any )?name|NotValidForName/.test(text)) return null;
  return [...text.matchAll(/DnsName\("([^"]*)"\)|IpAddress\(([^)]*)\)/g)].map(
    ([, name, address]) => name ?? address ?? "",
  );
}

/** The error of a connection on which TLS was spoken: one of TLS is told in words, every other as it is. */
export function tlsErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StreamError) return error;
  if (error instanceof Deno.errors.UnexpectedEof || error instanceof CutOffError) {
    return truncated(error);
  }
  const [, alert] = /^received fatal alert: (\w+)$/.exec(error.message) ?? [];
  if (alert === "CertificateRequired") {
    return new StreamError(say`the server wants a certificate of its client, and there is none`, {
      cause: error,
    });
  }
  if (alert !== undefined) {
    return new StreamError(say`the server has ended TLS: ${alert}`, { cause: error });
  }
  if (error instanceof Deno.errors.InvalidData || errnoOf(error)?.startsWith("ERR_")) {
    return new StreamError(say`what the server sent is no TLS: ${error.message}`, { cause: error });
  }
  return error;
}

/** The error of a server that closed its connection without the end that TLS has. */
export function truncated(cause?: unknown): TruncatedError {
  return new TruncatedError(
    say`it was closed without the end that TLS has (close_notify): what came may be cut off`,
    { cause },
  );
}
