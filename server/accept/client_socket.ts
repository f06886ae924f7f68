/**
 * A client's socket as it was accepted: one of Deno's, whose bytes this process can read, or a descriptor, for another
 * process to have.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import type { Descriptor } from "../../ipc/posix/descriptor.ts";
import type { ByteStream } from "../../ipc/transport.ts";

/** What a client and the server agreed upon by TLS. */
export interface TlsInfo {
  /** `TLSv1.3`, say. */
  readonly version: string;
  /** The cipher suite, as OpenSSL names it. */
  readonly cipher: string;
  /** Whose certificate the client has, as RFC 4514 writes that; null where it was not asked for one. */
  readonly clientSubject: string | null;
}

/** A socket that this process reads and writes. `Deno.TcpConn` is one. */
export type StreamSocket =
  & ByteStream
  & Pick<DescriptorSocket, "remoteAddr" | "localAddr">
  & Pick<Deno.TcpConn, "setNoDelay" | "setKeepAlive">
  & {
    /** What was agreed upon, where its bytes are behind TLS. */
    readonly tls?: TlsInfo;
  };

/** A client's socket. */
export type ClientSocket = StreamSocket | DescriptorSocket;

/** A socket of libc. Owns its descriptor. */
export class DescriptorSocket {
  /** What another process gets. */
  readonly descriptor: Descriptor;
  /** The client's end. */
  readonly remoteAddr: Endpoint;
  /** The server's end. */
  readonly localAddr: Endpoint;

  /** Takes over a socket that was accepted. */
  constructor(
    descriptor: Descriptor,
    ends: { readonly remoteAddr: Endpoint; readonly localAddr: Endpoint },
  ) {
    this.descriptor = descriptor;
    this.remoteAddr = ends.remoteAddr;
    this.localAddr = ends.localAddr;
  }

  /** Closes this process's descriptor; once is enough and more does no harm. */
  close(): void {
    this.descriptor[Symbol.dispose]();
  }
}

/** The number of a socket's descriptor; null where that is Deno's, which tells nobody. */
export function descriptorNumberOf(socket: ClientSocket): number | null {
  return "descriptor" in socket ? socket.descriptor.number : null;
}
