/**
 * A connection with TLS, whatever speaks it.
 *
 * @module
 */

import { errnoOf } from "../../ipc/errors.ts";
import type { ByteStream } from "../../ipc/transport.ts";
import type { Connection } from "./connection.ts";
import { tlsErrorOf } from "./handshake.ts";

/** Passes plain bytes on. What goes wrong with TLS is told as a `StreamError`. */
export class TlsConnection implements Connection {
  /** This end. */
  readonly localAddr: Connection["localAddr"];
  /** The server's end. */
  readonly remoteAddr: Connection["remoteAddr"];
  readonly #plain: ByteStream;

  /** Takes over a stream with which the handshake has been made. */
  constructor(
    plain: ByteStream,
    { localAddr, remoteAddr }: Pick<Connection, "localAddr" | "remoteAddr">,
  ) {
    this.#plain = plain;
    this.localAddr = localAddr;
    this.remoteAddr = remoteAddr;
  }

  /** Reads, as the stream does. */
  async read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#plain.read(buffer);
    } catch (error) {
      throw tlsErrorOf(error);
    }
  }

  /** Writes, as the stream does. */
  async write(bytes: Uint8Array): Promise<number> {
    try {
      return await this.#plain.write(bytes);
    } catch (error) {
      throw errorOfWrite(error);
    }
  }

  /** Sends close_notify. */
  async closeWrite(): Promise<void> {
    try {
      await this.#plain.closeWrite();
    } catch (error) {
      throw errorOfWrite(error);
    }
  }

  /** Ends both directions. */
  close(): void {
    this.#plain.close();
  }

  /** Does so where it is not done yet. */
  [Symbol.dispose](): void {
    closeOnce(this.#plain);
  }
}

/** Closes what may be closed already. */
export function closeOnce(stream: Pick<ByteStream, "close">): void {
  try {
    stream.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** Node's own words for a stream that is gone are those of a broken pipe. */
function errorOfWrite(error: unknown): unknown {
  if (!errnoOf(error)?.startsWith("ERR_STREAM_")) return tlsErrorOf(error);
  return Object.assign(new Deno.errors.BrokenPipe("broken pipe", { cause: error }), {
    code: "EPIPE",
  });
}
