/**
 * The transport: how a worker gets the bytes of its connection. The parent holds one end, the worker the other, and
 * `transports/` has one file for each way there is.
 *
 * @module
 */

import type { Endpoint } from "./address.ts";

/** A two-way stream of bytes whose directions end one by one. Every `Deno.Conn` is one. */
export interface ByteStream {
  /** Reads into `buffer`; resolves to the number of bytes read, or null at the end of file. */
  read(buffer: Uint8Array): Promise<number | null>;

  /** Writes from `bytes`; resolves to how many were taken, which may be fewer than there are. */
  write(bytes: Uint8Array): Promise<number>;

  /** Reads as `read` does, but without a promise; `again` where that cannot be now, and `read` has to wait for it. */
  readNow?(buffer: Uint8Array): number | null | "again";

  /** Writes as `write` does, likewise. */
  writeNow?(bytes: Uint8Array): number | "again";

  /** Ends the outgoing direction: the other side reads an end of file, and may still send. */
  closeWrite(): Promise<void>;

  /** Ends both directions, and every operation under way. */
  close(): void;

  /** Whether its end is a word of its own, the `close_notify` of TLS, which a close leaves out. */
  readonly endsByWord?: true;
}

/** The two ends of a connection. */
export interface ConnectionEnds {
  /** The client's end. */
  readonly remoteAddr: Endpoint;

  /** The server's end. */
  readonly localAddr: Endpoint;
}

/** Who is connected: what the parent tells a worker before the first byte. */
export interface ConnectionInfo extends ConnectionEnds {
  /** Counts the connections of one server, from 1. */
  readonly id: number;

  /** The end of the balancer that has told both in a PROXY header; no worker is told. Absent where there is none. */
  readonly proxyAddr?: Endpoint;
}

/** The parent's end: opens the stream that carries one connection to one worker. */
export interface ParentTransport {
  /** Resolves to the stream once the worker has been told who is connected. */
  open(info: ConnectionInfo): Promise<ByteStream>;
}

/** The worker's end: takes the streams that the parent opens. */
export interface WorkerTransport {
  /** Resolves to the next stream, and who is connected. */
  accept(): Promise<{ readonly stream: ByteStream; readonly info: ConnectionInfo }>;
}
