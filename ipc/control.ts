/**
 * The control channel: typed messages between the parent and a worker, one JSON object a line, over a Unix-domain
 * stream that both hold for the worker's whole life. Its end of file means that the other side is gone.
 *
 * @module
 */

import { isStreamError } from "./errors.ts";
import { writeAll } from "./relay/copy.ts";
import { LineLengthError, readLines } from "./lines.ts";
import type { ByteStream } from "./transport.ts";
import { say } from "./say.ts";

/** What goes over the channel. */
export type ControlMessage =
  /**
   * Worker to parent, the first of all: it listens on its socket, has given up its permissions and loaded its handler.
   */
  | { readonly type: "hello"; readonly worker: number }
  /** Worker to parent: it has finished a connection, and takes the next. */
  | { readonly type: "finished" }
  /** Worker to parent, where it has the socket itself: what one read brought. */
  | ReceivedReport
  /** Worker to parent, where it has the socket itself: what has passed so far, now and then. */
  | TrafficReport
  /** Worker to parent, where it has the socket itself: it has closed the connection. */
  | ClosedReport
  /** Parent to worker: the client of this connection is lost, or its time is over. */
  | { readonly type: "hangup"; readonly connection: number }
  /** Parent to worker: end now, whatever you are at. */
  | { readonly type: "stop" };

/** What one read brought: `size` bytes, of which `data` is the beginning, in Base64. */
export interface ReceivedReport {
  /** What kind of message this is. */
  readonly type: "received";
  /** Up to {@linkcode REPORTED_BYTES_MAX} bytes. */
  readonly data: string;
  /** How many there were. */
  readonly size: number;
}

/** Bytes of a connection that its worker has the socket of, so far. */
export interface TrafficReport {
  /** What kind of message this is. */
  readonly type: "traffic";
  /** Bytes that came from the client. */
  readonly bytesIn: number;
  /** Bytes that went to the client. */
  readonly bytesOut: number;
}

/** How a connection ended that its worker had the socket of. */
export interface ClosedReport {
  /** What kind of message this is. */
  readonly type: "closed";
  /** Bytes that came from the client. */
  readonly bytesIn: number;
  /** Bytes that went to the client. */
  readonly bytesOut: number;
  /** Why it ended, as far as the worker knows: a failure of its handler its exit status tells. */
  readonly reason: ClosedReason;
}

/** Why a worker has closed a connection. */
export type ClosedReason = "finished" | "client_lost" | "idle_timeout" | "max_duration";

const CLOSED_REASONS: readonly ClosedReason[] = [
  "finished",
  "client_lost",
  "idle_timeout",
  "max_duration",
];

/** As much of a message as the log shows, and one byte, by which the log knows whether a character ends there. */
export const REPORTED_BYTES_MAX = 1025;

/** What came over a channel is not a message. */
export class ControlError extends Error {}

/** A line longer than this is no message of ours. */
const LINE_BYTES_MAX = 4096;

/** One end of a control channel. Owns its stream. */
export class ControlChannel implements Disposable {
  readonly #stream: ByteStream;
  readonly #lines: AsyncGenerator<string, void>;
  #sending: Promise<void> = Promise.resolve();

  /** Takes over a connected stream. */
  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.#lines = readLines(stream, LINE_BYTES_MAX);
  }

  /** Connects to the hub at `path`. Rejects with the operating system's error if nobody listens there. */
  static async connect(path: string): Promise<ControlChannel> {
    return new ControlChannel(await Deno.connect({ transport: "unix", path }));
  }

  /**
   * Sends a message, behind those that are being sent. One to a side that is gone is lost without an error: its end of
   * file tells.
   */
  send(message: ControlMessage): Promise<void> {
    return this.#sending = this.#sendAfter(this.#sending, message);
  }

  async #sendAfter(others: Promise<void>, message: ControlMessage): Promise<void> {
    await others;
    try {
      await writeAll(this.#stream, new TextEncoder().encode(JSON.stringify(message) + "\n"));
    } catch (error) {
      if (!isStreamError(error)) throw error;
    }
  }

  /** Resolves to the next message, or null when the other side is gone. Rejects with {@linkcode ControlError}. */
  async receive(): Promise<ControlMessage | null> {
    const line = await this.#nextLine();
    return line === null ? null : parseMessage(line);
  }

  async #nextLine(): Promise<string | null> {
    try {
      return (await this.#lines.next()).value ?? null;
    } catch (cause) {
      if (cause instanceof LineLengthError) {
        throw new ControlError(say`Cannot read a control message: ${cause.message}`, { cause });
      }
      if (isStreamError(cause)) return null;
      throw cause;
    }
  }

  /** Closes the stream: the other side reads an end of file. */
  [Symbol.dispose](): void {
    this.#stream.close();
  }
}

function parseMessage(line: string): ControlMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new ControlError(say`Cannot read the control message ${JSON.stringify(line)}: not JSON`, {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && "type" in value) {
    if (value.type === "stop" || value.type === "finished") return { type: value.type };
    if (value.type === "hello" && "worker" in value && typeof value.worker === "number") {
      return { type: "hello", worker: value.worker };
    }
    if (
      value.type === "hangup" && "connection" in value && typeof value.connection === "number"
    ) {
      return { type: "hangup", connection: value.connection };
    }
    if (isReceivedReport(value) || isTrafficReport(value) || isClosedReport(value)) return value;
  }
  throw new ControlError(
    say`Cannot read the control message ${JSON.stringify(line)}: unknown type`,
  );
}

function isReceivedReport(value: object & { readonly type: unknown }): value is ReceivedReport {
  return value.type === "received" && "data" in value && isBase64(value.data) &&
    "size" in value && isCount(value.size);
}

function isTrafficReport(value: object & { readonly type: unknown }): value is TrafficReport {
  return value.type === "traffic" && hasTraffic(value);
}

function hasTraffic(value: object): boolean {
  return "bytesIn" in value && isCount(value.bytesIn) &&
    "bytesOut" in value && isCount(value.bytesOut);
}

function isClosedReport(value: object & { readonly type: unknown }): value is ClosedReport {
  return value.type === "closed" && hasTraffic(value) &&
    "reason" in value && CLOSED_REASONS.some((reason) => reason === value.reason);
}

/** RFC 4648, section 4. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function isBase64(value: unknown): boolean {
  return typeof value === "string" && BASE64.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
