/**
 * The client: connects, runs what was asked for, and says in plain words what went wrong.
 *
 * @module
 */

import { formatEndpoint } from "../ipc/address.ts";
import { EXIT_STATUS, isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { Lifetime } from "../ipc/lifetime.ts";
import type { ClientOptions } from "./command.ts";
import { connect } from "./connect.ts";
import { InputError, OutputError, runInteractive } from "./interactive.ts";

/**
 * Runs a client to its end. Resolves to the exit status. Rejects with `OperationalError` if it cannot connect, is cut
 * off, or cannot print.
 */
export async function runClient(options: ClientOptions): Promise<number> {
  if (options.load !== null) {
    // What a load needs comes from npm, and is slow to load.
    const { runLoad } = await import("./load/mod.ts");
    using lifetime = new Lifetime();
    return await runLoad(options.load, lifetime);
  }
  await runLines(options);
  return EXIT_STATUS.done;
}

async function runLines(options: ClientOptions): Promise<void> {
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
    if (cause instanceof OutputError) {
      throw failed("Cannot write to standard output", { reason: cause.cause, cause });
    }
    if (cause instanceof InputError) {
      throw failed("Cannot read standard input", { reason: cause.cause, cause });
    }
    if (!isStreamError(cause)) throw cause;
    throw failed(`Lost the connection to ${formatEndpoint(options)}`, { reason: cause, cause });
  }
}

function failed(
  what: string,
  why: { readonly reason: unknown; readonly cause: unknown },
): OperationalError {
  return new OperationalError(`${what}: ${reasonOf(why.reason)}`, { cause: why.cause });
}
