/**
 * The end of a client's connection: how it is closed so that the client gets all that was written to it.
 *
 * To close a TCP socket while bytes of the other side are unread, or come later, is to reset it (RFC 1122, section
 * 4.2.2.13), and a reset drops what is still on its way to that side. So the sending direction is ended first, and what
 * the client still sends is read and dropped until it has ended too.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { isStreamError } from "./errors.ts";
import type { ByteStream } from "./transport.ts";

/** How long a client may be silent, and how long it may go on sending, before it is not waited for any more. */
const LINGER_MS = { silence: 500, all: 5000 };

const BUFFER_BYTES = 64 * 1024;

/** What a client is lingered for with. */
export interface LingerOptions {
  /** Measures the time. */
  readonly clock: Clock;
  /** Bytes that the client has still to take from the kernel, or null where nobody can tell. */
  readonly unsentBytes?: (() => Promise<number | null>) | undefined;
}

/**
 * Ends the direction to a client, and drops what it sends until it has ended, or its time is over. Whoever calls this
 * closes the stream then. Resolves to whether the client gets all that was written to it, as far as can be told: not one
 * that was lost, nor one that has still some of it to take and still sends, so that the close will be a reset. Rejects
 * only for a bug.
 */
export async function linger(
  client: Pick<ByteStream, "read" | "closeWrite">,
  { clock, unsentBytes }: LingerOptions,
): Promise<boolean> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const endsAt = clock.now() + LINGER_MS.all;
  try {
    await client.closeWrite();
    for (let left; (left = endsAt - clock.now()) > 0;) {
      const read = new AbortController();
      const silence = clock.sleep(Math.min(LINGER_MS.silence, left), read.signal);
      const count = await Promise.race([client.read(buffer), silence.then(() => "none" as const)])
        .finally(() => read.abort());
      // Of a silent client nothing is unread: the kernel still sends what it has for it.
      if (count === null || count === "none" && left >= LINGER_MS.silence) return true;
    }
  } catch (error) {
    if (!isStreamError(error)) throw error;
    return false;
  }
  return await unsentBytes?.() === 0;
}
