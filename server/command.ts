/**
 * The `server` command: its flags, and with them the options whose slices the server's parts get.
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
import {
  choice,
  flagName,
  type FlagValues,
  integer,
  optionalChoice,
  optionalEndpoint,
  optionalFile,
  seconds,
  text,
  toggle,
} from "../cli/flags.ts";
import { countHandedSockets } from "./accept/handed.ts";
import { networks } from "./accept/network.ts";
import { havePort, places, placesConflict } from "./accept/places.ts";
import { CONNECTIONS_DEFAULT } from "./accept/descriptors.ts";
import { type AskedBesides, faultConflict } from "./faults/conflict.ts";
import { inheritanceConflict } from "./inheritance/conflict.ts";
import { INHERITANCE_FLAGS } from "./inheritance/flags.ts";
import { FAULT_NAMES, faultOf } from "./faults/table.ts";
import { type Language, LANGUAGE_FLAG, languageOf } from "../cli/language.ts";
import { say } from "../ipc/say.ts";
import { USER_FLAG } from "./user.ts";

/** The handler that is built in. */
const ECHO = "echo";

/** The flags of `brood server`. */
export const SERVER_FLAGS = {
  places: places(
    "address, host name or Unix-domain socket to listen on; repeatable, or a list with commas",
  ),
  mode: choice(["per-connection", "iterative", "prefork"], "how connections meet processes"),
  handler: text({
    placeholder: "echo|FILE",
    fallback: ECHO,
    help: "what serves a connection: echo, or the default export of a module",
  }),
  transport: choice(["unix", "pipe", "socket"], "how a process gets its connection"),
  backlog: integer({
    placeholder: "N",
    fallback: 128,
    min: 1,
    max: 65_535,
    help: "connections that may wait in the kernel's queue",
  }),
  reusePort: toggle(
    "share PORT with servers of this user that have --reuse-port too (SO_REUSEPORT)",
  ),
  maxConnections: integer({
    placeholder: "N",
    fallback: CONNECTIONS_DEFAULT,
    min: 1,
    max: 1_000_000,
    help: "concurrent connections; more wait in the kernel's queue",
  }),
  maxPerHost: integer({
    placeholder: "N",
    fallback: 0,
    min: 0,
    max: 1_000_000,
    help: "concurrent connections from one address; more are closed; 0: no limit",
  }),
  allow: networks("let clients from there in, and nobody else; repeatable, or a list with commas"),
  deny: networks("turn clients from there away; the longest prefix decides, and on a tie deny"),
  rulesFile: {
    ...optionalFile(
      "more such rules, one a line: allow CIDR or deny CIDR; SIGHUP reads them again",
    ),
    name: "rules",
  },
  tlsCert: optionalFile(
    "serve over TLS with the certificate in FILE (PEM); SIGHUP reads it again",
  ),
  tlsKey: optionalFile("the private key of that certificate (PEM)"),
  tlsClientCa: optionalFile(
    "let only clients in whose certificate a CA in FILE (PEM) has signed",
  ),
  maxRate: integer({
    placeholder: "N",
    fallback: 0,
    min: 0,
    max: 1_000_000,
    help: "new connections a second from one address; more are closed; 0: no limit",
  }),
  proxyFrom: networks(
    "connections from balancers there begin with a PROXY header, which tells the client",
  ),
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
  connectionsPerWorker: integer({
    placeholder: "N",
    fallback: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    help: "connections that a prefork worker serves before it is replaced; 0: no limit",
  }),
  idleTimeoutMs: seconds({
    placeholder: "S",
    fallback: 0,
    min: 0,
    help: "close connections that are idle for S seconds; 0: never",
  }),
  maxDurationMs: seconds({
    placeholder: "S",
    fallback: 0,
    min: 0,
    help: "close connections that have lasted S seconds, whatever passes; 0: never",
  }),
  keepaliveMs: seconds({
    placeholder: "S",
    fallback: 60,
    min: 0,
    max: 32_767,
    help: "ask a client that is silent for S seconds whether it is there (TCP keepalive); 0: never",
  }),
  graceMs: seconds({
    placeholder: "S",
    fallback: 30,
    min: 0,
    help: "how long a stopping server waits for its connections",
  }),
  drainDelayMs: seconds({
    placeholder: "S",
    fallback: 0,
    min: 0,
    help: "how long a stopping server goes on accepting, while its health says that it stops",
  }),
  user: USER_FLAG,
  ...INHERITANCE_FLAGS,
  log: choice(["text", "json", "explain"], "how events are written to standard output"),
  quiet: toggle("write only the start line, warnings and errors"),
  noMessages: toggle("tell nothing of what clients send, only their connections"),
  status: optionalEndpoint({
    placeholder: "[ADDR:]PORT",
    fallback: null,
    help: "show the server live in a browser, at this port; with metrics and health",
  }),
  fault: optionalChoice(FAULT_NAMES, {
    placeholder: "NAME",
    help: "make a mistake on purpose, for lessons; the names are below",
  }),
  language: LANGUAGE_FLAG,
};

