/**
 * Handler modules: `--handler FILE`. A worker loads the file before it gives up its permissions, and calls it without.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../ipc/address.ts";
import { EXIT_STATUS, OperationalError } from "../../ipc/errors.ts";
import { onUnhandled } from "../../ipc/exit.ts";
import { escapeLines } from "../escape.ts";
import type { Handler } from "./handler.ts";
import { ModuleConnection } from "./module_connection.ts";
import { HandlerError, type StreamHandler } from "./stream_connection.ts";

/** Loads the module at `url`. Throws {@linkcode OperationalError} whose one line says what is wrong with it. */
export async function loadHandler(url: string): Promise<StreamHandler> {
  let module: { readonly default?: unknown };
  try {
    module = await import(url);
  } catch (cause) {
    throw new OperationalError(`Cannot load the handler: ${reasonInLine(cause)}`, { cause });
  }
  const { default: handler } = module;
  if (!isHandler(handler)) {
    throw new OperationalError("Cannot load the handler: its default export is not a function");
  }
  return async (stream) => await handler(new ModuleConnection(stream));
}

/**
 * Loads the module at `url` for a worker, which does nothing else: what the module prints, and every failure of it, goes
 * to standard error. Throws as {@linkcode loadHandler} does; the handler rejects with {@linkcode HandlerError} when it
 * has failed by itself.
 */
export async function loadWorkerHandler(url: string): Promise<StreamHandler> {
  // Standard output is nobody's, or the client's.
  console.log = console.info = console.debug = console.error;
  const handle = await loadHandler(url);
  let client: Endpoint | null = null;
  const fail = (error: unknown) => {
    console.error(`warning: ${formatFailure(error, client)}`);
    return EXIT_STATUS.failed;
  };
  onUnhandled(fail);
  return async (connection) => {
    client = connection.remoteAddr;
    try {
      await handle(connection);
    } catch (error) {
      if (connection.isToBlame(error)) throw error;
      fail(error);
      throw new HandlerError("The handler failed", { cause: error });
    }
  };
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

/** An error's message without the picture that Deno adds to an error of syntax, but with its place. */
function reasonInLine(error: unknown): string {
  const message = textOf(error);
  const [first = "", ...rest] = message.split("\n");
  const place = rest.map((line) => /^\s*at (\S+:\d+:\d+)$/.exec(line)?.[1]).find(Boolean);
  return place === undefined ? first : `${first} at ${place}`;
}

/** A module may throw anything, also what cannot be made a text. */
function textOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  return thrown instanceof Error ? String(thrown.message) : Deno.inspect(thrown);
}

/** What is told of a handler that failed, at the connection of that client if at any: its stack, on as many lines, but none that could drive a terminal. */
export function formatFailure(
  error: unknown,
  client: Endpoint | null,
): string {
  const isError = error instanceof Error;
  const stack = isError && typeof error.stack === "string" ? error.stack : textOf(error);
  const whose = client === null ? "" : ` for ${formatEndpoint(client)}`;
  return `the handler failed${whose}: ${escapeLines(stack)}`;
}
