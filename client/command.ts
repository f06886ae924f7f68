/**
 * The `client` command: its flags, and the client's options.
 *
 * @module
 */

import {
  type CommandSpec,
  parseCommandLine,
  parseValue,
  type Question,
} from "../cli/command_line.ts";
import { UsageError } from "../ipc/errors.ts";
import { flagName, type FlagValues, host, integer, seconds, text, toggle } from "../cli/flags.ts";
import { TLS_FLAGS, TLS_NOTES, type TlsOptions, tlsOptionsOf } from "./connection/tls_options.ts";
import { LOAD_FLAGS, LOAD_NOTES, type LoadOptions, loadOptionsOf } from "./load/options.ts";
import { type Language, LANGUAGE_FLAG, languageOf } from "../cli/language.ts";
import { say } from "../ipc/say.ts";

/** The flags that a load has nothing to do with, but for the time to connect. */
export const OWN_FLAGS = {
  endWord: text({
    name: "end",
    placeholder: "WORD",
    fallback: "END",
    help: "the line that ends the input",
  }),
  noNewline: toggle("send each line without its newline"),
  note: toggle("do as the lecture's client: no newlines, one answer for each line, END sent too"),
  split: toggle("print what comes back from a process of its own"),
  connectTimeoutMs: seconds({
    placeholder: "S",
    fallback: 10,
    min: 0.001,
    help: "how long to wait for the connection",
  }),
  verbose: toggle("tell the connection, its end, and which process does what", { alias: "v" }),
};

/** The flags of `brood client`. */
export const CLIENT_FLAGS: typeof OWN_FLAGS & typeof TLS_FLAGS & typeof LOAD_FLAGS & {
  readonly language: typeof LANGUAGE_FLAG;
} = { ...OWN_FLAGS, ...TLS_FLAGS, ...LOAD_FLAGS, language: LANGUAGE_FLAG };

const HOST = host({ placeholder: "HOST", fallback: "127.0.0.1", help: "" });
const PORT = integer({ placeholder: "PORT", fallback: 0, min: 1, max: 65_535, help: "" });

/** The `client` command as its user sees it. */
export const CLIENT_COMMAND: CommandSpec<typeof CLIENT_FLAGS> = {
  name: "client",
  summary: "Sends the lines of standard input to a TCP server and prints what comes back.",
  operands: ["[HOST]", "PORT"],
  flags: CLIENT_FLAGS,
  hasVersion: true,
  notes: [
    say`HOST is ${HOST.fallback} unless given. Times are in seconds, decimals allowed.`,
    "An empty line is not sent. It ends at the end line, at the end of input, or when the server closes.",
    "With --note a line waits until the one before is answered; with --split too, none waits.",
    ...TLS_NOTES,
    ...LOAD_NOTES,
  ],
};

/** What a client is told, whole: the values of its flags, and what else its command line says. */
export interface ClientOptions extends FlagValues<typeof OWN_FLAGS> {
  /** The server's host name or address. */
  readonly hostname: string;
  /** The server's port, from 1. */
  readonly port: number;
  /** What is asked of TLS, or null: without it. */
  readonly tls: TlsOptions | null;
  /** The load to run in place of the lines of the input, or null. */
  readonly load: LoadOptions | null;
  /** The language of what it tells. */
  readonly language: Language;
}

/** Parses the arguments behind `brood client`. Returns what they ask if they do. Throws `UsageError`. */
export function parseClientOptions(args: readonly string[]): ClientOptions | Question {
  const parsed = parseCommandLine(CLIENT_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const { options, given, operands } = parsed;
  const { endWord, noNewline, note, split, connectTimeoutMs, verbose, ...others } = options;
  const { tls: isTls, tlsCa, insecure, language: _, ...load } = others;
  const command = CLIENT_COMMAND.name;
  const [name, service] = operands.length === 2 ? operands : [HOST.fallback, ...operands];
  const server = {
    hostname: parseValue("HOST", name ?? "", { flag: HOST, command }),
    port: parseValue("PORT", service ?? "", { flag: PORT, command }),
    connectTimeoutMs,
    tls: tlsOptionsOf({ tls: isTls, tlsCa, insecure }, { given, command }),
  };
  const own = [...given].find((option) => option in OWN_FLAGS && option !== "connectTimeoutMs");
  if (options.connections > 0 && own !== undefined) {
    throw new UsageError(say`--${flagName(own, CLIENT_FLAGS[own])} does not go with --load`, {
      command,
    });
  }
  return {
    ...server,
    endWord,
    noNewline,
    note,
    split,
    verbose,
    language: languageOf(args),
    load: loadOptionsOf(load, { ...server, given, command }),
  };
}
