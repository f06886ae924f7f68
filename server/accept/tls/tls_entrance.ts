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
import { type CertificateFiles, readCertificates } from "./certificates.ts";
import { DenoTls } from "./deno_tls.ts";
import type { HandshakeFailure } from "./failure.ts";
import { type HandshakeLimits, makeHandshake } from "./handshake.ts";

/** How long a handshake may take: a client that never makes one holds a slot. */
const HANDSHAKE_MS = 10_000;

/** The first version of Deno whose `node:tls` was seen to end a stream's direction: clients wait for that. */
const DENO_MIN = [2, 9, 6] as const;

/** What makes handshakes with the certificates that it was given. */
interface Handshakes extends AsyncDisposable {
  /** How many descriptors a connection has beside the client's socket. */
  readonly descriptorsEach: number;
  makeHandshake(
    socket: StreamSocket,
    limits: HandshakeLimits,
  ): Promise<StreamSocket | HandshakeFailure>;
}

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
  #handshakes: Handshakes;

  private constructor(options: TlsOptions, handshakes: Handshakes) {
    this.#options = options;
    this.#handshakes = handshakes;
    this.#hangUp = new HangUp(() => this.#readAgain());
  }

  /** Reads the certificates. Throws {@linkcode OperationalError} in one line where they, or this Deno, cannot serve. */
  static async open(options: TlsOptions): Promise<TlsEntrance> {
    return new TlsEntrance(options, await openHandshakes(options));
  }

  /** How many descriptors a connection has beside those of one in the clear. */
  get descriptorsEach(): number {
    return this.#handshakes.descriptorsEach;
  }

  /** Makes the handshake with a client that was just accepted, and may last for so long. */
  async secure(
    socket: StreamSocket,
    { leftMs, signal }: { readonly leftMs: number; readonly signal: AbortSignal },
  ): Promise<StreamSocket | HandshakeFailure> {
    const { clock } = this.#options;
    const limitMs = Math.min(HANDSHAKE_MS, leftMs);
    return await this.#handshakes.makeHandshake(socket, { limitMs, clock, signal });
  }

  async #readAgain(): Promise<void> {
    const { events, files } = this.#options;
    try {
      const before = this.#handshakes;
      this.#handshakes = await openHandshakes(this.#options);
      events.emit({ event: "certificates_read", file: files.cert });
      await before[Symbol.asyncDispose]();
    } catch (cause) {
      if (!(cause instanceof OperationalError)) throw cause;
      const error = say`${cause.message}; the certificates stay as they were`;
      events.emit({ event: "certificates_failed", error });
    }
  }

  /** Listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hangUp[Symbol.asyncDispose]();
    await this.#handshakes[Symbol.asyncDispose]();
  }
}

async function openHandshakes(
  { files, clock }: Pick<TlsOptions, "files" | "clock">,
): Promise<Handshakes> {
  const { deno } = Deno.version;
  const isByNode = hasServingNodeTls(deno);
  if (!isByNode && files.clientCa !== null) {
    throw new OperationalError(
      say`Cannot ask clients for certificates (--tls-client-ca) with Deno ${deno}: Deno ${
        DENO_MIN.join(".")
      } or later does`,
    );
  }
  const certificates = await readCertificates(files);
  if (!isByNode) return DenoTls.open(certificates, { clock });
  return {
    descriptorsEach: 0,
    makeHandshake: (socket, limits) => makeHandshake(socket, { certificates, ...limits }),
    async [Symbol.asyncDispose]() {},
  };
}

/** Whether `node:tls` of a version of Deno serves. */
export function hasServingNodeTls(version: string): boolean {
  const numbers = version.split(".").map((part) => Number.parseInt(part));
  const at = DENO_MIN.findIndex((least, at) => numbers[at] !== least);
  return at === -1 || (numbers[at] ?? 0) > (DENO_MIN[at] ?? 0);
}