/** The options that not every mode heeds, and the modes that do. */
const MODES_OF_OPTION: ReadonlyMap<keyof typeof SERVER_FLAGS, readonly string[]> = new Map([
  ["maxConnections", ["per-connection", "prefork"]],
  ["spare", ["per-connection"]],
  ["workers", ["prefork"]],
  ["connectionsPerWorker", ["prefork"]],
]);

const PORT = integer({ placeholder: "PORT", fallback: 0, min: 0, max: 65_535, help: "" });

/** The `server` command as its user sees it. */
export const SERVER_COMMAND: CommandSpec<typeof SERVER_FLAGS> = {
  name: "server",
  summary:
    "Serves each TCP connection in a process of its own: an echo, a module of yours, or any program.",
  operands: ["[PORT]"],
  program: "[-- PROGRAM [ARG]...]",
  flags: SERVER_FLAGS,
  hasVersion: true,
  notes: [
    "PROGRAM is started for each connection, its standard input and output being the client: the socket itself " +
    "(--transport socket, its default on Linux), as under inetd, or pipes (--transport pipe).",
    "Times are in seconds, decimals allowed. PORT 0 takes a free port and prints it; all addresses share one. It is " +
    "left out where all that is listened on are Unix-domain sockets, or sockets that the server was started with " +
    "(LISTEN_FDS).",
    "Ctrl-C (SIGINT) or SIGTERM stops it; a second Ctrl-C skips the wait for connections.",
  ],
  glossary: {
    heading: "Mistakes that --fault makes:",
    rows: FAULT_NAMES.map((name) => [name, faultOf(name).does]),
  },
};

/** What serves a connection. */
export type HandlerChoice =
  | { readonly kind: "echo" }
  /** The module in this file, whose default export is a `Handler`. */
  | { readonly kind: "module"; readonly file: string }
  /** A program and its arguments. */
  | { readonly kind: "program"; readonly command: readonly [string, ...string[]] };

/** A handler in a few words: `echo`, a module's file, a program's command line. */
export function describeHandler(handler: HandlerChoice): string {
  switch (handler.kind) {
    case "echo":
      return ECHO;
    case "module":
      return handler.file;
    case "program":
      return handler.command.join(" ");
  }
}

/** What a server is told, whole: the values of its flags, and what else its command line says. */
export interface ServerOptions
  extends Omit<FlagValues<typeof SERVER_FLAGS>, "maxConnections" | "handler" | "language"> {
  /** 0 takes a free one, and stands where none is needed. */
  readonly port: number;
  /** How many listening sockets the server was started with: it serves these, and opens none. */
  readonly handedSockets: number;
  /** What serves a connection. */
  readonly handler: HandlerChoice;
  /** How many connections are served at once; null where the user leaves that to the default. */
  readonly maxConnections: number | null;
  /** The language of its warnings. */
  readonly language: Language;
}

