/**
 * The client: connects, runs what was asked for, and says in plain words what went wrong.
 *
 * @module
 */

import { formatEndpoint } from "../ipc/address.ts";
import { EXIT_STATUS, isStreamError, OperationalError, reasonOf } from "../ipc/errors.ts";
import { printError } from "../cli/exit.ts";
import { Lifetime } from "../cli/lifetime.ts";
import { Answers } from "./answers.ts";
import type { ClientOptions } from "./command.ts";
import { connect } from "./connect.ts";
import { runInteractive } from "./interactive.ts";
import { ReaderProcess } from "./reader_process.ts";
import { runSplit } from "./split.ts";
import { translatorTo } from "../cli/translation.ts";
import { say } from "../ipc/say.ts";

/** What the client tells when the server's end of file has come. */
const CLOSED = say`the server has closed the connection`;

/**
 * Runs a client to its end. Resolves to its exit status; rejects with `OperationalError` if it cannot connect, is cut
 * off, or cannot print.
 */
export async function runClient(options: ClientOptions): Promise<number> {
  if (options.load === null) return await runLines(options);
  // What a load needs comes from npm, and is slow to load.
  const { runLoad } = await import("./load/mod.ts");
  // Not disposed of: a Ctrl-C that comes between the last word and the exit changes nothing.
  return await runLoad(options.load, { lifetime: new Lifetime(), language: options.language });
}

/** Sends lines and prints answers, in one process or two. */
async function runLines(options: ClientOptions): Promise<number> {
  using connection = await connect(options);
  const server = formatEndpoint(options);
  const { endWord, noNewline, note, split, verbose, language } = options;
  const keyboard = {
    input: Deno.stdin.readable,
    endWord,
    newline: !noNewline && !note,
    sendsEndWord: note,
    answers: note ? new Answers({ areAwaited: !split }) : null,
  };
  const translate = await translatorTo(language);
  const tell = (what: string) => verbose && printError(translate(what));
  if (note || verbose) {
    printError(translate(say`connected to ${server} (local port ${connection.localAddr.port})`));
  }
  try {
    if (split) {
      const reader = ReaderProcess.start();
      tell(say`client ${Deno.pid}: reads the keyboard and writes to ${server}`);
      tell(say`reader ${reader.pid}: prints what the server sends`);
      const status = await runSplit(connection, { ...keyboard, reader });
      if (status === EXIT_STATUS.done) tell(CLOSED);
      return status;
    }
    tell(say`client ${Deno.pid}: reads the keyboard, writes to ${server}, prints what it sends`);
    await runInteractive(connection, { ...keyboard, output: Deno.stdout });
    tell(CLOSED);
    return EXIT_STATUS.done;
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    const reason = reasonOf(cause);
    throw new OperationalError(say`Lost the connection to ${server}: ${reason}`, { cause });
  }
}
