/**
 * One connection of a load, from its begin to its end: connect, send each message when the last has come back, check
 * every byte, end the sending direction, and wait for the server's end of file.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import { isStreamError } from "../../ipc/errors.ts";
import { writeAll } from "../../ipc/relay/copy.ts";
import type { ByteStream } from "../../ipc/transport.ts";
import { type Deadline, type Deadlines, InterruptedError } from "./deadlines.ts";
import { failureOf, VisitError } from "./failure.ts";
import type { VisitOptions } from "./options.ts";
import { fillPattern, findWrongByte } from "./pattern.ts";
import type { Tally } from "./tally/tally.ts";

const BUFFER_BYTES = 64 * 1024;

/**
 * Up to this a message is sent whole before its echo is read. It fits in the buffers of the two sockets, so that the
 * server, which waits for nobody to read, and we, who wait for it to read, cannot wait for each other.
 */
const SENT_AT_ONCE_MAX = 16 * 1024;

/** What the visits of a load work with. */
export interface VisitorOptions extends VisitOptions {
  /** Opens a connection. Gives up when the signal aborts. */
  readonly connect: (signal: AbortSignal) => Promise<ByteStream>;
  /** Where the time comes from. */
  readonly clock: Clock;
  /** When the load began. */
  readonly startMs: number;
  /** Where everything is counted. */
  readonly tally: Tally;
  /** Who ends the visits that take too long. */
  readonly deadlines: Deadlines;
}

interface Buffers {
  readonly sent: Uint8Array;
  readonly received: Uint8Array;
}

/** Where a visit is. */
interface Progress {
  readonly connection: number;
  messages: number;
}

/** Makes visits, as many at a time as it is asked to. */
export class Visitor {
  readonly #options: VisitorOptions;
  readonly #freeBuffers: Buffers[] = [];

  /** Visits a server as the options tell. */
  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  /**
   * Makes the visit number `connection`, which was due at `dueMs` if there is a schedule. Resolves when it has ended
   * and is counted, well or not; rejects if the host name cannot be resolved, and for a bug.
   */
  async visit(connection: number, dueMs: number | null = null): Promise<void> {
    const { clock, tally, deadlines, startMs, messages } = this.#options;
    const progress: Progress = { connection, messages: 0 };
    const begunMs = clock.now();
    if (dueMs !== null) tally.latencies.late.record(begunMs - dueMs);
    using deadline = deadlines.add();
    try {
      await deadline.race(this.#attend(progress, { deadline, sinceMs: dueMs ?? begunMs }));
      tally.done += 1;
      tally.timeline.recordConnection(clock.now() - startMs);
    } catch (error) {
      if (error instanceof InterruptedError) tally.interrupted += 1;
      else tally.fail(failureOf(error));
    } finally {
      tally.settled += messages - progress.messages;
      tally.durationMs = clock.now() - startMs;
    }
  }

  async #attend(
    progress: Progress,
    options: { readonly deadline: Deadline; readonly sinceMs: number },
  ): Promise<void> {
    const { clock, connect, connectTimeoutMs, messages, tally } = this.#options;
    const { deadline, sinceMs } = options;
    deadline.begin({ for: "connection", ms: connectTimeoutMs }, clock.now());
    const stream = await connect(deadline.signal);
    deadline.own(stream);
    tally.latencies.connect.record(clock.now() - sinceMs);
    const buffers = this.#freeBuffers.pop() ?? this.#makeBuffers();
    while (progress.messages < messages) {
      await this.#roundTrip(stream, { progress, deadline, buffers });
      if (progress.messages === 1) tally.latencies.firstEcho.record(clock.now() - sinceMs);
    }
    await this.#end(stream, { deadline, buffers });
    // Not after a failure: an operation that was given up may still work in them.
    this.#freeBuffers.push(buffers);
  }

  #makeBuffers(): Buffers {
    const length = Math.min(this.#options.size, BUFFER_BYTES);
    return { sent: new Uint8Array(length), received: new Uint8Array(length) };
  }

  async #roundTrip(
    stream: ByteStream,
    options: {
      readonly progress: Progress;
      readonly deadline: Deadline;
      readonly buffers: Buffers;
    },
  ): Promise<void> {
    const { clock, size, tally, startMs } = this.#options;
    const { progress, deadline, buffers } = options;
    const begunMs = clock.now();
    deadline.begin({ for: "echo", ms: this.#options.timeoutMs }, begunMs);
    if (size <= SENT_AT_ONCE_MAX) {
      await this.#send(stream, { progress, buffer: buffers.sent });
      await this.#receive(stream, { progress, buffer: buffers.received });
    } else {
      await Promise.all([
        this.#send(stream, { progress, buffer: buffers.sent }),
        this.#receive(stream, { progress, buffer: buffers.received }),
      ]);
    }
    const endedMs = clock.now();
    progress.messages += 1;
    tally.messages += 1;
    tally.settled += 1;
    tally.latencies.roundTrip.record(endedMs - begunMs);
    tally.timeline.recordMessage(endedMs - startMs);
  }

  async #send(
    stream: ByteStream,
    { progress, buffer }: { readonly progress: Progress; readonly buffer: Uint8Array },
  ): Promise<void> {
    const { size } = this.#options;
    const { connection, messages } = progress;
    for (let sent = 0; sent < size;) {
      const chunk = upTo(buffer, size - sent);
      fillPattern(chunk, { connection, position: messages * size + sent });
      await writeAll(stream, chunk);
      sent += chunk.length;
    }
  }

  async #receive(
    stream: ByteStream,
    { progress, buffer }: { readonly progress: Progress; readonly buffer: Uint8Array },
  ): Promise<void> {
    const { size, tally } = this.#options;
    const { connection, messages } = progress;
    for (let received = 0; received < size;) {
      const count = await stream.read(upTo(buffer, size - received));
      const position = messages * size + received;
      if (count === null) {
        throw new VisitError(
          "closedEarly",
          `connection ${connection} was closed after ${position} bytes`,
        );
      }
      const wrong = findWrongByte(buffer, { connection, position, count });
      if (wrong !== -1) {
        throw new VisitError(
          "wrongEcho",
          `byte ${position + wrong} of connection ${connection} came back as ${buffer[wrong]}`,
        );
      }
      received += count;
      tally.bytes += count;
    }
  }

  async #end(
    stream: ByteStream,
    { deadline, buffers }: { readonly deadline: Deadline; readonly buffers: Buffers },
  ): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    deadline.begin({ for: "end of file from the server", ms: timeoutMs }, clock.now());
    try {
      await stream.closeWrite();
    } catch (error) {
      // The server has ended the connection already: the read tells how.
      if (!isStreamError(error)) throw error;
    }
    if (await stream.read(buffers.received) !== null) {
      throw new VisitError("wrongEcho", "more bytes came back than were sent");
    }
  }
}

/** The buffer's first bytes, or all of it: most messages need no view of their own. */
function upTo(buffer: Uint8Array, length: number): Uint8Array {
  return length < buffer.length ? buffer.subarray(0, length) : buffer;
}
