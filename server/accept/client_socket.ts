/**
 * A client's socket as it was accepted: one of Deno's, whose bytes this process can read, or a descriptor, for another
 * process to have.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import { isStreamError } from "../../ipc/errors.ts";
import type { Descriptor } from "../../ipc/posix/descriptor.ts";
import type { ByteStream, ConnectionEnds } from "../../ipc/transport.ts";

/** What a client and the server agreed upon by TLS. */
export interface TlsInfo {
  /** `TLSv1.3`, say. */
  readonly version: string;
  /** The cipher suite, as OpenSSL names it. */
  readonly cipher: string;
  /** Whose certificate the client has, as RFC 4514 writes that; null where it was not asked for one. */
  readonly clientSubject: string | null;
}

/**
 * A socket that this process reads and writes. `Deno.TcpConn` is one. What cannot be set has it already, or needs none.
 */
export type StreamSocket =
  & ByteStream
  & ConnectionEnds
  & Partial<Pick<Deno.TcpConn, "setNoDelay" | "setKeepAlive">>
  & {
    /** What was agreed upon, where its bytes are behind TLS. */
    readonly tls?: TlsInfo;
  };

/** A client's socket. */
export type ClientSocket = StreamSocket | DescriptorSocket;

/** A socket of Deno's whose ends are called otherwise here. */
export class RenamedSocket implements StreamSocket {
  /** The client's end. */
  readonly remoteAddr: Endpoint;
  /** The server's end. */
  readonly localAddr: Endpoint;
  readonly #conn: ByteStream & Pick<StreamSocket, "setNoDelay" | "setKeepAlive">;

  /** Takes over the socket. */
  constructor(
    conn: ByteStream & Pick<StreamSocket, "setNoDelay" | "setKeepAlive">,
    { remoteAddr, localAddr }: ConnectionEnds,
  ) {
    this.#conn = conn;
    this.remoteAddr = remoteAddr;
    this.localAddr = localAddr;
  }

  /** Reads, as the socket does. */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer);
  }

  /** Writes, as the socket does. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  /** Ends the outgoing direction. */
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** Closes the socket. */
  close(): void {
    this.#conn.close();
  }

  /** Turns Nagle's algorithm off, where there is one. */
  setNoDelay(isOn?: boolean): void {
    this.#conn.setNoDelay?.(isOn);
  }

  /** Turns TCP keepalive on, where there is such a thing. */
  setKeepAlive(isOn?: boolean): void {
    this.#conn.setKeepAlive?.(isOn);
  }
}

/** A socket of libc. Owns its descriptor. */
export class DescriptorSocket {
  /** What another process gets. */
  readonly descriptor: Descriptor;
  /** The client's end. */
  readonly remoteAddr: Endpoint;
  /** The server's end. */
  readonly localAddr: Endpoint;

  /** Takes over a socket that was accepted. */
  constructor(descriptor: Descriptor, ends: ConnectionEnds) {
    this.descriptor = descriptor;
    this.remoteAddr = ends.remoteAddr;
    this.localAddr = ends.localAddr;
  }

  /** Closes this process's descriptor; once is enough and more does no harm. */
  close(): void {
    this.descriptor[Symbol.dispose]();
  }
}

/** Sets something of a socket. Some systems refuse that when the client is gone already: the first read will tell. */
export function trySetting(set: () => void): void {
  try {
    set();
  } catch (error) {
    if (!isStreamError(error)) throw error;
  }
}

/** The number of a socket's descriptor; null where that is Deno's, which tells nobody. */
export function descriptorNumberOf(socket: ClientSocket): number | null {
  return "descriptor" in socket ? socket.descriptor.number : null;
}
