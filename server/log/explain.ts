/**
 * The log that explains (`--log explain`): the lines of the text log and a few more, each with its time and the process
 * that acts, and under each what the kernel was asked.
 *
 * It says what happened: a descriptor's number is the real one, or left out where nobody can tell it. What is asked for
 * a connection before that is told as connected is told under that line.
 *
 * @module
 */

import { type Endpoint, formatEndpoint, UNIX } from "../../ipc/address.ts";
import type { ConnectionInfo } from "../../ipc/transport.ts";
import type { EventBus, EventName, ProcessOrigin, ServerEvent } from "../events.ts";
import type { DescriptorLookup } from "./descriptor_lookup.ts";
import {
  type ClientFacts,
  explainAccept,
  explainAccepting,
  explainClose,
  explainExit,
  explainHeader,
  explainListening,
  explainMeans,
  explainMessage,
  explainNoHeader,
  explainOpening,
  explainReady,
  explainStart,
  explainStopping,
  isGivenAway,
  type Known,
  type Sharing,
} from "./explained_calls.ts";
import { ExplainedLines } from "./explained_lines.ts";
import {
  clientOf,
  formatText,
  isOfClient,
  type LogOptions,
  routineOf,
  START,
  subscribeWarnings,
} from "./log.ts";
import { formatWaitStatus } from "./wait_status_text.ts";

/** How and where to explain. */
export interface ExplanationOptions extends Omit<LogOptions, "format" | "date"> {
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  /** Tells the numbers of Deno's descriptors. */
  readonly lookup: DescriptorLookup;
  /** Whether the parent itself serves connections: then it starts no process. */
  readonly isParentServing: boolean;
}

/** Those that are explained and that the text log leaves out. */
const FURTHER: readonly EventName[] = [
  "socket_accepted",
  "proxy_header_read",
  "process_started",
  "worker_idle",
  "connection_opened",
  "worker_told_to_end",
];

/** Subscribes the explanation to a server's events. */
export function subscribeExplanation(events: EventBus, options: ExplanationOptions): void {
  const explanation = new Explanation(options);
  const further = options.quiet ? [] : FURTHER;
  const names = [...START, ...routineOf(options), ...further];
  events.subscribe(names, (event) => explanation.tell(event));
  subscribeWarnings(events, options.warnings);
}

/** From this on, in milliseconds, the time of an `accept` is told besides that of its line. */
const WHILE_MS = 1;

/** A client's socket that was accepted, and of which no more was told. */
interface Accepted {
  readonly listener: Known;
  readonly descriptor: Known;
  readonly waiting: number | null;
  readonly at: number;
  /** What its PROXY header has told, in a line; null where there is none. */
  readonly header: string | null;
}

/** A connection until it is closed. */
interface Client extends ClientFacts {
  /** What is to be told when it is told as connected; null from then on. */
  readonly untold: { readonly accepted: Accepted | null; readonly lines: readonly string[] } | null;
}

interface Worker {
  readonly origin: ProcessOrigin;
  readonly isReady: boolean;
}

/** Knows the descriptors of the connections that are open, and how the processes that run were started. */
class Explanation {
  readonly #options: ExplanationOptions;
  readonly #lines: ExplainedLines;
  /** By the client's end: as it is written, or itself where it has no name. */
  readonly #accepted = new Map<string | Endpoint, Accepted>();
  readonly #clients = new Map<number, Client>();
  readonly #workers = new Map<number, Worker>();
  #pid = 0;
  #listener: Known = null;
  #sharing: Sharing = {};

  constructor(options: ExplanationOptions) {
    this.#options = options;
    this.#lines = new ExplainedLines(options);
  }

