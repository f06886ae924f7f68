/**
 * What a load counts: how its connections ended, the latencies, and what was done when. Tallies of several processes
 * add up to the tally of the whole load.
 *
 * @module
 */

import { type Failure, FAILURE_KINDS, type FailureKind } from "../failure.ts";
import { type EncodedHistogram, LatencyHistogram } from "./histogram.ts";
import { Timeline, type TimelineData } from "./timeline.ts";

/** The latencies of a load, by what is measured. */
export interface Latencies<T> {
  /** With a rate, from the moment that a connection was due to the moment that it was begun: the client's own delay. */
  readonly late: T;
  /** To the connection; with a rate from the moment it was due, else from the moment it was begun. */
  readonly connect: T;
  /** From the same moment to the whole first echo. */
  readonly firstEcho: T;
  /** From the sending of a message to its whole echo. */
  readonly roundTrip: T;
}

/** A tally as it travels to another process. */
export interface EncodedTally {
  /** Connections whose every byte came back, and that ended well. */
  readonly done: number;
  /** Connections that were under way when the load was stopped. */
  readonly interrupted: number;
  /** Failed connections by kind. */
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  /** The first failure of each kind, in a line. */
  readonly reasons: Readonly<Partial<Record<FailureKind, string>>>;
  /** Messages that came back whole and right. */
  readonly messages: number;
  /** Bytes that came back right. */
  readonly bytes: number;
  /** From the start to the end of the last connection. */
  readonly durationMs: number;
  /** The latencies. */
  readonly latencies: Latencies<EncodedHistogram>;
  /** What was done when. */
  readonly timeline: TimelineData;
}

/** Counts. All times are milliseconds since the start of the load. */
export class Tally {
  /** Connections whose every byte came back, and that ended well. */
  done = 0;
  /** Connections that were under way when the load was stopped. */
  interrupted = 0;
  /** Messages that came back whole and right. */
  messages = 0;
  /** Bytes that came back right. */
  bytes = 0;
  /** Messages that came back or never will: how far the load has come. Does not travel. */
  settled = 0;
  /** When the last connection ended. */
  durationMs = 0;
  /** The latencies. */
  readonly latencies: Latencies<LatencyHistogram> = {
    late: new LatencyHistogram(),
    connect: new LatencyHistogram(),
    firstEcho: new LatencyHistogram(),
    roundTrip: new LatencyHistogram(),
  };
  /** What was done when. */
  readonly timeline: Timeline = new Timeline();
  readonly #failures = new Map<FailureKind, number>();
  readonly #reasons = new Map<FailureKind, string>();

  /** Counts failed connections. Of the reasons the first of each kind is kept. */
  fail({ kind, reason }: Failure, count = 1): void {
    this.#failures.set(kind, this.failuresOf(kind) + count);
    if (!this.#reasons.has(kind)) this.#reasons.set(kind, reason);
  }

  /** How many connections failed in that way. */
  failuresOf(kind: FailureKind): number {
    return this.#failures.get(kind) ?? 0;
  }

  /** The first failure of that kind, in a line, or null. */
  reasonOf(kind: FailureKind): string | null {
    return this.#reasons.get(kind) ?? null;
  }

  /** How many connections failed. */
  get failed(): number {
    return FAILURE_KINDS.reduce((sum, kind) => sum + this.failuresOf(kind), 0);
  }

  /** How many connections have ended, however. */
  get ended(): number {
    return this.done + this.failed + this.interrupted;
  }

  /** Adds what another process counted. */
  add(other: Tally): void {
    this.done += other.done;
    this.interrupted += other.interrupted;
    this.messages += other.messages;
    this.bytes += other.bytes;
    this.durationMs = Math.max(this.durationMs, other.durationMs);
    for (const [kind, count] of other.#failures) {
      this.fail({ kind, reason: other.reasonOf(kind) ?? "" }, count);
    }
    this.latencies.late.add(other.latencies.late);
    this.latencies.connect.add(other.latencies.connect);
    this.latencies.firstEcho.add(other.latencies.firstEcho);
    this.latencies.roundTrip.add(other.latencies.roundTrip);
    this.timeline.add(other.timeline.data);
  }

  /** The tally as JSON can hold it. */
  encode(): EncodedTally {
    const { done, interrupted, messages, bytes, durationMs, latencies, timeline } = this;
    return {
      done,
      interrupted,
      failures: Object.fromEntries(this.#failures),
      reasons: Object.fromEntries(this.#reasons),
      messages,
      bytes,
      durationMs,
      latencies: {
        late: latencies.late.encode(),
        connect: latencies.connect.encode(),
        firstEcho: latencies.firstEcho.encode(),
        roundTrip: latencies.roundTrip.encode(),
      },
      timeline: timeline.data,
    };
  }

  /** The tally that another process has encoded. */
  static decode(encoded: EncodedTally): Tally {
    const tally = new Tally();
    const { done, interrupted, messages, bytes, durationMs, latencies } = encoded;
    Object.assign(tally, { done, interrupted, messages, bytes, durationMs });
    for (const kind of FAILURE_KINDS) {
      const count = encoded.failures[kind] ?? 0;
      if (count > 0) tally.fail({ kind, reason: encoded.reasons[kind] ?? "" }, count);
    }
    tally.latencies.late.add(LatencyHistogram.decode(latencies.late));
    tally.latencies.connect.add(LatencyHistogram.decode(latencies.connect));
    tally.latencies.firstEcho.add(LatencyHistogram.decode(latencies.firstEcho));
    tally.latencies.roundTrip.add(LatencyHistogram.decode(latencies.roundTrip));
    tally.timeline.add(encoded.timeline);
    return tally;
  }
}
