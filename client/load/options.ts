/**
 * The flags of `brood client` that make it a load program, and what a load is told.
 *
 * @module
 */

import { UsageError } from "../../ipc/errors.ts";
import { type FlagValues, integer, seconds, text, toggle } from "../../cli/flags.ts";

/** More connections or messages than a machine gets through in a day. */
const COUNT_MAX = 1_000_000_000;

/** The flags of a load. But for `--load` itself they are refused without it. */
export const LOAD_FLAGS = {
  load: integer({
    placeholder: "N",
    fallback: 0,
    min: 0,
    max: COUNT_MAX,
    help: "open N connections, measure them, and report; 0: be interactive",
  }),
  concurrency: integer({
    placeholder: "C",
    fallback: 16,
    min: 1,
    max: 65_535,
    help: "connections of a load at a time",
  }),
  messages: integer({
    placeholder: "M",
    fallback: 1,
    min: 1,
    max: COUNT_MAX,
    help: "messages that each connection sends, one when the last has come back",
  }),
  size: integer({
    placeholder: "BYTES",
    fallback: 64,
    min: 1,
    max: 1024 * 1024 * 1024,
    help: "the length of a message",
  }),
  rate: integer({
    placeholder: "R",
    fallback: 0,
    min: 0,
    max: 1_000_000,
    help: "connections opened per second, up to 32,768 at a time; 0: as --concurrency allows",
  }),
  timeout: seconds({
    placeholder: "S",
    fallback: 10,
    min: 0.001,
    help: "how long a connection of a load waits for an echo",
  }),
  processes: integer({
    placeholder: "P",
    fallback: 1,
    min: 1,
    max: 64,
    help: "processes that share the load",
  }),
  json: toggle("report a load as one JSON object"),
  html: text({
    placeholder: "FILE",
    fallback: "",
    help: "write the report of a load to FILE too, as a page with its curves",
  }),
};

/** What `--help` says about a load, below the flags. */
export const LOAD_NOTES: readonly string[] = [
  "With --rate connection k is due k/R seconds after the start, whatever became of those before, and its",
  "latency counts from then: a server that stands still is not flattered. Open files are the limit, and 32,768",
  "connections open at a time in each process: those due meanwhile are opened late, which the report tells.",
  "A load exits with status 1 if a connection failed. Ctrl-C ends it early and reports what was done.",
];

/** What each connection of a load does. */
export interface VisitOptions {
  /** How many messages it sends, one after the other. */
  readonly messages: number;
  /** The length of a message, in bytes. */
  readonly size: number;
  /** How long it may take to connect. */
  readonly connectTimeoutMs: number;
  /** How long to wait for an echo, and at the end for the server's end of file. */
  readonly timeoutMs: number;
}

/** A load, whole. */
export interface LoadOptions extends VisitOptions {
  /** The server's host name or address. */
  readonly hostname: string;
  /** The server's port, from 1. */
  readonly port: number;
  /** How many connections to open in all. */
  readonly connections: number;
  /** How many to have open at a time; of no account with a rate. */
  readonly concurrency: number;
  /** How many to open per second; 0 means as many as the concurrency allows. */
  readonly rate: number;
  /** How many processes share the load. */
  readonly processes: number;
  /** Whether the report is one JSON object. */
  readonly json: boolean;
  /** Where the page goes, or null. */
  readonly htmlPath: string | null;
}

/** The rest of the client's command line, as far as a load has to do with it. */
export interface LoadContext {
  /** The names of all flags that were given. */
  readonly given: ReadonlySet<string>;
  /** What the client is called by. */
  readonly command: string;
  /** The server's host name or address. */
  readonly hostname: string;
  /** The server's port. */
  readonly port: number;
  /** How long a connection may take to connect. */
  readonly connectTimeoutMs: number;
}

/** Flags of the client that say nothing to a load, besides its own. */
const FLAGS_FOR_BOTH = new Set(["connect-timeout", ...Object.keys(LOAD_FLAGS)]);

/** The load that the flags ask for, or null. Throws `UsageError` for flags that contradict each other. */
export function loadOptionsOf(
  flags: FlagValues<typeof LOAD_FLAGS>,
  context: LoadContext,
): LoadOptions | null {
  const { given, command, hostname, port, connectTimeoutMs } = context;
  const refuse = (message: string) => new UsageError(message, { command });
  if (flags.load === 0) {
    const needy = Object.keys(LOAD_FLAGS).find((name) => name !== "load" && given.has(name));
    if (needy !== undefined) throw refuse(`--${needy} needs --load`);
    return null;
  }
  const stranger = [...given].find((name) => !FLAGS_FOR_BOTH.has(name));
  if (stranger !== undefined) throw refuse(`--${stranger} does not go with --load`);
  const { load, concurrency, messages, size, rate, timeout, processes, json, html } = flags;
  if (rate > 0 && given.has("concurrency")) {
    throw refuse("--concurrency does not go with --rate, which opens each connection at its time");
  }
  if (processes > load) throw refuse(`--processes ${processes} is more than --load ${load}`);
  if (rate === 0 && processes > concurrency) {
    throw refuse(`--processes ${processes} is more than --concurrency ${concurrency}`);
  }
  return {
    hostname,
    port,
    connections: load,
    concurrency: Math.min(concurrency, load),
    messages,
    size,
    rate,
    processes,
    connectTimeoutMs,
    timeoutMs: Math.round(timeout * 1000),
    json,
    htmlPath: html === "" ? null : html,
  };
}
