/**
 * The command that starts a worker, as whoever starts one gives it.
 *
 * @module
 */

import { fallbacksOf, type FlagValues, formatArgv } from "../../../cli/flags.ts";
import { type SelfCommand, selfCommand } from "../../../cli/self.ts";
import { dataUrl } from "../../child/module/module_url.ts";
import { LATE_URLS, NONE, WORKER_COMMAND, WORKER_FLAGS } from "../../child/worker.ts";

/** The values of a worker's flags. */
export type WorkerFlags = FlagValues<typeof WORKER_FLAGS>;

/** What a worker is told, as far as its transport needs it. */
export interface WorkerOptions extends Partial<Omit<WorkerFlags, "handler">> {
  /** How its connections come. */
  readonly transport: WorkerFlags["transport"];
  /** The URL of its handler's module; null for the echo. */
  readonly handlerUrl: string | null;
}

/**
 * A worker that only echoes does without `deno.json`, which maps the names of packages, and V8's helper threads: it
 * imports nothing from npm, and serves one connection. A handler of the user's may want either.
 */
const ECHO_FLAGS = ["--no-config", "--v8-flags=--single-threaded"];

function moduleFlags(): string[] {
  return [
    // As the system writes paths.
    `--config=${import.meta.dirname}/../../../deno.json`,
    // Deno keeps the stores of the web, such as `caches`, by this address, whatever is permitted: each worker has its
    // own.
    `--location=http://${crypto.randomUUID()}.invalid`,
  ];
}

/** The command that starts a worker. It is number 1 and serves one connection unless told otherwise. */
export function workerCommand({ handlerUrl, ...flags }: WorkerOptions): SelfCommand {
  const handler = handlerUrl ?? NONE;
  const values = { ...fallbacksOf(WORKER_FLAGS), ...flags, handler };
  const command = {
    ...WORKER_COMMAND,
    module: mainModule(values),
    flags: [...handlerUrl === null ? ECHO_FLAGS : moduleFlags(), ...permissions(values)],
  };
  return selfCommand(command, formatArgv(WORKER_FLAGS, values));
}

/**
 * The main module, from source. What a worker's main module imports, with a literal also in an `import()`, Deno reads
 * before it runs the first line. So a handler's module, which is loaded when nothing may be read any more, is written
 * into a main module that is made for it.
 */
function mainModule({ transport, handler, fault }: WorkerFlags): string {
  const late = [
    ...transport === "pipe" ? [LATE_URLS.pipe] : [],
    ...transport === "socket" ? [LATE_URLS.socket] : [],
    ...handler === NONE ? [] : [LATE_URLS.handler],
    ...fault === NONE ? [] : [LATE_URLS.fault],
  ];
  if (late.length === 0) return WORKER_COMMAND.module;
  const importModule = handler === NONE ? "" : `() => import(${JSON.stringify(handler)})`;
  const lines = [
    ...late.map((url) => `import ${JSON.stringify(url)};`),
    `import { startWorker } from ${JSON.stringify(WORKER_COMMAND.module)};`,
    `await startWorker(${importModule});`,
  ];
  return dataUrl("text/javascript", lines.join("\n"));
}

/**
 * From 2.9 on Deno wants the permission to use the network for a Unix-domain socket, too; before, it knew none by its
 * path.
 */
const HAS_UNIX_HOSTS = isFrom29(Deno.version.deno);

function isFrom29(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 9);
}

/** What a worker may from source, until it has opened its sockets: to open them. */
function permissions({ transport, socket, control }: WorkerFlags): string[] {
  const ffi = transport === "socket" ? ["--allow-ffi"] : [];
  return [...ffi, ...permissionsFor(socket, control)];
}

function permissionsFor(socket: string, control: string): string[] {
  const paths = [socket, control].filter((path) => path !== NONE);
  if (paths.length === 0) return [];
  // Deno takes a comma for the end of a path, whatever is in front of it.
  if (paths.some((path) => path.includes(","))) {
    return ["--allow-read", "--allow-write", "--allow-net"];
  }
  const hosts = paths.map((path) => `unix:${path}`);
  const files = paths.join(",");
  return [
    `--allow-read=${files}`,
    `--allow-write=${files}`,
    ...HAS_UNIX_HOSTS ? [`--allow-net=${hosts.join(",")}`] : [],
  ];
}
