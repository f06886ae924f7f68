/**
 * The log: every event as a line of text for people, or as a JSON object for programs.
 *
 * Standard output carries the log, standard error the warnings, always as text. `--quiet` leaves the start line and
 * the warnings, `--no-messages` leaves messages out; then nobody subscribes to these, and they cost nothing.
 *
 * @module
 */

import { formatEndpoint } from "../../ipc/address.ts";
import type { ConnectionInfo } from "../../ipc/transport.ts";
import { escapeUnsafe } from "../../cli/exit.ts";
import { escapeBytes, escapeLines, stringifySafely } from "./escape.ts";
import type {
  CloseReason,
  EventBus,
  EventName,
  HeaderProblem,
  Rejection,
  ServerEvent,
} from "../events.ts";
import { say } from "../../ipc/say.ts";

/** Bytes of a message that the log shows; of a longer one it also tells the length. */
export const MESSAGE_BYTES_SHOWN = 1024;

/** Where lines go, without their newline. */
export interface LineSink {
  /** Takes a line, which may have what a client has sent; does not wait until it is written. */
  writeLine(line: string, isOfClient?: boolean): void;
}

/** How and where to log. */
export interface LogOptions {
  /** Lines of text, or JSON objects. */
  readonly format: "text" | "json";
  /** Whether only the start line and warnings are written. */
  readonly quiet: boolean;
  /** Whether messages are logged: clients send passwords, too. */
  readonly showsMessages: boolean;
  /** The log. */
  readonly output: LineSink;
  /** The warnings. */
  readonly warnings: LineSink;
  /** The wall clock of the JSON log's `time`. */
  readonly date: () => Date;
}

/** Those that are told even where the log is quiet. */
export const START: readonly EventName[] = ["listening", "status_listening"];

/** Those that are warnings: they go to standard error, as text, whatever the log is. */
const WARNINGS: readonly EventName[] = [
  "accept_failed",
  "worker_failed",
  "handler_failed",
  "handler_not_isolated",
  "guard_lost",
  "status_lost",
  "service_manager_lost",
  "run_folder_failed",
  "rules_failed",
  "certificates_failed",
];

/** Those that the log has besides. */
const ROUTINE: readonly EventName[] = [
  "connection_accepted",
  "worker_started",
  "message_received",
  "connection_closed",
  "worker_exited",
  "connection_rejected",
  "rules_read",
  "certificates_read",
  "admission_paused",
  "admission_resumed",
  "draining",
  "stopping",
  "stopped",
];

/** Those of the routine that such a log has. */
export function routineOf(
  { quiet, showsMessages }: Pick<LogOptions, "quiet" | "showsMessages">,
): readonly EventName[] {
  if (quiet) return [];
  return showsMessages ? ROUTINE : ROUTINE.filter((name) => name !== "message_received");
}

/** Subscribes the log to a server's events. */
export function subscribeLog(events: EventBus, options: LogOptions): void {
  const { format, output, warnings, date } = options;
  const names = [...START, ...routineOf(options)];
  if (format === "json") {
    const logged = options.quiet ? START : [...names, ...WARNINGS];
    events.subscribe(
      logged,
      (event) => output.writeLine(formatJson(event, date()), isOfClient(event)),
    );
  } else {
    events.subscribe(names, (event) => {
      const line = formatText(event);
      if (line !== null) output.writeLine(line, isOfClient(event));
    });
  }
  subscribeWarnings(events, warnings);
}

/** Whether an event comes as often as a client likes. */
export function isOfClient({ event }: ServerEvent): boolean {
  return event === "message_received";
}

/** Subscribes the warnings alone. */
export function subscribeWarnings(events: EventBus, warnings: LineSink): void {
  events.subscribe(WARNINGS, (event) => {
    const line = formatText(event);
    if (line !== null) warnings.writeLine(line);
  });
}

/** An event as people read it, or null for one that the text log leaves out. */
export function formatText(event: ServerEvent): string | null {
  switch (event.event) {
    case "listening": {
      const { host: hostname, port, addresses = [formatEndpoint({ hostname, port })] } = event;
      const tls = event.tls === true ? ", TLS" : "";
      const fault = event.fault === undefined ? "" : `, fault ${event.fault}`;
      return `Server start... listening on ${
        addresses.join(", ")
      } (mode ${event.mode}, pid ${event.pid}${tls}${fault})`;
    }
    case "status_listening":
      return `Status page: ${event.url}`;
    case "connection_accepted": {
      const worker = event.workerPid === null ? "" : ` (worker ${event.workerPid})`;
      return `client ${clientOf(event.connection)} is connected...${worker}`;
    }
    case "socket_accepted":
    case "proxy_header_read":
    case "worker_started":
    case "process_started":
    case "worker_idle":
    case "worker_ending":
    case "worker_reaped":
    case "worker_told_to_end":
    case "connection_opened":
      return null;
    case "message_received":
      return `${nameOf(event.connection)}: ${formatMessage(event)}`;
    case "connection_closed": {
      const { bytesIn, bytesOut, durationMs } = event;
      const facts = [
        ...bytesIn === null ? [] : [`${bytesIn} bytes in`],
        ...bytesOut === null ? [] : [`${bytesOut} bytes out`],
        `${(durationMs / 1000).toFixed(3)} s`,
        ...CLOSE_REMARKS[event.reason],
      ];
      return `${nameOf(event.connection)}: is disconnected (${facts.join(", ")})`;
    }
    case "worker_exited":
      return event.signal === null
        ? `worker ${event.workerPid} exited with status ${event.status}`
        : `worker ${event.workerPid} was killed by ${event.signal}`;
    case "worker_failed":
      return say`warning: ${event.error}`;
    case "connection_rejected": {
      const { remoteHost: hostname, remotePort: port } = event;
      const client = formatEndpoint({ hostname, port });
      // The client of a Unix-domain socket may have bound its own end to any path.
      return escapeUnsafe(`client ${client} is rejected: ${rejectionText(event)}`);
    }
    case "rules_read":
      return `the rules ${event.file} were read again (${event.rules}): new connections go by them`;
    case "certificates_read":
      return `the certificate ${event.file} was read again: new connections get it`;
    case "admission_paused":
      return `all ${event.maxConnections} slots are taken: new connections wait`;
    case "admission_resumed":
      return "a slot is free: accepting again";
    case "handler_not_isolated":
      return say`warning: iterative mode runs the handler in the server itself: nothing isolates it`;
    case "accept_failed":
    case "guard_lost":
    case "status_lost":
    case "service_manager_lost":
    case "run_folder_failed":
    case "rules_failed":
    case "certificates_failed":
      return say`warning: ${event.error}`;
    case "handler_failed":
      return event.connection === null
        ? say`warning: the handler failed: ${escapeLines(event.error)}`
        : say`warning: the handler failed for ${clientOf(event.connection)}: ${
          escapeLines(event.error)
        }`;
    case "draining":
      return `Server drain... accepting for ${event.delayMs / 1000} s more`;
    case "stopping":
      return event.connections === 0
        ? "Server stop..."
        : `Server stop... waiting up to ${event.graceMs / 1000} s for ` +
          (event.connections === 1 ? "1 connection" : `${event.connections} connections`);
    case "stopped":
      return null;
  }
}

