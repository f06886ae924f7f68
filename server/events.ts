/**
 * What happens in a server, as data. Parts emit events and know nothing of who listens; the log subscribes.
 *
 * @module
 */

import type { Endpoint } from "../ipc/address.ts";
import type { ConnectionInfo } from "../ipc/transport.ts";

/** Why a connection ended. */
export type CloseReason =
  /** Both directions reached their end of file, or the worker was done before its client was. */
  | "finished"
  /** The client reset the connection, or was gone while bytes were still due to it. */
  | "client_lost"
  /** The worker ended before the connection did. */
  | "worker_lost"
  /** There was no worker to serve it: it could not be started, or never got ready. */
  | "worker_failed"
  /** No byte passed either way for longer than `--idle-timeout`. */
  | "idle_timeout"
  /** It had lasted for `--max-duration`. */
  | "max_duration"
  /** The server stopped and its grace was over. */
  | "server_stopped"
  /** The handler threw. */
  | "handler_failed";

/** How a connection ended. */
export interface Outcome {
  /** Bytes that came from the client; null where nobody has counted them. */
  readonly bytesIn: number | null;
  /** Bytes that went to the client, likewise. */
  readonly bytesOut: number | null;
  /** Why it ended. */
  readonly reason: CloseReason;
}

/** Why a connection that a balancer made has told no client. */
export type HeaderProblem =
  /** It begins otherwise. */
  | "absent"
  /** What it began with is not as the specification of the PROXY protocol says. */
  | "malformed"
  /** It is longer than is read. */
  | "too_long"
  /** The connection ended before. */
  | "cut_off"
  /** It was not there in time. */
  | "late"
  /** The server stopped before. */
  | "server_stopped";

/** Why a connection was closed before anybody served it. */
export type Rejection =
  /** It came from a balancer, and its PROXY header was not there or none. */
  | { readonly reason: "proxy_header"; readonly problem: HeaderProblem }
  /** No rule lets its client's address in, or one turns it away. */
  | { readonly reason: "denied" }
  /** Its client's address makes more connections than that in a second. */
  | { readonly reason: "max_rate"; readonly maxRate: number }
  /** Its client's address has as many connections as it may. */
  | { readonly reason: "max_per_host"; readonly maxPerHost: number }
  /** It made no handshake of TLS; `error` says of it why, in a part of a sentence. */
  | { readonly reason: "tls_failed"; readonly error: string };

/** Why a worker ended. */
export type ExitReason =
  /** It exited by itself. */
  | "exited"
  /** A signal that this server did not send ended it. */
  | "crashed"
  /** This server told it to end, or made it. */
  | "killed_by_us"
  /** It did not get ready in time, and this server ended it. */
  | "timed_out"
  /** The server could not connect to it, or did not expect what it sent, and ended it. */
  | "rejected";

/** How a worker ended. */
export interface WorkerExit {
  /** Whose end it is. */
  readonly workerPid: number;
  /** The exit status, or null if a signal ended it. */
  readonly status: number | null;
  /** The signal that ended it, such as `SIGKILL`, or null if it exited. */
  readonly signal: string | null;
  /** Why it ended. */
  readonly reason: ExitReason;
}

/** A descriptor that a process was started with. */
export interface GivenDescriptor {
  /** Its number in the process. */
  readonly number: number;
  /** What it is of: `inherited` is the parent's own of that number, `door` one end of a pair of sockets. */
  readonly kind: "null" | "pipe" | "client" | "door" | "listening" | "inherited";
  /**
   * The number in the parent of what it is a copy of; null where nobody told. That of a client's socket or of a door
   * the parent has closed then.
   */
  readonly copyOf: number | null;
}

/** How a process gets its connection. */
export type Reception =
  /** The parent connects to the Unix-domain socket there, and relays. */
  | { readonly by: "connect"; readonly path: string }
  /** The parent relays over the pipes that the process was started with. */
  | { readonly by: "pipes" }
  /** The parent sends it the client's socket through the door, of which it has the end with that number. */
  | { readonly by: "sendmsg"; readonly door: number }
  /** It was started with the client's socket. */
  | { readonly by: "start" };

