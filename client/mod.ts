/**
 * The client: connects, runs what was asked for, and says in plain words what went wrong.
 *
 * @module
 */

import { formatEndpoint } from "../ipc/address.ts";
import { isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import type { ClientOptions } from "./command.ts";
import { connect } from "./connect.ts";
import { runInteractive } from "./interactive.ts";

/** Runs a client to its end. Rejects with `OperationalError` if it cannot connect, is cut off, or cannot print. */
export async function runClient(options: ClientOptions): Promise<void> {
  using connection = await connect(options);
  const { endWord, newline } = options;
  try {
    await runInteractive(connection, {
      input: Deno.stdin.readable,
      output: Deno.stdout,
      endWord,
      newline,
    });
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new OperationalError(
      `Lost the connection to ${formatEndpoint(options)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
}