function rejectionText(rejection: Rejection): string {
  switch (rejection.reason) {
    case "proxy_header":
      return HEADER_PROBLEMS[rejection.problem];
    case "denied":
      return "the rules deny its address";
    case "max_rate":
      return `its address makes more than ${rejection.maxRate} connections a second`;
    case "max_per_host":
      return `its address has ${rejection.maxPerHost} connections already`;
    case "tls_failed":
      return rejection.error;
  }
}

const HEADER_PROBLEMS: Readonly<Record<HeaderProblem, string>> = {
  absent: "it does not begin with a PROXY header",
  malformed: "its PROXY header is malformed",
  too_long: "its PROXY header is too long",
  cut_off: "it ended before its PROXY header did",
  late: "its PROXY header was not there in time",
  server_stopped: "the server stopped before its PROXY header was there",
};

/** What the text log adds to a connection that did not simply finish. */
const CLOSE_REMARKS: Readonly<Record<CloseReason, readonly string[]>> = {
  finished: [],
  client_lost: ["the client was lost"],
  worker_lost: ["its worker was lost"],
  idle_timeout: ["idle for too long"],
  max_duration: ["it lasted for too long"],
  worker_failed: ["no worker could serve it"],
  server_stopped: ["the server stopped"],
  handler_failed: ["its handler failed"],
};

function nameOf({ id, remoteAddr }: ConnectionInfo): string {
  return remoteAddr.path === undefined ? `Client(${remoteAddr.port})` : `Client(unix#${id})`;
}

/** Who is connected: an address and a port, or the connection's id, as clients of a Unix-domain socket have neither. */
export function clientOf({ id, remoteAddr }: ConnectionInfo): string {
  return remoteAddr.path === undefined ? formatEndpoint(remoteAddr) : `unix#${id}`;
}

/** A message as one line: without its newline, escaped, and cut where it is long. */
function formatMessage(
  { data, size = data.length }: { readonly data: Uint8Array; readonly size?: number },
): string {
  if (size > MESSAGE_BYTES_SHOWN) {
    return `${escapeBytes(beginningOf(data))}... (${size} bytes)`;
  }
  const newline = data.at(-1) !== 0x0a ? 0 : data.at(-2) === 0x0d ? 2 : 1;
  return escapeBytes(data.subarray(0, data.length - newline));
}

/** As much of a message as is shown: it is cut before a character of UTF-8, not inside. */
function beginningOf(data: Uint8Array): Uint8Array {
  if (data.length <= MESSAGE_BYTES_SHOWN) return data;
  let end = MESSAGE_BYTES_SHOWN;
  // A character has up to three continuation bytes (RFC 3629); more in a row are no text.
  while (end > MESSAGE_BYTES_SHOWN - 3 && ((data[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return data.subarray(0, end);
}

/** An event as a JSON object on one line. */
export function formatJson(event: ServerEvent, time: Date): string {
  const { event: name, ...fields } = event;
  return stringifySafely({ time: time.toISOString(), event: name, ...flatten(fields) });
}

const messageDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A program that reads the log wants flat objects, and a message as text and length. */
function flatten(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === "connection") {
      Object.assign(flat, connectionFields(value as ConnectionInfo | null));
    } else if (value instanceof Uint8Array) {
      flat["bytes"] = fields["size"] ?? value.length;
      flat["text"] = messageDecoder.decode(beginningOf(value));
    } else if (name !== "size") {
      flat[name] = value;
    }
  }
  return flat;
}

function connectionFields(connection: ConnectionInfo | null): Record<string, unknown> {
  const { hostname = null, port = null } = connection?.remoteAddr ?? {};
  const fields = { connectionId: connection?.id ?? null, remoteHost: hostname, remotePort: port };
  const proxy = connection?.proxyAddr;
  if (proxy === undefined) return fields;
  return { ...fields, proxyHost: proxy.hostname, proxyPort: proxy.port };
}