/**
 * What the parent leaves undone by mistake: to close its copy of the client's socket, to close its end of the door when
 * the process has ended, or to wait for that.
 */
export type Omission = "close-client" | "close-door" | "wait";

/** How the process of a worker was started. */
export interface ProcessOrigin {
  /** What the operating system was asked; with each of the first two the process leads a session of its own. */
  readonly call: "fork" | "posix_spawn" | "CreateProcess";
  /** All that it has open. */
  readonly descriptors: readonly GivenDescriptor[];
  /** How it gets a connection. */
  readonly reception: Reception;
  /** Whether a signal for it is sent to its process group. */
  readonly isSignalledWithGroup: boolean;
  /** What is left undone, on purpose; absent where all is done. */
  readonly omits?: Omission;
}

/** Something that happened, told in the past tense. */
export type ServerEvent =
  | {
    readonly event: "listening";
    readonly host: string;
    readonly port: number;
    readonly mode: string;
    readonly pid: number;
    readonly backlog: number;
    readonly maxConnections: number;
    /** Whether connections are behind TLS; absent where they are not. */
    readonly tls?: true;
    /** The mistake that is made on purpose; absent where none is. */
    readonly fault?: string;
    /** All places where it listens, as they are written; absent where there is but one, which `host` and `port` are. */
    readonly addresses?: readonly string[];
    /** Whether it was started with its listening sockets, and has made none; absent where it was not. */
    readonly handedOver?: true;
    /** Whether other servers may listen on its port; absent where none may. */
    readonly sharesPort?: true;
  }
  /**
   * A client's socket was accepted; nobody has decided yet what becomes of it. `descriptor` is null where that is
   * Deno's, which tells nobody.
   */
  | {
    readonly event: "socket_accepted";
    readonly remoteAddr: Endpoint;
    readonly descriptor: number | null;
  }
  /**
   * The PROXY header of a socket that was accepted from a balancer, at `remoteAddr`. `client` is null where it tells
   * none. Its bytes came in so many reads, and with them none of the client's.
   */
  | {
    readonly event: "proxy_header_read";
    readonly remoteAddr: Endpoint;
    readonly client: Endpoint | null;
    readonly bytes: number;
    readonly reads: number;
  }
  /** `workerPid` is null where the handler runs in the parent, or there is no worker for it. */
  | {
    readonly event: "connection_accepted";
    readonly connection: ConnectionInfo;
    readonly workerPid: number | null;
  }
  | { readonly event: "worker_started"; readonly workerPid: number }
  /** How its process was started, told right after that: for that connection, or ahead of one (null). */
  | {
    readonly event: "process_started";
    readonly workerPid: number;
    readonly connection: ConnectionInfo | null;
    readonly origin: ProcessOrigin;
  }
  /** It takes a connection: the first time, or again. A program takes its one from the start, and does not say so. */
  | { readonly event: "worker_idle"; readonly workerPid: number }
  /** The connection was opened to its worker. `descriptor` is what the parent gave away, where it gave its socket. */
  | {
    readonly event: "connection_opened";
    readonly connection: ConnectionInfo;
    readonly workerPid: number;
    readonly descriptor: number | null;
  }
  /** This server makes it end. */
  | { readonly event: "worker_ending"; readonly workerPid: number }
  /** By that: a control message, the end of its input, or a signal. */
  | {
    readonly event: "worker_told_to_end";
    readonly workerPid: number;
    readonly by: "message" | "input" | Deno.Signal;
  }
  /**
   * What one read brought from a client, or, where it brought `size` bytes, their beginning. `data` is valid only while
   * the event is emitted.
   */
  | {
    readonly event: "message_received";
    readonly connection: ConnectionInfo;
    readonly data: Uint8Array;
    readonly size?: number;
  }
  /** `bytesIn` came from the client, `bytesOut` went to it; null where nobody has counted them. */
  | {
    readonly event: "connection_closed";
    readonly connection: ConnectionInfo;
    readonly bytesIn: number | null;
    readonly bytesOut: number | null;
    readonly durationMs: number;
    readonly reason: CloseReason;
  }
  /** It has been waited for (waitpid(2)); what there is to tell of its end comes with `worker_exited`. */
  | { readonly event: "worker_reaped"; readonly workerPid: number }
  | { readonly event: "worker_exited" } & WorkerExit
  /** The first in a row of workers that were of no use for the same reason; `error` is one line. */
  | { readonly event: "worker_failed"; readonly workerPid: number | null; readonly error: string }
  /** It was closed, and nobody has served it. */
  | {
    readonly event: "connection_rejected";
    readonly remoteHost: string;
    readonly remotePort: number;
    /** How many were rejected for that reason so far. */
    readonly rejected: number;
  } & Rejection
  /** Every slot is taken: the server accepts no more until one is free. */
  | { readonly event: "admission_paused"; readonly maxConnections: number }
  | { readonly event: "admission_resumed"; readonly maxConnections: number }
  /** The first of a row of failures to accept, with the same reason, that are not of one connection. */
  | { readonly event: "accept_failed"; readonly error: string }
  /**
   * The handler threw in the parent (iterative mode), between two connections if that is null; `error` is its stack.
   */
  | {
    readonly event: "handler_failed";
    readonly connection: ConnectionInfo | null;
    readonly error: string;
  }
  /** The file of rules was read again, with that many rules: they count from now on. */
  | { readonly event: "rules_read"; readonly file: string; readonly rules: number }
  /** It could not be: the rules stay as they were. `error` is one line. */
  | { readonly event: "rules_failed"; readonly error: string }
  /** The files of TLS were read again: new connections get the certificate in `file`. */
  | { readonly event: "certificates_read"; readonly file: string }
  /** They could not be: the certificates stay as they were. `error` is one line. */
  | { readonly event: "certificates_failed"; readonly error: string }
  /** Iterative mode runs a module of the user's in the server itself. */
  | { readonly event: "handler_not_isolated" }
  /** The process of the status page has ended, and is started again; `error` is one line. */
  | { readonly event: "status_lost"; readonly error: string }
  /** The service manager could not be told how the server is; `error` is one line. */
  | { readonly event: "service_manager_lost"; readonly error: string }
  /** The status page is there. */
  | { readonly event: "status_listening"; readonly url: string }
  /** What would end programs if this server is killed has ended itself. */
  | { readonly event: "guard_lost"; readonly error: string }
  /** The first in a row of failures to remove a worker's socket; `error` is one line. */
  | { readonly event: "run_folder_failed"; readonly error: string }
  /** It was asked to stop, and goes on accepting that long, so that a balancer sends new connections elsewhere. */
  | { readonly event: "draining"; readonly delayMs: number }
  | { readonly event: "stopping"; readonly connections: number; readonly graceMs: number }
  | {
    readonly event: "stopped";
    readonly connectionsAccepted: number;
    /** Those that ended in the kernel's queue, before they could be accepted. */
    readonly connectionsAborted: number;
  };

/** The name of an event. */
export type EventName = ServerEvent["event"];

/** Called with each event subscribed to, while it is emitted. Must not throw. */
export type EventListener = (event: ServerEvent) => void;

/** Passes events from the parts that emit them to the listeners that asked for their kind. */
export class EventBus {
  readonly #listeners = new Map<EventName, EventListener[]>();

  /** Calls `listener` for every event of these names. */
  subscribe(names: Iterable<EventName>, listener: EventListener): void {
    for (const name of names) {
      this.#listeners.set(name, [...this.#listeners.get(name) ?? [], listener]);
    }
  }

  /** Whether anybody listens for it: what nobody wants need not be made. */
  wants(name: EventName): boolean {
    return this.#listeners.has(name);
  }

  /** Calls those who listen for it, in the order they subscribed. */
  emit(event: ServerEvent): void {
    for (const listener of this.#listeners.get(event.event) ?? []) listener(event);
  }
}
