/**
 * The flags of `brood client` that make it a load program, and what a load is told.
 *
 * @module
 */

import { UsageError } from "../../ipc/errors.ts";
import { flagName, type FlagValues, integer, seconds, text, toggle } from "../../cli/flags.ts";
import type { TlsOptions } from "../connection/tls_options.ts";
import { say } from "../../ipc/say.ts";

/** More connections or messages than a machine gets through in a day. */
const COUNT_MAX = 1_000_000_000;

/** The flags of a load. But for `--load` itself they are refused without it. */
export const LOAD_FLAGS = {
  connections: integer({
    name: "load",
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
  binary: toggle("send any byte, also NUL; without it a load sends letters and digits"),
  rate: integer({
    placeholder: "R",
    fallback: 0,
    min: 0,
    max: 1_000_000,
    help: "connections opened per second, up to 32,768 at a time; 0: as --concurrency allows",
  }),
  timeoutMs: seconds({
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
  htmlPath: text({
    name: "html",
    placeholder: "FILE",
    fallback: "",
    help: "write the report of a load to FILE too, as a page with its curves",
  }),
};

/** What `--help` says about a load, below the flags. */
export const LOAD_NOTES: readonly string[] = [
  "With --rate, connection k is due k/R seconds after the start, whatever became of those before, and its " +
  "latency counts from then: time that it waits because the server is slow counts too. A process opens 32,768 " +
  "connections at a time, or as many as its open files allow; the others are late, which the report tells.",
  "A load exits with status 1 if a connection failed. Ctrl-C ends it early and reports what was done.",
];

/** The values of a load's flags. */
export type LoadValues = FlagValues<typeof LOAD_FLAGS>;

/** What each connection of a load does: `messages` of `size` bytes, text or `binary`, each echo within `timeoutMs`. */
export interface VisitOptions
  extends Pick<LoadValues, "messages" | "size" | "binary" | "timeoutMs"> {
  /** How long it may take to connect. */
  readonly connectTimeoutMs: number;
}

/** A load, whole: the values of its flags, and whom it visits. */
export interface LoadOptions extends VisitOptions, Omit<LoadValues, "htmlPath"> {
  /** The server's host name or address. */
  readonly hostname: string;
  /** The server's port, from 1. */
  readonly port: number;
  /** What is asked of TLS, or null: without it. */
  readonly tls: TlsOptions | null;
  /** Where the page goes, or null. */
  readonly htmlPath: string | null;
}

/** The rest of the client's command line, as far as a load has to do with it. */
export interface LoadContext
  extends Pick<LoadOptions, "hostname" | "port" | "tls" | "connectTimeoutMs"> {
  /** The options whose flags were given. */
  readonly given: ReadonlySet<string>;
  /** What the client is called by. */
  readonly command: string;
}

/** The load that the flags ask for, or null. Throws `UsageError` for flags that contradict each other. */
export function loadOptionsOf(values: LoadValues, context: LoadContext): LoadOptions | null {
  const { given, command, ...server } = context;
  const refuse = (message: string) => new UsageError(message, { command });
  const { connections, concurrency, rate, processes, htmlPath } = values;
  if (connections === 0) {
    const needy = Object.entries(LOAD_FLAGS)
      .find(([option]) => option !== "connections" && given.has(option));
    if (needy !== undefined) throw refuse(say`--${flagName(...needy)} needs --load`);
    return null;
  }
  if (rate > 0 && given.has("concurrency")) {
    throw refuse(
      say`--concurrency does not go with --rate, which opens each connection at its time`,
    );
  }
  if (processes > connections) {
    throw refuse(say`--processes ${processes} is more than --load ${connections}`);
  }
  if (rate === 0 && processes > concurrency) {
    throw refuse(say`--processes ${processes} is more than --concurrency ${concurrency}`);
  }
  return {
    ...values,
    ...server,
    concurrency: Math.min(concurrency, connections),
    htmlPath: htmlPath === "" ? null : htmlPath,
  };
}
