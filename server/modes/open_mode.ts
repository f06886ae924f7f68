/**
 * Which mode, transport and handler a server has: the mode is how connections meet processes, the transport how a
 * process gets the bytes, the handler what is done with them.
 *
 * @module
 */

import { onUnhandled } from "../../cli/exit.ts";
import { echo } from "../child/echo.ts";
import type { ServerOptions } from "../command.ts";
import { openInheritance } from "../inheritance/open_inheritance.ts";
import type { ModuleTrial } from "../parent/modules/handler_module.ts";
import { PipeTransport } from "../parent/transports/pipe.ts";
import { pipedWorker } from "../parent/transports/process_command.ts";
import type { Mistake } from "../parent/faults/mistake.ts";
import { openProgram } from "../parent/transports/program.ts";
import type { ProcessTransport } from "../parent/transports/transport.ts";
import { UnixTransport } from "../parent/transports/unix.ts";
import { Workers } from "../parent/workers.ts";
import { IterativeMode } from "./iterative.ts";
import type { Mode } from "./mode.ts";
import type { ServerContext } from "../context.ts";
import { PerConnectionMode } from "./per_connection.ts";
import { PreforkMode } from "./prefork.ts";

/** What every mode works with, and a signal that aborts when nobody wants the mode any more. */
export type OpenContext = ServerContext & Pick<ModuleTrial, "signal"> & {
  /** What is done in another way where a mistake is made on purpose. */
  readonly mistake: Mistake;
};

/** Whether connections are served by the server itself: then there is no other process. */
export function isServedHere({ mode, handler }: Pick<ServerOptions, "mode" | "handler">): boolean {
  return mode === "iterative" && handler.kind !== "program";
}

/**
 * Makes the mode with all that it needs, but starts no worker, unless to try one. Throws `OperationalError` where it
 * cannot, and the reason of `signal` if that aborts while something is tried.
 */
export async function openMode(options: ServerOptions, context: OpenContext): Promise<Mode> {
  const { mode, handler, spare, workers: size } = options;
  const handlerUrl = handler.kind === "module" ? await openModule(handler.file, context) : null;
  if (isServedHere(options)) {
    return handlerUrl === null
      ? new IterativeMode(context, echo)
      : await openModuleMode(handlerUrl, context);
  }
  await using stack = new AsyncDisposableStack();
  const transport = stack.use(await openTransport(options, { ...context, handlerUrl }));
  if (options.reusePort) {
    const { tryWorker } = await import("../parent/worker_trial.ts");
    await tryWorker(transport, context);
  }
  stack.move();
  const { mistaken } = context.mistake;
  const workers = new Workers(context, mistaken === undefined ? transport : mistaken(transport));
  // Of a program iterative mode runs one at a time, which its one slot sees to.
  return mode === "prefork"
    ? new PreforkMode(context, { workers, size })
    : new PerConnectionMode(context, { workers, spare });
}

/** Tries a module: what that takes is loaded for one alone, because the modules of Node.js are 40 ms of a start. */
async function openModule(file: string, context: OpenContext): Promise<string> {
  const { openHandlerModule } = await import("../parent/modules/handler_module.ts");
  return await openHandlerModule(file, context);
}

async function openTransport(
  options: ServerOptions,
  context: OpenContext & { readonly handlerUrl: string | null },
): Promise<ProcessTransport> {
  const { mode, handler, transport, connectionsPerWorker } = options;
  const { handlerUrl, mistake: { handingOver = {} } } = context;
  const prepare = await openInheritance(options);
  if (handler.kind === "program") {
    const command = await openProgram(handler.command, prepare);
    if (transport !== "socket") return await PipeTransport.open(context, command);
    const { SocketProgramTransport } = await import("../parent/transports/socket_program.ts");
    return await SocketProgramTransport.open(context, { command, handingOver });
  }
  if (transport === "pipe") {
    return await PipeTransport.open(context, pipedWorker(handlerUrl, prepare));
  }
  const workers = {
    connectionsPerWorker: mode === "prefork" ? connectionsPerWorker : 1,
    handlerUrl,
    prepare,
  };
  if (transport === "unix") return await UnixTransport.open(context, workers);
  const { SocketTransport } = await import("../parent/transports/socket.ts");
  return await SocketTransport.open(context, { ...workers, handingOver });
}

/** Loads a module into this process. */
async function openModuleMode(url: string, context: OpenContext): Promise<Mode> {
  const { loadModuleHere } = await import("../parent/modules/handler_module.ts");
  const mode = new IterativeMode(context, async (connection) => (await loading)(connection));
  mode.own(onUnhandled((error) => {
    mode.fail(error);
    return Promise.resolve(null);
  }));
  const loading = loadModuleHere(url, context);
  await loading;
  return mode;
}