  tell(event: ServerEvent): void {
    switch (event.event) {
      case "listening": {
        this.#pid = event.pid;
        // Of several nobody tells which one a connection came to.
        const isOne = event.addresses === undefined && !event.host.startsWith(UNIX);
        this.#listener = isOne ? this.#options.lookup.listening(event.port) : null;
        const { handedOver, backlog } = event;
        this.#sharing = event;
        return this.#write(event, explainListening(this.#listener, handedOver ? null : backlog));
      }
      case "socket_accepted":
        return this.#noteAccepted(event);
      case "proxy_header_read":
        return this.#noteHeader(event);
      case "process_started":
        return this.#tellStarted(event);
      case "worker_idle":
        return this.#tellIdle(event.workerPid);
      case "connection_opened":
        return this.#tellOpened(event);
      case "connection_accepted":
        return this.#tellConnected(event);
      case "message_received": {
        const client = this.#clientOf(event.connection);
        const lines = explainMessage(client, event.size ?? event.data.length);
        return this.#write(event, lines, this.#holderOf(client));
      }
      case "connection_closed": {
        const client = this.#clientOf(event.connection);
        this.#clients.delete(event.connection.id);
        const isReported = event.bytesIn !== null && client.reception?.by === "sendmsg";
        const pid = isReported ? this.#holderOf(client) : this.#pid;
        return this.#write(event, explainClose(client, isReported), pid);
      }
      case "worker_told_to_end": {
        const lines = explainMeans(event, this.#workers.get(event.workerPid)?.origin);
        return this.#writeHead(`worker ${event.workerPid} is told to end`, lines);
      }
      case "worker_exited":
        return this.#tellExited(event);
      case "connection_rejected": {
        const { remoteHost: hostname, remotePort: port } = event;
        const accepted = this.#takeAccepted({ hostname, port });
        const descriptor = accepted?.descriptor ?? null;
        const lines = accepted === null ? [] : this.#acceptLines(accepted);
        if (event.reason === "proxy_header") lines.push(explainNoHeader(descriptor));
        return this.#write(event, [...lines, closeLine(descriptor)]);
      }
      case "admission_paused":
        return this.#write(event, explainAccepting(true, this.#waiting));
      case "admission_resumed":
        return this.#write(event, explainAccepting(false, this.#waiting));
      case "stopping":
        return this.#write(
          event,
          explainStopping({ ...this.#sharing, listener: this.#listener }, [
            ...this.#workers.values(),
          ]),
        );
      default:
        return this.#write(event, []);
    }
  }

