/**
 * TLS of the server: the certificates as they are now, with which every new connection makes its handshake. They are
 * read again on SIGHUP; connections under way are left alone. Where a file has a mistake, that is told, and the old
 * ones stay.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { say } from "../../../ipc/say.ts";
import type { EventBus } from "../../events.ts";
import type { StreamSocket } from "../client_socket.ts";
import { HangUp } from "../hang_up.ts";
import { type CertificateFiles, type Certificates, readCertificates } from "./certificates.ts";
import { type HandshakeFailure, makeHandshake } from "./handshake.ts";
import type { SecuredSocket } from "./secured_socket.ts";
import { tryCertificates } from "./trial.ts";

/** How long a handshake may take: a client that never makes one holds a slot. */
const HANDSHAKE_MS = 10_000;

/** The first version of Deno that was seen to end a stream's direction: before, clients waited for it for ever. */
const DENO_MIN = [2, 9, 6] as const;

/** What it works with. */
export interface TlsOptions {
  /** Where the certificates are. */
  readonly files: CertificateFiles;
  /** Measures handshakes. */
  readonly clock: Clock;
  /** Where it is told that the files were read again, or could not be. */
  readonly events: EventBus;
}

/** Listens for SIGHUP from its opening to its disposal. */
export class TlsEntrance implements AsyncDisposable {
  readonly #options: TlsOptions;
  readonly #hangUp: HangUp;
  #certificates: Certificates;

  private constructor(options: TlsOptions, certificates: Certificates) {
    this.#options = options;
    this.#certificates = certificates;
    this.#hangUp = new HangUp(() => this.#readAgain());
  }

  /** Reads the certificates. Throws {@linkcode OperationalError} in one line where they, or this Deno, cannot serve. */
  static async open(options: TlsOptions): Promise<TlsEntrance> {
    const problem = denoProblem(Deno.version.deno);
    if (problem !== null) throw new OperationalError(problem);
    return new TlsEntrance(options, await readAndTry(options.files));
  }

  /** Makes the handshake with a client that was just accepted, and may last for so long. */
  async secure(
    socket: StreamSocket,
    { leftMs, signal }: { readonly leftMs: number; readonly signal: AbortSignal },
  ): Promise<SecuredSocket | HandshakeFailure> {
    const { clock } = this.#options;
    const limitMs = Math.min(HANDSHAKE_MS, leftMs);
    return await makeHandshake(socket, {
      certificates: this.#certificates,
      limitMs,
      clock,
      signal,
    });
  }

  async #readAgain(): Promise<void> {
    const { events, files } = this.#options;
    try {
      this.#certificates = await readAndTry(files);
      events.emit({ event: "certificates_read", file: files.cert });
    } catch (cause) {
      if (!(cause instanceof OperationalError)) throw cause;
      const error = say`${cause.message}; the certificates stay as they were`;
      events.emit({ event: "certificates_failed", error });
    }
  }

  /** Listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hangUp[Symbol.asyncDispose]();
  }
}

async function readAndTry(files: CertificateFiles): Promise<Certificates> {
  const certificates = await readCertificates(files);
  await tryCertificates(certificates, files);
  return certificates;
}

/** Why a version of Deno cannot serve TLS; null where it can. */
export function denoProblem(version: string): string | null {
  const numbers = version.split(".").map((part) => Number.parseInt(part));
  const at = DENO_MIN.findIndex((least, at) => numbers[at] !== least);
  const isEnough = at === -1 || (numbers[at] ?? 0) > (DENO_MIN[at] ?? 0);
  if (isEnough) return null;
  return say`Cannot serve TLS with Deno ${version}: its node:tls serves no stream as it should; Deno ${
    DENO_MIN.join(".")
  } or later does`;
}
