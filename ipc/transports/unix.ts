/**
 * The Unix-domain socket transport: the worker listens on a socket of its own, and the parent connects to it once for
 * each connection. A PROXY header comes first; from then on the stream is the client's bytes, both ways.
 *
 * Assumes that only this server and its workers can reach the folder that the socket is in.
 *
 * @module
 */

import { writeAll } from "../relay/copy.ts";
import { encodeProxyHeader, readProxyHeader } from "../proxy_protocol.ts";
import type { ByteStream, ConnectionInfo, ParentTransport, WorkerTransport } from "../transport.ts";

/** The parent's end, for the worker that listens on the socket at `path`. */
export class UnixParentTransport implements ParentTransport {
  readonly #path: string;

  /** Connects to nothing yet. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Connects and writes the header. Rejects with the operating system's error if the worker is gone. */
  async open(info: ConnectionInfo): Promise<ByteStream> {
    const stream = await Deno.connect({ transport: "unix", path: this.#path });
    try {
      await writeAll(stream, encodeProxyHeader(info));
      return stream;
    } catch (error) {
      stream.close();
      throw error;
    }
  }
}

/** The worker's end: owns the listening socket, from its start to its disposal; a stream that it took stays open. */
export class UnixWorkerTransport implements WorkerTransport, Disposable {
  readonly #listener: Deno.UnixListener;

  /** Listens at `path`, which must not exist. Throws the operating system's error. */
  constructor(path: string) {
    this.#listener = Deno.listen({ transport: "unix", path });
  }

  /** Accepts a stream and reads the header off it. */
  async accept(): Promise<{ stream: ByteStream; info: ConnectionInfo }> {
    const stream = await this.#listener.accept();
    try {
      return { stream, info: await readProxyHeader(stream) };
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    this.#listener.close();
  }
}
