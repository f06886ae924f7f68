/**
 * The pipe transport: a child process has the client on its standard input and output, one connection in its life. A
 * program gets the client's bytes alone; a worker gets a PROXY header in front of them.
 *
 * A pipe has one direction, so each of the two ends by itself (half-close). There is no control channel beside them:
 * the end of the input is all that a child is told.
 *
 * @module
 */

import { writeAll } from "../relay/copy.ts";
import { encodeProxyHeader, readProxyHeader } from "../proxy_protocol.ts";
import type { ByteStream, ConnectionInfo, ParentTransport, WorkerTransport } from "../transport.ts";

const BUFFER_BYTES = 64 * 1024;

/** How many free buffers are kept. Beyond it they are left to the garbage collector. */
const FREE_BUFFERS_KEPT = 64;

const freeBuffers: ArrayBuffer[] = [];

/** A child process whose standard input and output are pipes to this process. */
export type PipedChild = Pick<Deno.ChildProcess, "stdin" | "stdout">;

/** The parent's ends of a child's pipes. Owns them. */
export class ChildStream implements ByteStream {
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamBYOBReader;
  /** What a read is made into; it travels to the system and back. Taken when it is first needed. */
  #buffer: ArrayBuffer | null = null;
  #isInputOpen = true;
  /** Fails the write under way, or does nothing: the system would let it wait for a child that does not read. */
  #failWrite: (reason: unknown) => void = () => {};

  /** Takes over the pipes of a child that was just started. */
  constructor(child: PipedChild) {
    this.#input = child.stdin.getWriter();
    this.#output = child.stdout.getReader({ mode: "byob" });
  }

  /** Reads from the child's output into `buffer`; resolves to the number of bytes read, or null at the end of file. */
  async read(buffer: Uint8Array): Promise<number | null> {
    const own = this.#buffer ?? freeBuffers.pop() ?? new ArrayBuffer(BUFFER_BYTES);
    const room = Math.min(buffer.length, own.byteLength);
    const { value } = await this.#output.read(new Uint8Array(own, 0, room));
    if (value === undefined) return null;
    if (value.length === 0) {
      if (freeBuffers.length < FREE_BUFFERS_KEPT) freeBuffers.push(value.buffer);
      this.#buffer = null;
      return null;
    }
    this.#buffer = value.buffer;
    buffer.set(value);
    return value.length;
  }

  /** Writes all of `bytes` to the child's input. */
  async write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#failWrite = reject;
    this.#input.write(bytes).then(() => resolve(bytes.length), reject);
    return await promise;
  }

  /** Ends the child's input. More than once does no harm, nor where a write has failed. */
  async closeWrite(): Promise<void> {
    if (!this.#isInputOpen || this.#input.desiredSize === null) return;
    this.#isInputOpen = false;
    await this.#input.close();
  }

  /** Closes both pipes: what is under way fails. More than once does no harm. */
  close(): void {
    const closed = new Deno.errors.BadResource("The pipes were closed");
    this.#failWrite(closed);
    // Both are rejected where the pipe has failed or ended before, which is as good as closed.
    this.#input.abort(closed).catch(() => {});
    this.#output.cancel(closed).catch(() => {});
  }
}

/** The parent's end, for a worker that was just started. */
export class PipeParentTransport implements ParentTransport {
  readonly #stream: ByteStream;

  /** Takes the stream to that worker. */
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Writes the header. Rejects with the operating system's error if the worker is gone. To be called once. */
  async open(info: ConnectionInfo): Promise<ByteStream> {
    await writeAll(this.#stream, encodeProxyHeader(info));
    return this.#stream;
  }
}

/** The worker's end: its own standard input and output. */
export class PipeWorkerTransport implements WorkerTransport {
  /** Reads the header off the standard input. To be called once: there is one connection. */
  async accept(): Promise<{ stream: ByteStream; info: ConnectionInfo }> {
    const stream = new StandardStream();
    return { stream, info: await readProxyHeader(stream) };
  }
}

/**
 * The standard input and output of this process as one stream. Deno keeps descriptor 1 open for as long as the process
 * lives, so what `closeWrite` ends the client sees ended only with the worker.
 */
class StandardStream implements ByteStream {
  #isOutputOpen = true;
  #isInputOpen = true;

  read(buffer: Uint8Array): Promise<number | null> {
    return Deno.stdin.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return Deno.stdout.write(bytes);
  }

  closeWrite(): Promise<void> {
    if (this.#isOutputOpen) Deno.stdout.close();
    this.#isOutputOpen = false;
    return Promise.resolve();
  }

  close(): void {
    this.closeWrite();
    if (this.#isInputOpen) Deno.stdin.close();
    this.#isInputOpen = false;
  }
}
