/**
 * The flags of `brood client` that make it speak TLS.
 *
 * @module
 */

import { flagName, type FlagValues, optionalFile, toggle } from "../../cli/flags.ts";
import { UsageError } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";

/** The flags. But for `--tls` itself they are refused without it. */
export const TLS_FLAGS = {
  tls: toggle("connect with TLS, and verify the server's certificate and its name"),
  tlsCa: optionalFile("trust the CAs in FILE (PEM) too, besides those that are trusted anyway"),
  insecure: toggle("verify no certificate: whoever answers is taken for the server"),
};

/** What `--help` says about TLS, below the flags. */
export const TLS_NOTES: readonly string[] = [
  "With --tls the time to connect includes the handshake, the end of input is sent as TLS's own end " +
  "(close_notify), and an answer that ends without one counts as cut off: it is told, with status 1.",
];

/** The values of the flags. */
export type TlsValues = FlagValues<typeof TLS_FLAGS>;

/** What is asked of TLS. */
export interface TlsOptions {
  /** The file with further CAs, or null. */
  readonly caFile: string | null;
  /** Whether the certificate is verified. */
  readonly isVerified: boolean;
}

/** What the flags ask of TLS, or null. Throws `UsageError` for flags that contradict each other. */
export function tlsOptionsOf(
  { tls, tlsCa, insecure }: TlsValues,
  { given, command }: { readonly given: ReadonlySet<string>; readonly command: string },
): TlsOptions | null {
  if (!tls) {
    const needy = Object.entries(TLS_FLAGS).find(([option]) =>
      option !== "tls" && given.has(option)
    );
    if (needy !== undefined) {
      throw new UsageError(say`--${flagName(...needy)} needs --tls`, { command });
    }
    return null;
  }
  if (insecure && tlsCa !== null) {
    throw new UsageError(
      say`--insecure does not go with --tls-ca: nothing would be verified with those CAs`,
      { command },
    );
  }
  return { caFile: tlsCa, isVerified: !insecure };
}
