/**
 * Handler modules: `--handler FILE`. A worker loads the module when it has given up every permission, and whatever lets
 * a module keep or share what it knows.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../../ipc/address.ts";
import { systemClock } from "../../../ipc/clock.ts";
import { EXIT_STATUS, OperationalError } from "../../../ipc/errors.ts";
import { onUnhandled } from "../../../cli/exit.ts";
import { escapeControls, escapeLines } from "../../log/escape.ts";
import { LineWriter } from "../../log/line_writer.ts";
import { confine } from "./confinement.ts";
import { messageOf, stackOf } from "../failure.ts";
import type { Handler } from "../../handlers/handler.ts";
import { ModuleConnection } from "./module_connection.ts";
import { printTo } from "./module_console.ts";
import { moduleUrl } from "./module_url.ts";
import { HandlerError, type StreamConnection, type StreamHandler } from "../stream_connection.ts";
import { say } from "../../../ipc/say.ts";

/**
 * What imports the module at that URL in the compiled program, where nothing may be read any more: its file is read
 * now.
 */
export async function readModule(url: string): Promise<() => Promise<unknown>> {
  // What V8 calls for the `stack` of an error.
  Object.assign(Error, { prepareStackTrace: formatStack });
  const loadable = url.startsWith("file:")
    ? moduleUrl(await Deno.readTextFile(new URL(url)), url)
    : url;
  return () => import(loadable);
}

/** V8's own format, which names a module after its file (`sourceURL`) where Deno shows a part of its `data:` URL. */
function formatStack(error: Error, sites: readonly unknown[]): string {
  const head = Error.prototype.toString.call(error);
  return [head, ...sites.map((site) => `    at ${site}`)].join("\n");
}

/** Loads a module. Throws {@linkcode OperationalError} whose one line says what is wrong with it. */
export async function loadHandler(importModule: () => Promise<unknown>): Promise<StreamHandler> {
  let module: unknown;
  try {
    module = await importModule();
  } catch (cause) {
    throw new OperationalError(say`Cannot load the handler: ${reasonInLine(cause)}`, { cause });
  }
  const { default: handler } = module as { readonly default?: unknown };
  if (!isHandler(handler)) {
    throw new OperationalError(say`Cannot load the handler: its default export is not a function`);
  }
  return async (stream) => {
    const connection = new ModuleConnection(stream);
    await handler(connection);
    await connection.flushed();
  };
}

/**
 * The module of a worker, which does nothing else: what the module prints, and every failure of it, goes to standard
 * error, and a reader of it that stands still holds nothing up. Disposing waits a second for such a reader.
 */
export class ModuleHandler implements AsyncDisposable {
  readonly #importModule: () => Promise<unknown>;
  readonly #output = new LineWriter(Deno.stderr, {
    name: "standard error",
    warn: (message) => this.#warn(message),
    clock: systemClock,
  });
  #printing: Disposable | null = null;
  #client: Endpoint | null = null;

  /** Loads nothing yet. */
  constructor(importModule: () => Promise<unknown>) {
    this.#importModule = importModule;
  }

  /**
   * Loads it. Throws as {@linkcode loadHandler} does; the handler rejects with {@linkcode HandlerError} when it has
   * failed by itself.
   */
  async load(): Promise<StreamHandler> {
    // Standard output is nobody's, or the client's.
    this.#printing = printTo(this.#output);
    confine();
    onUnhandled(async (error) => {
      this.#warn(formatFailure(error, this.#client));
      await this[Symbol.asyncDispose]();
      return EXIT_STATUS.failed;
    });
    const handle = await loadHandler(this.#importModule);
    return (connection) => this.#serve(connection, handle);
  }

  async #serve(connection: StreamConnection, handle: StreamHandler): Promise<void> {
    this.#client = connection.remoteAddr;
    try {
      await handle(connection);
    } catch (error) {
      if (connection.isToBlame(error)) throw error;
      this.#warn(formatFailure(error, this.#client));
      throw new HandlerError("The handler failed", { cause: error });
    }
  }

  #warn(message: string): void {
    this.#output.writeLine(`warning: ${message}`);
  }

  /** Writes what it has printed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#output[Symbol.asyncDispose]();
    this.#printing?.[Symbol.dispose]();
  }
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

/** An error's message without the picture that Deno adds to an error of syntax, but with its place. */
function reasonInLine(error: unknown): string {
  const message = messageOf(error);
  const [first = "", ...rest] = message.split("\n");
  const place = rest.map((line) => /^\s*at (\S+:\d+:\d+)$/.exec(line)?.[1]).find(Boolean);
  return escapeControls(place === undefined ? first : `${first} at ${place}`);
}

/**
 * What is told of a handler that failed, at the connection of that client if at any: its stack, on as many lines, but
 * none that could drive a terminal.
 */
export function formatFailure(
  error: unknown,
  client: Endpoint | null,
): string {
  const whose = client === null ? "" : ` for ${formatEndpoint(client)}`;
  return `the handler failed${whose}: ${escapeLines(stackOf(error))}`;
}
