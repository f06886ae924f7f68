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
import { host, integer, seconds, text, toggle } from "../cli/flags.ts";
import { LOAD_FLAGS, LOAD_NOTES, type LoadOptions, loadOptionsOf } from "./load/options.ts";

/** The flags of `brood client`. */
export const CLIENT_FLAGS = {
  end: text({ placeholder: "WORD", fallback: "END", help: "the line that ends the input" }),
  "no-newline": toggle("send each line without its newline"),
  split: toggle("print from a process of its own"),
  "connect-timeout": seconds({
    placeholder: "S",
    fallback: 10,
    min: 0.001,
    help: "how long to wait for the connection",
  }),
  verbose: toggle("tell which process does what", { alias: "v" }),
  ...LOAD_FLAGS,
};

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
    `HOST is ${HOST.fallback} unless given. Times are in seconds, decimals allowed.`,
    "An empty line is not sent. The end line, the end of input and the server's close end it.",
    ...LOAD_NOTES,
  ],
};

/** What a client is told, whole: every default filled in, times in milliseconds. */
export interface ClientOptions {
  /** The server's host name or address. */
  readonly hostname: string;
  /** The server's port, from 1. */
  readonly port: number;
  /** The line that ends the input. */
  readonly endWord: string;
  /** Whether lines are sent with the newline they were typed with. */
  readonly newline: boolean;
  /** Whether a process of its own prints what the server sends. */
  readonly split: boolean;
  /** How long to wait for the connection. */
  readonly connectTimeoutMs: number;
  /** Whether to tell, on standard error, which process does what. */
  readonly verbose: boolean;
  /** The load to run in place of the lines of the input, or null. */
  readonly load: LoadOptions | null;
}

/** Parses the arguments behind `brood client`. Returns what they ask if they do. Throws `UsageError`. */
export function parseClientOptions(args: readonly string[]): ClientOptions | Question {
  const parsed = parseCommandLine(CLIENT_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const { flags, given, operands } = parsed;
  const command = CLIENT_COMMAND.name;
  const [name, service] = operands.length === 2 ? operands : [HOST.fallback, ...operands];
  const hostname = parseValue("HOST", name ?? "", { flag: HOST, command });
  const port = parseValue("PORT", service ?? "", { flag: PORT, command });
  const connectTimeoutMs = Math.round(flags["connect-timeout"] * 1000);
  return {
    hostname,
    port,
    endWord: flags.end,
    newline: !flags["no-newline"],
    split: flags.split,
    connectTimeoutMs,
    verbose: flags.verbose,
    load: loadOptionsOf(flags, { given, command, hostname, port, connectTimeoutMs }),
  };
}
