/**
 * Finds the module behind `--handler FILE`, makes it loadable, and tries once whether it loads.
 *
 * @module
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Clock, LATE, within } from "../../../ipc/clock.ts";
import { errnoOf, OperationalError, reasonOf, spawnReasonOf } from "../../../ipc/errors.ts";
import { escapeControls } from "../../log/escape.ts";
import type { EventBus } from "../../events.ts";
import type { StreamHandler } from "../../child/stream_connection.ts";
import { GuardProcess } from "../process/guard_process.ts";
import { flattenModule, ModuleError } from "./module_graph.ts";
import { workerCommand } from "../process/worker_command.ts";
import { startAnywhere } from "../../../ipc/working_folder.ts";
import { say } from "../../../ipc/say.ts";

/** How long a module may take to load when it is tried, the start of its process included. */
const LOAD_MS = 10_000;

const TOO_LATE = say`it did not finish loading within ${LOAD_MS / 1000} s`;

/** Bytes that are kept of what a module prints while it is tried: the reason is in the last of them. */
const TOLD_BYTES_MAX = 64 * 1024;

/** What the trial of a module works with. */
export interface ModuleTrial {
  /** Times it. */
  readonly clock: Clock;
  /** Where the loss of its guard is told. */
  readonly events: EventBus;
  /** Aborts when nobody wants to know any more. */
  readonly signal: AbortSignal;
}

/**
 * The URL that loads the module in `file`, which was tried. Throws {@linkcode OperationalError} if it does not load,
 * and the reason of `signal` if that aborts before.
 */
export async function openHandlerModule(file: string, trial: ModuleTrial): Promise<string> {
  const path = resolve(file);
  try {
    await checkReadable(path);
    // The runtime in a compiled binary knows JavaScript only, and no main module can be made for it.
    const url = Deno.build.standalone ? await flattenModule(path) : pathToFileURL(path).href;
    const failure = await tryHandler(url, trial);
    if (failure !== null) throw new ModuleError(failure);
    return url;
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new OperationalError(
      say`Cannot load the handler ${JSON.stringify(file)}: ${escapeControls(error.message)}`,
      { cause: error.cause },
    );
  }
}

/** Throws {@linkcode ModuleError} for what cannot be read to its end: a device and a pipe have none. */
async function checkReadable(path: string): Promise<void> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    if (isDirectory) throw new ModuleError(say`it is a folder`);
    if (!isFile) throw new ModuleError(say`it is no regular file`);
    using file = await Deno.open(path);
    await file.read(new Uint8Array(1));
  } catch (cause) {
    // Deno itself refuses some files of the system, whatever it is allowed.
    if (cause instanceof Deno.errors.NotCapable) {
      throw new ModuleError(say`Deno lets no program read it`, { cause });
    }
    if (errnoOf(cause) === null) throw cause;
    throw new ModuleError(reasonOf(cause), { cause });
  }
}

/**
 * Loads the module at that URL, which was tried, into this process. Throws as {@linkcode openHandlerModule} does,
 * unless the module never comes to an `await`: then nothing helps, but it has not passed its trial.
 */
export async function loadModuleHere(
  url: string,
  { clock, signal }: Pick<ModuleTrial, "clock" | "signal">,
): Promise<StreamHandler> {
  const { loadHandler, readModule } = await import("../../child/module/module.ts");
  const importModule = Deno.build.standalone ? await readModule(url) : () => import(url);
  const handler = await within(LOAD_MS, loadHandler(importModule), { clock, signal });
  if (handler !== LATE) return handler;
  signal.throwIfAborted();
  throw new OperationalError(say`Cannot load the handler: ${TOO_LATE}`);
}

/**
 * Loads the module in a process of its own, as a worker will. Resolves to what is wrong with it, in a line, or to null.
 */
async function tryHandler(url: string, trial: ModuleTrial): Promise<string | null> {
  const { clock, events, signal } = trial;
  signal.throwIfAborted();
  // A module that never finishes loading notices nothing, not even that this server was killed.
  await using guard = new GuardProcess({ events, clock });
  const { path, args, env } = guard.marked(workerCommand({ transport: "none", handlerUrl: url }));
  const command = new Deno.Command(path, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { ...env },
  });
  let child: Deno.ChildProcess;
  try {
    child = startAnywhere(() => command.spawn());
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return say`the process that tries it cannot be started: ${spawnReasonOf(error)}`;
  }
  guard.watch(child.pid);
  const told = readEnd(child.stderr);
  const isInTime = await endWithin(LOAD_MS, { child, clock, signal });
  const { success, code, signal: killedBy } = await child.status;
  guard.forget(child.pid);
  const lines = (await told).trim().split("\n");
  signal.throwIfAborted();
  if (!isInTime) return TOO_LATE;
  if (success) return null;
  const [, reason = null] = /Cannot load the handler: (.*)/.exec(lines.join("\n")) ?? [];
  return reason || lines.at(-1) ||
    (killedBy === null
      ? say`it ended with status ${code} while it loaded`
      : say`it was ended by ${killedBy} while it loaded`);
}

/**
 * Waits for a process to end by itself, and kills it when the time is over or the signal aborts. Resolves to whether it
 * was in time.
 */
async function endWithin(
  ms: number,
  options: {
    readonly child: Deno.ChildProcess;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { child, clock, signal } = options;
  const isInTime = await within(ms, child.status, { clock, signal }) !== LATE;
  // Not reaped yet: its status was not there, so its pid is its own.
  if (!isInTime) child.kill("SIGKILL");
  return isInTime;
}

/** The end of what comes, as text. */
async function readEnd(stream: ReadableStream<Uint8Array>): Promise<string> {
  let kept = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    kept = (kept + text).slice(-TOLD_BYTES_MAX);
  }
  return kept;
}
