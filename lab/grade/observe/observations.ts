/**
 * What each scenario has seen of a server. These are facts: what they are worth is decided in `judge/`.
 *
 * @module
 */

import type { ProcessStatus } from "../../../ipc/posix/processes/wait_status.ts";
import type { ProgramEnd } from "../keeper/messages.ts";

/** How a connection was when the last byte had come that was waited for, or none came any more. */
export type Ending = "open" | "end of file" | "reset" | "late" | "refused";

/** What came back of what a client sent. */
export interface Echo {
  /** Bytes that were to come back. */
  readonly sent: number;
  /** Bytes that came back, as many as were sent at most. */
  readonly received: number;
  /** The first byte that came back as another, or null. */
  readonly wrongAt: number | null;
  /** What became of the connection. */
  readonly ending: Ending;
  /** How long it was waited for, in milliseconds. */
  readonly waitedMs: number;
}

/** Whether the server listens. */
export interface StartObservation {
  /** Where, or where it was waited for. */
  readonly port: number;
  /** How long that took; null where it does not listen. */
  readonly listeningAfterMs: number | null;
  /** How it ended, where it did. */
  readonly end: ProgramEnd | null;
  /** Whether it ran before the grading began. */
  readonly ranBefore: boolean;
}

/** What another client got afterwards. */
export interface AfterObservation {
  /** Its echo. */
  readonly next: Echo;
}

/** What twenty clients got. */
export interface CrowdObservation {
  /** How many they were. */
  readonly clients: number;
  /** How many got their line back. */
  readonly answered: number;
}

/** A process that serves a client, which is not the one that accepts. */
export interface ServingProcess {
  /** Its number. */
  readonly pid: number;
  /** Whether it was there before its client. */
  readonly cameBefore: boolean;
  /** Whether it has the listening socket. */
  readonly hasListener: boolean;
}

/** How a process ended, or why that was not seen. */
export type ExitSight =
  | { readonly status: ProcessStatus; readonly unseen: null }
  | { readonly status: null; readonly unseen: "reaped" | "alive" | "hidden" };

/** Two clients that are connected, by the processes. */
export interface ClientsObservation {
  /** The process that has the listening socket, and whose parent has not. */
  readonly parent: number;
  /** How many more threads it has with the clients. */
  readonly moreThreads: number;
  /** The processes that have the first client's socket, and the second's, without the parent. */
  readonly servers: readonly [readonly ServingProcess[], readonly ServingProcess[]];
  /** Whether the parent has the first client's socket, too, after a while. */
  readonly parentHolds: boolean;
  /** Processes below the parent that came with the clients, whoever has the sockets. */
  readonly came: readonly ServingProcess[];
  /** How many were there before. */
  readonly before: number;
  /** Whether the first client saw the end of its connection when it had ended its own direction. */
  readonly clientSawEnd: boolean;
  /** How long after that its process ended, in milliseconds; null where it did not. */
  readonly endedAfterMs: number | null;
  /** How long that was waited for. */
  readonly waitedMs: number;
  /** How the second client's process ended. */
  readonly exit: ExitSight;
}

/** What the parent has. */
export interface Possessions {
  /** Its descriptors but for the next. */
  readonly descriptors: number;
  /** Its descriptors of connections to clients. */
  readonly clientSockets: number;
  /** Processes below it that live. */
  readonly children: number;
  /** Its memory in bytes, PSS. */
  readonly memory: number;
}

/** What many connections leave behind. */
export interface GrowthObservation {
  /** How many were made between the first look and the last. */
  readonly connections: number;
  /** How many of them got no answer. */
  readonly failed: number;
  /** A first look, and one after each round, which all have about as many connections. */
  readonly looks: readonly [Possessions, ...Possessions[]];
}

/** Children that ended at once. */
export interface BurstObservation {
  /** Clients that were connected. */
  readonly clients: number;
  /** Processes that came with them. */
  readonly came: number;
  /** Those that live still. */
  readonly living: readonly number[];
  /** Those that nobody has waited for. */
  readonly zombies: readonly number[];
  /** Whether they ended while the parent was stopped, so that one signal tells of all. */
  readonly wereTogether: boolean;
}

/** Clients that reset their connections. */
export interface ResetObservation extends AfterObservation {
  /** How many did. */
  readonly resets: number;
}

/** A client that never reads. */
export interface DeafObservation extends AfterObservation {
  /** What another client got while it was connected. */
  readonly meanwhile: Echo;
}

/** A child that was killed. */
export interface KilledObservation extends AfterObservation {
  /** Its process; null where no process serves the client but the parent. */
  readonly pid: number | null;
}

/** A child that has ended while the parent waited for a client. */
export interface InterruptedObservation extends AfterObservation {
  /** Whether a process came with the client, and has ended; null where that cannot be seen. */
  readonly childEnded: boolean | null;
}

/** A second start at the same port. */
export interface AgainObservation {
  /** How long it took to listen; null where it does not. */
  readonly listeningAfterMs: number | null;
  /** How it ended, where it did. */
  readonly end: ProgramEnd | null;
}

/** The scenarios, and what each sees. */
export interface Observations {
  /** The server starts. */
  readonly start: StartObservation;
  /** A line and its answer. */
  readonly line: Echo;
  /** A child ends while the parent waits. */
  readonly interrupted: InterruptedObservation;
  /** Bytes that are no text. */
  readonly nulBytes: Echo;
  /** Much at once. */
  readonly large: Echo;
  /** Little, again and again. */
  readonly pieces: Echo;
  /** A client that has no more to say. */
  readonly halfClose: Echo;
  /** A client that says nothing. */
  readonly empty: AfterObservation;
  /** A client while another is connected. */
  readonly second: Echo;
  /** Twenty clients at once. */
  readonly crowd: CrowdObservation;
  /** Two clients, by the processes. */
  readonly clients: ClientsObservation;
  /** Many clients, by what they leave behind. */
  readonly growth: GrowthObservation;
  /** Many children that end at once. */
  readonly burst: BurstObservation;
  /** Clients that reset. */
  readonly reset: ResetObservation;
  /** A client that never reads. */
  readonly deaf: DeafObservation;
  /** A child that is killed. */
  readonly killed: KilledObservation;
  /** A second start. */
  readonly again: AgainObservation;
}

/** A scenario's name. */
export type ScenarioName = keyof Observations;