/** Parses the arguments behind `brood server`. Returns what they ask if they do. Throws `UsageError`. */
export function parseServerOptions(args: readonly string[]): ServerOptions | Question {
  const parsed = parseCommandLine(SERVER_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const { options, operands: [port], program } = parsed;
  const handedSockets = countHandedSockets();
  const conflict = portConflict({ ...parsed, port, handedSockets }) ?? conflictOf(parsed);
  if (conflict !== null) throw new UsageError(conflict, { command: SERVER_COMMAND.name });
  return {
    ...options,
    port: parseValue("PORT", port ?? "0", { flag: PORT, command: SERVER_COMMAND.name }),
    handedSockets,
    handler: handlerOf(options.handler, program),
    maxConnections: maxConnectionsOf(parsed),
    transport: transportOf(parsed),
    language: languageOf(args),
  };
}

/** What contradicts each other in where to listen, in a line; null if nothing does. */
function portConflict(
  { options: { places, reusePort, fault }, given, port, handedSockets }:
    & Parsed<typeof SERVER_FLAGS>
    & { readonly port: string | undefined; readonly handedSockets: number },
): string | null {
  const isPlain = places.length === 1 && havePort(places) && !reusePort && handedSockets === 0;
  if (fault !== null && !isPlain) {
    return say`--fault ${fault} goes with one address of --host, and nothing else to listen on`;
  }
  if (handedSockets > 0) {
    const option = (["places", "reusePort"] as const).find((option) => given.has(option));
    const what = port !== undefined
      ? "PORT"
      : option === undefined
      ? null
      : `--${flagName(option, SERVER_FLAGS[option])}`;
    return what === null
      ? null
      : say`${what} does not go with LISTEN_FDS: the server serves the sockets that it was started with`;
  }
  if (!havePort(places)) {
    if (port !== undefined) return say`PORT ${port}: a Unix-domain socket has none`;
    if (reusePort) return say`--reuse-port goes with an address: a Unix-domain socket has no port`;
  } else if (port === undefined) {
    return say`${"PORT"} is missing`;
  }
  return placesConflict(places);
}

function handlerOf(handler: string, program: readonly [string, ...string[]] | null): HandlerChoice {
  if (program !== null) return { kind: "program", command: program };
  return handler === ECHO ? { kind: "echo" } : { kind: "module", file: handler };
}

/** What was asked for, else what a mistake needs; null where neither says. */
function maxConnectionsOf(
  { options: { maxConnections, fault }, given }: Parsed<typeof SERVER_FLAGS>,
): number | null {
  if (given.has("maxConnections")) return maxConnections;
  return fault === null ? null : faultOf(fault).maxConnections ?? null;
}

/** What was asked for, else what suits the handler on this system: on Windows Deno has no Unix-domain sockets. */
function transportOf(
  { options: { transport, fault, tlsCert }, given, program }: Parsed<typeof SERVER_FLAGS>,
): ServerOptions["transport"] {
  if (given.has("transport")) return transport;
  if (fault !== null) return faultOf(fault).transport;
  if (program !== null) return Deno.build.os === "linux" && tlsCert === null ? "socket" : "pipe";
  return Deno.build.os === "windows" ? "pipe" : transport;
}

/** What contradicts each other on a command line, in a line; null if nothing does. */
function conflictOf(parsed: Parsed<typeof SERVER_FLAGS>): string | null {
  const { options: { mode, idleTimeoutMs, fault }, given, program } = parsed;
  const name = (option: keyof typeof SERVER_FLAGS) => `--${flagName(option, SERVER_FLAGS[option])}`;
  for (const [option, modes] of MODES_OF_OPTION) {
    if (given.has(option) && !modes.includes(mode)) {
      return say`${name(option)} goes with --mode ${modes.join(" or ")}, not with ${mode}`;
    }
  }
  if (program !== null) {
    if (mode === "prefork") {
      return say`a program serves one connection and ends, so it cannot be started before: --mode prefork goes with --handler`;
    }
    const option = (["handler", "spare"] as const).find((option) => given.has(option));
    if (option !== undefined) return say`${name(option)} does not go with a program`;
  } else if (given.has("transport") && mode === "iterative") {
    return say`--transport goes with --mode per-connection or prefork, or with a program: iterative mode has no other process`;
  }
  const notInherited = inheritanceConflict({
    mode,
    hasProgram: program !== null,
    given,
    limits: parsed.options.limit,
  });
  if (notInherited !== null) return notInherited;
  const mistake = fault === null ? null : faultConflict(fault, askedBesides(parsed));
  if (mistake !== null) return mistake;
  const transport = transportOf(parsed);
  const insecure = tlsConflict(parsed.options, transport);
  if (insecure !== null) return insecure;
  if (program !== null && transport === "unix") {
    return say`--transport unix does not go with a program, which gets its connection by socket or by pipe`;
  }
  if (program !== null && transport === "socket" && idleTimeoutMs > 0) {
    return say`--idle-timeout needs --transport pipe with a program: over a socket only the program sees the bytes`;
  }
  if (transport === "pipe") {
    if (mode === "prefork") {
      return say`--transport pipe carries one connection: it goes with --mode per-connection`;
    }
    if (given.has("spare")) return say`--transport pipe does not go with --spare`;
  }
  return null;
}

/** What TLS lacks or does not go with, in a line; null if it can be. */
function tlsConflict(
  { tlsCert, tlsKey, tlsClientCa, fault }: FlagValues<typeof SERVER_FLAGS>,
  transport: ServerOptions["transport"],
): string | null {
  if (tlsCert === null && tlsKey !== null) return say`--tls-key needs --tls-cert`;
  if (tlsCert !== null && tlsKey === null) return say`--tls-cert needs --tls-key`;
  if (tlsCert === null && tlsClientCa !== null) {
    return say`--tls-client-ca needs --tls-cert and --tls-key`;
  }
  if (tlsCert === null || transport !== "socket") return null;
  return fault === null
    ? say`--tls-cert does not go with --transport socket, where no byte passes the server to be decrypted: use --transport pipe, or unix for a worker`
    : say`--tls-cert does not go with --fault ${fault}, which is made with --transport socket`;
}

function askedBesides({ options, given, program }: Parsed<typeof SERVER_FLAGS>): AskedBesides {
  const { mode, transport, spare, maxConnections } = options;
  return {
    mode,
    spare,
    transport: given.has("transport") ? transport : null,
    maxConnections: given.has("maxConnections") ? maxConnections : null,
    handler: handlerOf(options.handler, program).kind,
  };
}
