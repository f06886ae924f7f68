/**
 * What a load's generators and their parent tell each other: one JSON object a line, to a generator on its standard
 * input, from it on its standard output. The end of the input means that the parent is gone, that of the output that
 * the generator is.
 *
 * @module
 */

import { isStreamError } from "../../../ipc/errors.ts";
import { writeAll } from "../../../ipc/relay/copy.ts";
import { readLines } from "../../../ipc/lines.ts";
import type { ByteStream } from "../../../ipc/transport.ts";
import type { Trust } from "../../connection/trust.ts";
import type { EncodedTally } from "../tally/tally.ts";

/** A message between a generator and its parent. */
export type LoadMessage =
  /** Child to parent, the first of all: it has started. */
  | { readonly type: "ready" }
  /** Parent to child: open your connections, with TLS if somebody is trusted. All children are told at once. */
  | { readonly type: "start"; readonly trust: Trust | null }
  /** Parent to child: end what is open, and tell the result. */
  | { readonly type: "stop" }
  /** Child to parent, every now and then: so many messages came back or never will. */
  | { readonly type: "progress"; readonly settled: number }
  /** Child to parent, the last: the host name stands for no address. */
  | { readonly type: "unresolved" }
  /** Child to parent, the last: what was counted. */
  | { readonly type: "result"; readonly tally: EncodedTally };

/** The longest is a result: four histograms that count every latency there is take 3/4 of it. All CAs take half. */
const LINE_BYTES_MAX = 1024 * 1024;

/** Sends a message. One to a process that is gone is lost without an error: the end of its stream tells. */
export async function sendMessage(
  stream: Pick<ByteStream, "write">,
  message: LoadMessage,
): Promise<void> {
  try {
    await writeAll(stream, new TextEncoder().encode(JSON.stringify(message) + "\n"));
  } catch (error) {
    if (!isStreamError(error)) throw error;
  }
}

/**
 * The messages that come, until the other process is gone, or a line is no message. Trusted otherwise: it is this same
 * program.
 */
export async function* receiveMessages(
  stream: Pick<ByteStream, "read">,
): AsyncGenerator<LoadMessage, void> {
  for await (const line of readLines(stream, LINE_BYTES_MAX)) {
    const message = parseMessage(line);
    if (message === null) return;
    yield message;
  }
}

function parseMessage(line: string): LoadMessage | null {
  try {
    return JSON.parse(line) as LoadMessage;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}
