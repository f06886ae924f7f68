/**
 * The `server` command: its flags, and the options whose slices the server's parts get.
 *
 * @module
 */

import {
  type CommandSpec,
  parseCommandLine,
  type Parsed,
  parseValue,
  type Question,
} from "../cli/command_line.ts";
import { UsageError } from "../ipc/errors.ts";
import { choice, host, integer, seconds, text, toggle } from "../cli/flags.ts";
import { CONNECTIONS_DEFAULT } from "./accept/descriptors.ts";

/** The handler that is built in. */
const ECHO = "echo";

/** The flags of `brood server`. */
export const SERVER_FLAGS = {
  host: host({
    placeholder: "ADDR",
    fallback: "127.0.0.1",
    help: "address or host name to listen on",
  }),
  mode: choice(["per-connection", "iterative", "prefork"], "how connections meet processes"),
  handler: text({
    placeholder: "echo|FILE",
    fallback: ECHO,
    help: "what serves a connection: echo, or the default export of a module",
  }),
  transport: choice(["unix", "pipe"], "how a worker gets the bytes of its connection"),
  backlog: integer({
    placeholder: "N",
    fallback: 128,
    min: 1,
    max: 65_535,
    help: "connections that may wait in the kernel's queue",
  }),
  "max-connections": integer({
    placeholder: "N",
    fallback: CONNECTIONS_DEFAULT,
    min: 1,
    max: 1_000_000,
    help: "concurrent connections; more wait in the kernel's queue",
  }),
  "max-per-host": integer({
    placeholder: "N",
    fallback: 0,
    min: 0,
    max: 1_000_000,
    help: "concurrent connections from one address; more are closed; 0: no limit",
  }),
  spare: integer({
    placeholder: "N",
    fallback: 0,
    min: 0,
    max: 10_000,
    help: "idle workers kept ready, in per-connection mode",
  }),
  workers: integer({
    placeholder: "N",
    fallback: 8,
    min: 1,
    max: 10_000,
    help: "workers in prefork mode",
  }),
  "connections-per-worker": integer({
    placeholder: "N",
    fallback: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    help: "connections that a prefork worker serves before it is replaced; 0: no limit",
  }),
  "idle-timeout": seconds({
    placeholder: "S",
    fallback: 0,
    min: 0,
    help: "close connections that are idle for S seconds; 0: never",
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

/** The flags that not every mode heeds, and the modes that do. */
const MODES_OF_FLAG: ReadonlyMap<string, readonly string[]> = new Map([
  ["max-connections", ["per-connection", "prefork"]],
  ["transport", ["per-connection", "prefork"]],
  ["spare", ["per-connection"]],
  ["workers", ["prefork"]],
  ["connections-per-worker", ["prefork"]],
]);

const PORT = integer({ placeholder: "PORT", fallback: 0, min: 0, max: 65_535, help: "" });

/** The `server` command as its user sees it. */
export const SERVER_COMMAND: CommandSpec<typeof SERVER_FLAGS> = {
  name: "server",
  summary:
    "Serves each TCP connection in a process of its own: an echo, a module of yours, or any program.",
  operands: ["PORT"],
  program: "[-- PROGRAM [ARG]...]",
  flags: SERVER_FLAGS,
  hasVersion: true,
  notes: [
    "PROGRAM is started for each connection, its standard input and output being the client.",
    "Times are in seconds, decimals allowed. PORT 0 takes a free port and prints it.",
    "Ctrl-C (SIGINT) or SIGTERM stops it; a second Ctrl-C skips the wait for connections.",
  ],
};

/** What serves a connection. */
export type HandlerChoice =
  | { readonly kind: "echo" }
  /** The module in this file, whose default export is a `Handler`. */
  | { readonly kind: "module"; readonly file: string }
  /** A program and its arguments. */
  | { readonly kind: "program"; readonly command: readonly [string, ...string[]] };

/** What a server is told, whole: every default filled in, times in milliseconds. */
export interface ServerOptions {
  /** The host name or address to listen on. */
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How connections meet processes. */
  readonly mode: "per-connection" | "iterative" | "prefork";
  /** What serves a connection. */
  readonly handler: HandlerChoice;
  /** How a worker gets the bytes of its connection. A program gets them by pipes, whatever this says. */
  readonly transport: "unix" | "pipe";
  /** Connections that may wait in the kernel's queue. */
  readonly backlog: number;
  /** Connections served at once; null where the user leaves that to the default. */
  readonly maxConnections: number | null;
  /** Connections of one client's address at once; 0 means no limit. */
  readonly maxPerHost: number;
  /** Workers started ahead, in per-connection mode. */
  readonly spare: number;
  /** Workers in prefork mode. */
  readonly workers: number;
  /** Connections after which a worker is replaced, in prefork mode; 0 means no end. */
  readonly connectionsPerWorker: number;
  /** How long no byte may pass either way; 0 means for ever. */
  readonly idleTimeoutMs: number;
  /** How long a stopping server waits for its connections. */
  readonly graceMs: number;
  /** How events are written. */
  readonly log: "text" | "json";
  /** Whether only the start line, warnings and errors are written. */
  readonly quiet: boolean;
}

/** Parses the arguments behind `brood server`. Returns what they ask if they do. Throws `UsageError`. */
export function parseServerOptions(args: readonly string[]): ServerOptions | Question {
  const parsed = parseCommandLine(SERVER_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const { flags, given, operands: [port = ""], program } = parsed;
  const conflict = conflictOf(parsed);
  if (conflict !== null) throw new UsageError(conflict, { command: SERVER_COMMAND.name });
  return {
    hostname: flags.host,
    port: parseValue("PORT", port, { flag: PORT, command: SERVER_COMMAND.name }),
    mode: flags.mode,
    handler: program !== null
      ? { kind: "program", command: program }
      : flags.handler === ECHO
      ? { kind: "echo" }
      : { kind: "module", file: flags.handler },
    transport: given.has("transport") || !hasNoUnixSockets() ? flags.transport : "pipe",
    backlog: flags.backlog,
    maxConnections: given.has("max-connections") ? flags["max-connections"] : null,
    maxPerHost: flags["max-per-host"],
    spare: flags.spare,
    workers: flags.workers,
    connectionsPerWorker: flags["connections-per-worker"],
    idleTimeoutMs: Math.round(flags["idle-timeout"] * 1000),
    graceMs: Math.round(flags.grace * 1000),
    log: flags.log,
    quiet: flags.quiet,
  };
}

/** Deno has no Unix-domain sockets on Windows. */
function hasNoUnixSockets(): boolean {
  return Deno.build.os === "windows";
}

/** What contradicts each other on a command line, in a line; null if nothing does. */
function conflictOf(
  { flags, given, program }: Pick<Parsed<typeof SERVER_FLAGS>, "flags" | "given" | "program">,
): string | null {
  for (const [flag, modes] of MODES_OF_FLAG) {
    if (given.has(flag) && !modes.includes(flags.mode)) {
      return `--${flag} goes with --mode ${modes.join(" or ")}, not with ${flags.mode}`;
    }
  }
  if (program !== null) {
    if (flags.mode === "prefork") {
      return "a program serves one connection and ends, so it cannot be started before: " +
        "--mode prefork goes with --handler";
    }
    const flag = ["handler", "transport", "spare"].find((flag) => given.has(flag));
    if (flag !== undefined) return `--${flag} does not go with a program`;
  }
  if (flags.transport === "pipe") {
    if (flags.mode === "prefork") {
      return "--transport pipe carries one connection: it goes with --mode per-connection";
    }
    if (given.has("spare")) return "--transport pipe does not go with --spare";
  }
  return null;
}