  get #waiting(): number | null {
    return this.#listener === null ? null : this.#options.lookup.waitingAt(this.#listener);
  }

  #noteAccepted(
    { remoteAddr, descriptor }: Extract<ServerEvent, { readonly event: "socket_accepted" }>,
  ): void {
    const { lookup, now } = this.#options;
    this.#accepted.set(keyOf(remoteAddr), {
      listener: this.#listener,
      // First, since others may come to wait meanwhile.
      waiting: this.#waiting,
      descriptor: descriptor ??
        (remoteAddr.path === undefined ? lookup.connectedTo(remoteAddr) : null),
      at: now(),
      header: null,
    });
  }

  /** From now on it is told by its client. */
  #noteHeader(event: Extract<ServerEvent, { readonly event: "proxy_header_read" }>): void {
    const { remoteAddr, client } = event;
    const accepted = this.#takeAccepted(remoteAddr);
    if (accepted === null) return;
    const header = explainHeader(accepted.descriptor, {
      ...event,
      client: client === null ? null : formatEndpoint(client),
    });
    this.#accepted.set(formatEndpoint(client ?? remoteAddr), { ...accepted, header });
  }

  #takeAccepted(remoteAddr: ConnectionInfo["remoteAddr"]): Accepted | null {
    const key = keyOf(remoteAddr);
    const accepted = this.#accepted.get(key) ?? null;
    this.#accepted.delete(key);
    return accepted;
  }

  #clientOf({ id, remoteAddr }: ConnectionInfo): Client {
    const known = this.#clients.get(id);
    if (known !== undefined) return known;
    const accepted = this.#takeAccepted(remoteAddr);
    const descriptor = accepted?.descriptor ?? null;
    const untold = { accepted, lines: [] };
    return { descriptor, workerPid: null, reception: null, stream: null, omits: null, untold };
  }

  #tellStarted(
    { workerPid: pid, connection, origin }: Extract<
      ServerEvent,
      { readonly event: "process_started" }
    >,
  ): void {
    this.#workers.set(pid, { origin, isReady: false });
    const client = connection === null ? null : this.#clientOf(connection);
    const lines = explainStart({ pid, origin }, { listener: this.#listener, client });
    const head = `worker ${pid} is started`;
    if (connection === null || client === null) return this.#writeHead(head, lines);
    const { reception, omits = null } = origin;
    const opened = reception.by === "start" ? { reception, omits } : {};
    this.#tellOf(connection, { client: { ...client, ...opened, workerPid: pid }, head, lines });
  }

  #tellIdle(pid: number): void {
    const worker = this.#workers.get(pid);
    const isFirst = worker?.isReady === false;
    if (isFirst) this.#workers.set(pid, { ...worker, isReady: true });
    this.#writeHead(
      `worker ${pid} waits for a connection`,
      isFirst ? explainReady(worker.origin) : [],
      pid,
    );
  }

  #tellOpened(
    { connection, workerPid }: Extract<ServerEvent, { readonly event: "connection_opened" }>,
  ): void {
    const { reception = null, omits = null } = this.#workers.get(workerPid)?.origin ?? {};
    // A program has it since its start.
    if (reception === null || reception.by === "start") return;
    const stream = reception.by === "connect"
      ? this.#options.lookup.connectedToPath(reception.path)
      : null;
    const client = { ...this.#clientOf(connection), workerPid, reception, stream, omits };
    const head = `worker ${workerPid} gets client ${clientOf(connection)}`;
    this.#tellOf(connection, { client, head, lines: explainOpening(client) });
  }

  /** Tells of a client now, or with the line that it is connected, where that is still to come. */
  #tellOf(
    { id }: ConnectionInfo,
    { client, head, lines }: {
      readonly client: Client;
      readonly head: string;
      readonly lines: readonly string[];
    },
  ): void {
    const { untold } = client;
    if (untold === null) {
      this.#clients.set(id, client);
      return this.#writeHead(head, lines);
    }
    this.#clients.set(id, { ...client, untold: { ...untold, lines: [...untold.lines, ...lines] } });
  }

  #tellConnected(event: Extract<ServerEvent, { readonly event: "connection_accepted" }>): void {
    const client = this.#clientOf(event.connection);
    const { accepted, lines = [] } = client.untold ?? {};
    this.#clients.set(event.connection.id, { ...client, untold: null });
    const serving = this.#options.isParentServing
      ? ["no other process: the parent itself serves it, and accepts the next one afterwards"]
      : [];
    const first = accepted === undefined || accepted === null ? [] : this.#acceptLines(accepted);
    this.#write(event, [...first, ...lines, ...serving]);
  }

  #acceptLines(accepted: Accepted): string[] {
    const { at, header } = accepted;
    const isWhileAgo = this.#options.now() - at >= WHILE_MS;
    const line = explainAccept(accepted, isWhileAgo ? this.#lines.formatTime(at) : null);
    return header === null ? [line] : [line, header];
  }

  #tellExited(event: Extract<ServerEvent, { readonly event: "worker_exited" }>): void {
    const { workerPid: pid } = event;
    const origin = this.#workers.get(pid)?.origin;
    this.#workers.delete(pid);
    if (origin?.call === "CreateProcess") return this.#write(event, []);
    this.#write(event, explainExit({ pid, status: formatWaitStatus(event) }, origin));
  }

  /** The process that has the client's socket. */
  #holderOf(client: ClientFacts): number {
    return isGivenAway(client) ? client.workerPid ?? this.#pid : this.#pid;
  }

  /** Writes the text log's line of an event, and what explains it. */
  #write(event: ServerEvent, lines: readonly string[], pid: number = this.#pid): void {
    const head = formatText(event);
    if (head !== null) this.#lines.write({ pid, head, isOfClient: isOfClient(event) }, lines);
  }

  #writeHead(head: string, lines: readonly string[], pid: number = this.#pid): void {
    this.#lines.write({ pid, head }, lines);
  }
}

function keyOf(remoteAddr: Endpoint): string | Endpoint {
  return remoteAddr.path === undefined ? formatEndpoint(remoteAddr) : remoteAddr;
}

function closeLine(descriptor: Known): string {
  return `close(${descriptor ?? ""}): the client's socket`;
}
