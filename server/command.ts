/**
 * The `server` command: its flags, and the options whose slices the server's parts get.
 *
 * @module
 */

import { type CommandSpec, parseCommandLine, parseValue } from "../ipc/command_line.ts";
import { choice, integer, seconds, text, toggle } from "../ipc/flags.ts";

/** The flags of `brood server`. */
export const SERVER_FLAGS = {
  host: text({
    placeholder: "ADDR",
    fallback: "127.0.0.1",
    help: "address or host name to listen on",
  }),
  mode: choice(["per-connection", "iterative"], "how connections meet processes"),
  backlog: integer({
    placeholder: "N",
    fallback: 128,
    min: 1,
    max: 65_535,
    help: "connections that may wait in the kernel's queue",
  }),
  "max-connections": integer({
    placeholder: "N",
    fallback: 40,
    min: 1,
    max: 65_535,
    help: "connections served at once; the others wait in the queue",
  }),
  grace: seconds({
    placeholder: "S",
    fallback: 30,
    min: 0,
    help: "how long a stopping server waits for its connections",
  }),
  log: choice(["text", "json"], "how events are written to standard output"),
  quiet: toggle("write only the start line, warnings and errors"),
};

const PORT = integer({ placeholder: "PORT", fallback: 0, min: 0, max: 65_535, help: "" });

/** The `server` command as its user sees it. */
export const SERVER_COMMAND: CommandSpec<typeof SERVER_FLAGS> = {
  name: "server",
  summary: "Serves each TCP connection in a process of its own, which echoes what it gets.",
  operands: ["PORT"],
  flags: SERVER_FLAGS,
  notes: [
    "Times are in seconds, decimals allowed. PORT 0 takes a free port and prints it.",
    "Ctrl-C (SIGINT) or SIGTERM stops it; a second Ctrl-C skips the wait for connections.",
  ],
};

/** What a server is told, whole: every default filled in, times in milliseconds. */
export interface ServerOptions {
  /** The host name or address to listen on. */
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How connections meet processes. */
  readonly mode: "per-connection" | "iterative";
  /** Connections that may wait in the kernel's queue. */
  readonly backlog: number;
  /** Connections served at once. */
  readonly maxConnections: number;
  /** How long a stopping server waits for its connections. */
  readonly graceMs: number;
  /** How events are written. */
  readonly log: "text" | "json";
  /** Whether only the start line, warnings and errors are written. */
  readonly quiet: boolean;
}

/** Parses the arguments behind `brood server`. Returns null if they ask for help. Throws `UsageError`. */
export function parseServerOptions(args: readonly string[]): ServerOptions | null {
  const parsed = parseCommandLine(SERVER_COMMAND, args);
  if (parsed === null) return null;
  const { flags, operands: [port = ""] } = parsed;
  return {
    hostname: flags.host,
    port: parseValue("PORT", port, { flag: PORT, command: SERVER_COMMAND.name }),
    mode: flags.mode,
    backlog: flags.backlog,
    maxConnections: flags["max-connections"],
    graceMs: Math.round(flags.grace * 1000),
    log: flags.log,
    quiet: flags.quiet,
  };
}
