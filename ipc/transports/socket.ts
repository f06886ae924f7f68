/**
 * The socket itself as a transport: the parent sends the client's socket to the worker, as a descriptor in a message
 * (SCM_RIGHTS, unix(7)), and closes its own. The message's bytes are a PROXY header. From then on none of the
 * connection's bytes passes the parent.
 *
 * The door is a pair of sockets of type seqpacket, made before the worker is started. The worker has its end as
 * descriptor 3, and takes the connections one at a time.
 *
 * @module
 */

import type { Descriptor } from "../posix/descriptor.ts";
import { openForChild } from "../posix/mod.ts";
import { MESSAGE_BYTES_MAX, receiveDescriptor, sendDescriptor } from "../posix/sockets/passing.ts";
import { poll, pollOne, pollSocketInPool } from "../posix/sockets/poll.ts";
import { unsentBytesOf } from "../posix/sockets/send_queue.ts";
import { inheritSocket, openSocketPair } from "../posix/sockets/socket_pair.ts";
import { SocketStream } from "../posix/sockets/socket_stream.ts";
import { PosixError } from "../posix/posix_error.ts";
import { encodeProxyHeader, parseProxyHeader } from "../proxy_protocol.ts";
import type { ConnectionInfo, WorkerTransport } from "../transport.ts";

/** Where a worker finds its end of the door. */
export const DOOR = 3;

/** How long a worker that has nothing to do waits here, in milliseconds, before it waits in a thread of the pool. */
const WAIT_MS = 1;

/** The parent's end: sends sockets through the door. */
export class SocketParentTransport implements Disposable {
  readonly #door: Descriptor;

  private constructor(door: Descriptor) {
    this.#door = door;
  }

  /** Makes a door, and gives the worker's end of it to `start`. Throws what that throws, and `PosixError`: EMFILE. */
  static open<Started>(
    start: (workerEnd: Descriptor) => Started,
  ): { readonly transport: SocketParentTransport; readonly started: Started } {
    const [own, workerEnd] = openSocketPair("seqpacket");
    try {
      return { started: start(workerEnd), transport: new SocketParentTransport(own) };
    } catch (error) {
      own.close();
      throw error;
    } finally {
      workerEnd.close();
    }
  }

  /** The number of the parent's end. Throws `Deno.errors.BadResource` where it is closed. */
  get number(): number {
    return this.#door.number;
  }

  /** Sends a client's socket, which stays open here. Throws `PosixError`: EPIPE where the worker is gone. */
  send(descriptor: Descriptor, info: ConnectionInfo): void {
    const sent = sendDescriptor(this.#door, { bytes: encodeProxyHeader(info), descriptor });
    // It takes one at a time: there is always room for the next.
    if (sent === "again") throw new TypeError("The worker has not taken the socket before");
  }

  /** Closes the door: the worker finds its end. */
  [Symbol.dispose](): void {
    this.#door[Symbol.dispose]();
  }
}

/** A client's socket as a worker has it. */
export class ClientStream extends SocketStream {
  readonly #socket: Descriptor;

  /** Takes over the descriptor. */
  constructor(socket: Descriptor) {
    super(socket);
    this.#socket = socket;
  }

  /** Bytes that were written and that the client's side has not taken yet, or null where nobody can tell any more. */
  unsentBytes(): number | null {
    try {
      return unsentBytesOf(this.#socket);
    } catch (error) {
      if (error instanceof PosixError || error instanceof Deno.errors.BadResource) return null;
      throw error;
    }
  }

  /** Resolves to true when the client has reset the connection, or to false when it was closed here. */
  async isReset(): Promise<boolean> {
    if (!this.#socket.isOpen) return false;
    const interest = { descriptor: this.#socket, want: "nothing" } as const;
    await pollSocketInPool(interest);
    return this.#socket.isOpen && poll([interest], 0)[0]?.hasFailed === true;
  }
}

/** The worker's end: takes sockets off the door. The end of the door is the parent's. */
export class SocketWorkerTransport implements WorkerTransport {
  readonly #door: Descriptor;
  readonly #header = new Uint8Array(MESSAGE_BYTES_MAX);

  /** Opens all that serving takes, for the time when FFI is given up. Throws `PosixError` where there is no door. */
  constructor() {
    this.#door = inheritSocket(DOOR);
    openForChild();
  }

  /** Waits for the next socket. Rejects with `Error` where the parent is gone. */
  async accept(): Promise<{ stream: ClientStream; info: ConnectionInfo }> {
    const interest = { descriptor: this.#door, want: "read" } as const;
    while (true) {
      const received = receiveDescriptor(this.#door, this.#header);
      if (received === "again") {
        if (!pollOne(interest, WAIT_MS)) await pollSocketInPool(interest);
        continue;
      }
      if (received === null || received.descriptor === null) {
        throw new Error("Cannot take a connection: the parent is gone");
      }
      const stream = new ClientStream(received.descriptor);
      try {
        return { stream, info: parseProxyHeader(this.#header.subarray(0, received.length)) };
      } catch (error) {
        stream.close();
        throw error;
      }
    }
  }
}
