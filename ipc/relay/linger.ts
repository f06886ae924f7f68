/**
 * The end of a client's connection: how it is closed so that the client gets all that was written to it.
 *
 * To close a TCP socket while bytes of the other side are unread, or come later, is to reset it (RFC 1122, section
 * 4.2.2.13), and a reset drops what is still on its way to that side. So the sending direction is ended first, and what
 * the client still sends is read and dropped until it has ended too. With TLS that end may have to wait for the client:
 * it is written behind all that the client has still to take.
 *
 * @module
 */

import { type Clock, LATE, within } from "../clock.ts";
import { CutOffError, isStreamError } from "../errors.ts";
import type { ByteStream } from "../transport.ts";

/** A client that has taken all and sends nothing for so long is not waited for any more. */
const SILENCE_MS = 500;

/** How often it is looked what a client has taken. */
const LOOK_MS = 500;

/** How long a client is waited for that takes nothing more, or has nothing to take and sends on. */
const PATIENCE_MS = 5000;

const BUFFER_BYTES = 64 * 1024;

/** What a client is lingered for with. */
export interface LingerOptions {
  /** Measures the time. */
  readonly clock: Clock;
  /** Bytes that the client has still to take from the kernel, or null where nobody can tell. */
  readonly unsentBytes?: (() => Promise<number | null>) | undefined;
}

/**
 * Ends the direction to a client, and drops what it sends until it has ended, or is silent and has taken all, or its
 * time is over: a client that goes on taking what was written to it has its time anew. Whoever calls this closes the
 * stream then. Resolves to whether the client gets all that was written to it, as far as can be told. Rejects only for
 * a bug.
 */
export async function linger(
  client: Pick<ByteStream, "read" | "closeWrite">,
  { clock, unsentBytes }: LingerOptions,
): Promise<boolean> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let now = clock.now();
  let [silentAt, lookAt, endsAt] = [now + SILENCE_MS, now + LOOK_MS, now + PATIENCE_MS];
  let unsent: number | null = null;
  let isEnded = false;
  let reading: Promise<number | null> | null = client.closeWrite().then(() => {
    isEnded = true;
    return client.read(buffer);
  });
  try {
    while (true) {
      reading ??= client.read(buffer);
      const wakeAt = now < silentAt ? Math.min(silentAt, lookAt) : lookAt;
      const count = await within(wakeAt - now, reading, { clock });
      now = clock.now();
      if (count === null) return true;
      if (count !== LATE) reading = null;
      if (count !== LATE || !isEnded) silentAt = now + SILENCE_MS;
      if (now < lookAt && now < silentAt) continue;
      const seen = await unsentBytes?.() ?? null;
      // Nothing of a silent client is unread: what nobody can tell, the kernel goes on to send it.
      if (now >= silentAt && (seen === null || seen === 0)) return true;
      if (seen !== null && unsent !== null && seen < unsent) endsAt = now + PATIENCE_MS;
      if (now >= endsAt) return isEnded && seen === 0;
      unsent = seen;
      lookAt = now + LOOK_MS;
    }
  } catch (error) {
    if (!isStreamError(error)) throw error;
    // The client has ended after its answer had: what it left out nobody waits for.
    return error instanceof CutOffError;
  }
}
