/**
 * Handler modules: `--handler FILE`. A worker loads the file before it gives up its permissions, and calls it without.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../ipc/address.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { escapeLines } from "../escape.ts";
import type { Handler } from "./handler.ts";
import { ModuleConnection } from "./module_connection.ts";
import type { StreamHandler } from "./stream_connection.ts";

/** Loads the module at `url`. Throws {@linkcode OperationalError} whose one line says what is wrong with it. */
export async function loadHandler(url: string): Promise<StreamHandler> {
  let module: { readonly default?: unknown };
  try {
    module = await import(url);
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw new OperationalError(`Cannot load the handler: ${reason}`, { cause });
  }
  const { default: handler } = module;
  if (!isHandler(handler)) {
    throw new OperationalError("Cannot load the handler: its default export is not a function");
  }
  return async (stream) => await handler(new ModuleConnection(stream));
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

/** What is told of a handler that failed, at the connection of that client if at any: its stack, on as many lines, but none that could drive a terminal. */
export function formatFailure(
  error: unknown,
  client: Endpoint | null,
): string {
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  const whose = client === null ? "" : ` for ${formatEndpoint(client)}`;
  return `the handler failed${whose}: ${escapeLines(stack)}`;
}
