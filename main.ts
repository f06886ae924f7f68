/**
 * Brood: a TCP server and client in one binary, with one process for each connection.
 *
 * This file picks the command. Each command's modules are loaded only when it is called.
 *
 * @module
 */

import type { CommandSpec, Question } from "./cli/command_line.ts";
import { EXIT_STATUS, UsageError } from "./ipc/errors.ts";
import { exitWith, print } from "./cli/exit.ts";
import type { FlagTable } from "./cli/flags.ts";
import { languageOf } from "./cli/language.ts";
import type { LateModules } from "./server/child/worker.ts";
import { say } from "./ipc/say.ts";

/** As in `deno.json`, which is not imported: that would cost every start of the compiled binary 2 ms. */
const VERSION = "0.1.0";

/** A worker of the compiled binary finds nothing by a URL: that has what is named here. */
const LATE_MODULES: LateModules = {
  pipe: () => import("./ipc/transports/pipe.ts"),
  socket: () => import("./server/child/socket_server.ts"),
  handler: () => import("./server/child/module/module.ts"),
  fault: () => import("./server/child/faults/echoes.ts"),
};

/** Runs a command with its arguments. Resolves to the exit status. */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["_worker", async (args) => {
    const { runWorker } = await import("./server/child/worker.ts");
    return await runWorker(args, { late: LATE_MODULES });
  }],
  ["_guard", async (args) => {
    const { runGuard } = await import("./server/child/guard.ts");
    return await runGuard(args);
  }],
  ["_status", async (args) => {
    const { runStatus } = await import("./server/child/status/status.ts");
    return await runStatus(args);
  }],
  ["_reader", async () => {
    const { runReader } = await import("./client/reader.ts");
    return await runReader();
  }],
  ["_generator", async (args) => {
    const { runGenerator } = await import("./client/load/processes/generator.ts");
    return await runGenerator(args);
  }],
  ["_keeper", async () => {
    const { runKeeper } = await import("./lab/grade/keeper/keeper.ts");
    return await runKeeper();
  }],
  ["server", async (args) => {
    const { parseServerOptions, SERVER_COMMAND } = await import("./server/command.ts");
    const options = parseServerOptions(args);
    if (typeof options === "string") return await answer(options, SERVER_COMMAND);
    const { ignoreMeaninglessSignals, Lifetime } = await import("./cli/lifetime.ts");
    const { runServer } = await import("./server/mod.ts");
    // Both to the end of the process: a signal that comes when the server has ended must not change its exit status.
    ignoreMeaninglessSignals();
    await runServer(options, new Lifetime());
    return EXIT_STATUS.done;
  }],
  ["client", async (args) => {
    const { CLIENT_COMMAND, parseClientOptions } = await import("./client/command.ts");
    const options = parseClientOptions(args);
    if (typeof options === "string") return await answer(options, CLIENT_COMMAND);
    const { runClient } = await import("./client/mod.ts");
    return await runClient(options);
  }],
  ["compare", async (args) => {
    const { COMPARE_COMMAND, parseCompareOptions } = await import("./lab/compare/command.ts");
    const options = parseCompareOptions(args);
    if (typeof options === "string") return await answer(options, COMPARE_COMMAND);
    const { Lifetime } = await import("./cli/lifetime.ts");
    const { runCompare } = await import("./lab/compare/mod.ts");
    return await runCompare(options, new Lifetime());
  }],
  ["completions", async (args) => {
    const { COMPLETIONS_COMMAND, formatCompletions, parseShell } = await import(
      "./cli/completions.ts"
    );
    const asked = parseShell(args);
    if (typeof asked === "string") return await answer(asked, COMPLETIONS_COMMAND);
    const { SERVER_COMMAND } = await import("./server/command.ts");
    const { CLIENT_COMMAND } = await import("./client/command.ts");
    const { GRADE_COMMAND } = await import("./lab/grade/command.ts");
    const { COMPARE_COMMAND } = await import("./lab/compare/command.ts");
    const { GUIDE_COMMAND } = await import("./lab/guide/command.ts");
    const commands = [
      SERVER_COMMAND,
      CLIENT_COMMAND,
      GRADE_COMMAND,
      COMPARE_COMMAND,
      GUIDE_COMMAND,
    ];
    print(formatCompletions(asked.shell, [...commands, COMPLETIONS_COMMAND]));
    return EXIT_STATUS.done;
  }],
  ["guide", async (args) => {
    const { GUIDE_COMMAND, parseGuideOptions } = await import("./lab/guide/command.ts");
    const options = parseGuideOptions(args);
    if (typeof options === "string") return await answer(options, GUIDE_COMMAND);
    const { Lifetime } = await import("./cli/lifetime.ts");
    const { runGuide } = await import("./lab/guide/mod.ts");
    return await runGuide(options, new Lifetime());
  }],
  ["grade", async (args) => {
    const { GRADE_COMMAND, parseGradeOptions } = await import("./lab/grade/command.ts");
    const options = parseGradeOptions(args);
    if (typeof options === "string") return await answer(options, GRADE_COMMAND);
    const { runGrade } = await import("./lab/grade/mod.ts");
    return await runGrade(options);
  }],
]);

async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    throw new UsageError(
      say`a command is missing: server, client, grade, compare, guide or completions`,
    );
  }
  if (name === "--lang" && rest.length > 1) {
    const [language = "", next = "", ...behind] = rest;
    return await run([next, "--lang", language, ...behind]);
  }
  if (name === "--version") return await answer("version");
  if (name === "--help" || name === "-h") return await answer("help");
  if (name === "help") return await help(rest);
  const command = COMMANDS.get(name);
  if (command === undefined) throw unknown(name);
  return await command(rest);
}

/** `help COMMAND` is `COMMAND --help`. */
async function help([name, surplus]: readonly string[]): Promise<number> {
  if (name === undefined) return await answer("help");
  if (surplus !== undefined) throw new UsageError(say`surplus argument ${JSON.stringify(surplus)}`);
  const command = name.startsWith("_") ? undefined : COMMANDS.get(name);
  if (command === undefined) throw unknown(name);
  return await command(["--help"]);
}

function unknown(name: string): UsageError {
  const quoted = JSON.stringify(name);
  return new UsageError(
    name.startsWith("-") ? say`unknown flag ${quoted}` : say`unknown command ${quoted}`,
  );
}

/** Prints what somebody asks of a command, or of the program. */
async function answer(question: Question, spec?: CommandSpec<FlagTable>): Promise<number> {
  if (question === "version") {
    print(`brood ${VERSION} (deno ${Deno.version.deno})`);
    return EXIT_STATUS.done;
  }
  const { translatorTo } = await import("./cli/translation.ts");
  const translate = await translatorTo(languageOf());
  const { formatHelp, formatUsages } = await import("./cli/help.ts");
  print(spec === undefined ? formatUsages(translate) : formatHelp(spec, translate));
  return EXIT_STATUS.done;
}

if (import.meta.main) await exitWith(() => run(Deno.args));
