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
import { Echo, type Message } from "./echo.ts";
import { failureOf, VisitError } from "./failure.ts";
import type { VisitOptions } from "./options.ts";
import { Pattern } from "./pattern.ts";
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
  /** That of the last message. */
  echo: Echo | null;
}

/** Makes visits, as many at a time as it is asked to. */
export class Visitor {
  readonly #options: VisitorOptions;
  readonly #pattern: Pattern;
  readonly #freeBuffers: Buffers[] = [];

  /** Visits a server as the options tell. */
  constructor(options: VisitorOptions) {
    this.#options = options;
    this.#pattern = options.binary ? Pattern.BINARY : Pattern.TEXT;
  }

  /**
   * Makes the visit number `connection`, which was due at `dueMs` if there is a schedule. Resolves when it has ended
   * and is counted, well or not; rejects if the host name cannot be resolved, and for a bug.
   */
  async visit(connection: number, dueMs: number | null = null): Promise<void> {
    const { clock, tally, deadlines, startMs, messages, timeoutMs } = this.#options;
    const progress: Progress = { connection, messages: 0, echo: null };
    const begunMs = clock.now();
    if (dueMs !== null) tally.latencies.late.record(begunMs - dueMs);
    using deadline = deadlines.add();
    try {
      await deadline.race(this.#attend(progress, { deadline, sinceMs: dueMs ?? begunMs }));
      tally.done += 1;
      tally.timeline.recordConnection(clock.now() - startMs);
    } catch (error) {
      if (error instanceof InterruptedError) tally.interrupted += 1;
      else {
        const time = { nowMs: clock.now(), timeoutMs };
        tally.fail(failureOf(progress.echo?.explain(error, time) ?? error));
      }
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
    const message = { connection: progress.connection, position: progress.messages * size, size };
    const echo = progress.echo = new Echo(this.#pattern, message);
    if (size <= SENT_AT_ONCE_MAX) {
      await this.#send(stream, { message, echo, buffer: buffers.sent });
      await this.#receive(stream, { echo, buffer: buffers.received });
    } else {
      await Promise.all([
        this.#send(stream, { message, echo, buffer: buffers.sent }),
        this.#receive(stream, { echo, buffer: buffers.received }),
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
    { message, echo, buffer }: {
      readonly message: Message;
      readonly echo: Echo;
      readonly buffer: Uint8Array;
    },
  ): Promise<void> {
    const { connection, position, size } = message;
    for (let sent = 0; sent < size;) {
      const chunk = upTo(buffer, size - sent);
      this.#pattern.fill(chunk, { connection, position: position + sent });
      await writeAll(stream, chunk);
      sent += chunk.length;
    }
    echo.isSent = true;
  }

  async #receive(
    stream: ByteStream,
    { echo, buffer }: { readonly echo: Echo; readonly buffer: Uint8Array },
  ): Promise<void> {
    const { clock, tally } = this.#options;
    while (echo.missing > 0) {
      const count = await stream.read(upTo(buffer, echo.missing));
      if (count === null) throw echo.closed();
      echo.take(upTo(buffer, count), clock.now());
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
