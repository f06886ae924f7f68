/**
 * Brood: a TCP server and client in one binary, with one process for each connection.
 *
 * This file picks the command. Each command's modules are loaded only when it is called.
 *
 * @module
 */

import type { CommandSpec } from "./ipc/command_line.ts";
import { EXIT_STATUS, UsageError } from "./ipc/errors.ts";
import { exitWith } from "./ipc/exit.ts";
import type { FlagTable } from "./ipc/flags.ts";

/** As in `deno.json`, which is not imported: that would cost every start of the compiled binary 2 ms. */
const VERSION = "0.1.0";

/** Runs a command with its arguments. Resolves to the exit status. */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["_worker", async (args) => {
    const { runWorker } = await import("./server/worker.ts");
    return await runWorker(args);
  }],
  ["_guard", async () => {
    const { runGuard } = await import("./server/guard.ts");
    return await runGuard();
  }],
  ["_reader", async () => {
    const { runReader } = await import("./client/reader.ts");
    return await runReader();
  }],
  ["_load", async (args) => {
    const { runLoadProcess } = await import("./client/load/process.ts");
    return await runLoadProcess(args);
  }],
  ["server", async (args) => {
    const { parseServerOptions, SERVER_COMMAND } = await import("./server/command.ts");
    const options = parseServerOptions(args);
    if (options === null) return await printHelp(SERVER_COMMAND);
    const { Lifetime } = await import("./ipc/lifetime.ts");
    const { runServer } = await import("./server/mod.ts");
    using lifetime = new Lifetime();
    await runServer(options, lifetime);
    return EXIT_STATUS.done;
  }],
  ["client", async (args) => {
    const { CLIENT_COMMAND, parseClientOptions } = await import("./client/command.ts");
    const options = parseClientOptions(args);
    if (options === null) return await printHelp(CLIENT_COMMAND);
    const { runClient } = await import("./client/mod.ts");
    return await runClient(options);
  }],
]);

const USAGE = `Brood: a TCP server and client with one process for each connection.

Usage: brood server [OPTIONS] PORT [-- PROGRAM [ARG]...]
       brood client [OPTIONS] [HOST] PORT
       brood --help | --version

"brood server --help" and "brood client --help" tell their options.`;

async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help") return print(USAGE);
  if (name === "--version") {
    return print(`brood ${VERSION} (deno ${Deno.version.deno})`);
  }
  if (name === undefined) throw new UsageError("a command is missing: server or client");
  const command = COMMANDS.get(name);
  if (command !== undefined) return await command(rest);
  const kind = name.startsWith("-") ? "flag" : "command";
  throw new UsageError(`unknown ${kind} ${JSON.stringify(name)}`);
}

async function printHelp(spec: CommandSpec<FlagTable>): Promise<number> {
  const { formatHelp } = await import("./ipc/command_line.ts");
  return print(formatHelp(spec));
}

function print(text: string): number {
  console.log(text);
  return EXIT_STATUS.done;
}

if (import.meta.main) await exitWith(() => run(Deno.args));
