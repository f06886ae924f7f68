/**
 * The report of a load: what was counted, with the figures that people compare. This is the object that `--json`
 * prints; the text and the page show the same.
 *
 * @module
 */

import { FAILURE_KINDS, type FailureKind } from "../failure.ts";
import type { LatencyHistogram, LatencyRange } from "../tally/histogram.ts";
import type { LoadOptions } from "../options.ts";
import type { Latencies, Tally } from "../tally/tally.ts";
import type { TimelineData } from "../tally/timeline.ts";

/** Percentiles of a latency, in milliseconds. */
export interface LatencyReport {
  /** How many were measured. */
  readonly count: number;
  /** The mean. */
  readonly mean: number;
  /** The median. */
  readonly p50: number;
  /** What 90 % do not exceed. */
  readonly p90: number;
  /** What 99 % do not exceed. */
  readonly p99: number;
  /** What 99.9 % do not exceed. */
  readonly p999: number;
  /** The greatest. */
  readonly max: number;
}

/** A point of a percentile curve. */
export interface CurvePoint {
  /** How many per cent of all. */
  readonly percent: number;
  /** The latency that these do not exceed. */
  readonly ms: number;
}

/** The report of a load. Times are milliseconds. */
export interface LoadReport {
  /** The server. */
  readonly server: { readonly host: string; readonly port: number };
  /** What was asked for. */
  readonly load: {
    /** Connections at a time; null with a rate. */
    readonly concurrency: number | null;
    /** Connections per second; null without. */
    readonly rate: number | null;
    /** Messages of each connection. */
    readonly messages: number;
    /** Bytes of a message. */
    readonly size: number;
    /** Whether these were any bytes, or text. */
    readonly binary: boolean;
    /** Whether the connections spoke TLS. */
    readonly tls: boolean;
    /** Processes that shared the load. */
    readonly processes: number;
  };
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
  /** From the start to the end of the last connection. */
  readonly durationMs: number;
  /** Connections: `asked` is the sum of the four behind it. */
  readonly connections: {
    /** As many as were to be opened. */
    readonly asked: number;
    /** Every byte came back, and the server ended the connection when we had. */
    readonly done: number;
    /** The sum of `failures`. */
    readonly failed: number;
    /** Under way when the load was stopped. */
    readonly interrupted: number;
    /** Not begun when the load was stopped. */
    readonly notBegun: number;
    /** Those done, per second. */
    readonly perSecond: number;
  };
  /** Failed connections by kind. */
  readonly failures: Readonly<Record<FailureKind, number>>;
  /** The first failure of each kind that there was, in a line. */
  readonly reasons: Readonly<Partial<Record<FailureKind, string>>>;
  /** Messages that came back whole and right. */
  readonly messages: { readonly done: number; readonly perSecond: number };
  /** Bytes that came back right. */
  readonly bytes: { readonly echoed: number; readonly perSecond: number };
  /** Latencies, by what is measured. */
  readonly latencyMs: Latencies<LatencyReport>;
  /** What was done over time. */
  readonly timeline: TimelineData;
  /** How a latency is distributed: the round trip, or the first echo where that is the only one. */
  readonly distribution: {
    /** Which latency it is. */
    readonly of: "firstEcho" | "roundTrip";
    /** By powers of two. */
    readonly ranges: readonly LatencyRange[];
    /** The percentile curve. */
    readonly curve: readonly CurvePoint[];
  };
}

/** Makes the report of a load from what was counted. */
export function reportOf(options: LoadOptions, tally: Tally): LoadReport {
  const { connections: asked, concurrency, rate, messages, size, binary, processes } = options;
  const { done, failed, interrupted, durationMs, latencies } = tally;
  const perSecond = (count: number) => durationMs === 0 ? 0 : round(count / durationMs * 1000);
  const of = messages === 1 ? "firstEcho" : "roundTrip";
  const failures = FAILURE_KINDS.map((kind) => [kind, tally.failuresOf(kind)]);
  const reasons = FAILURE_KINDS.flatMap((kind) => {
    const reason = tally.reasonOf(kind);
    return reason === null ? [] : [[kind, reason]];
  });
  return {
    server: { host: options.hostname, port: options.port },
    load: {
      concurrency: rate === 0 ? concurrency : null,
      rate: rate === 0 ? null : rate,
      messages,
      size,
      binary,
      tls: options.tls !== null,
      processes,
    },
    // A load that is left alone ends with every connection done or failed.
    stopped: done + failed < asked,
    durationMs: round(durationMs),
    connections: {
      asked,
      done,
      failed,
      interrupted,
      notBegun: asked - tally.ended,
      perSecond: perSecond(done),
    },
    failures: Object.fromEntries(failures),
    reasons: Object.fromEntries(reasons),
    messages: { done: tally.messages, perSecond: perSecond(tally.messages) },
    bytes: { echoed: tally.bytes, perSecond: perSecond(tally.bytes) },
    latencyMs: {
      late: latencyReport(latencies.late),
      connect: latencyReport(latencies.connect),
      firstEcho: latencyReport(latencies.firstEcho),
      roundTrip: latencyReport(latencies.roundTrip),
    },
    timeline: tally.timeline.data,
    distribution: { of, ranges: latencies[of].ranges(), curve: curveOf(latencies[of]) },
  };
}

function latencyReport(latency: LatencyHistogram): LatencyReport {
  return {
    count: latency.count,
    mean: round(latency.meanMs),
    p50: round(latency.percentile(50)),
    p90: round(latency.percentile(90)),
    p99: round(latency.percentile(99)),
    p999: round(latency.percentile(99.9)),
    max: round(latency.maxMs),
  };
}

/** Points that get closer to 100 % the closer they are, down to the one latency that is the greatest. */
export function curveOf(latency: LatencyHistogram): CurvePoint[] {
  const points: CurvePoint[] = [];
  for (let tenths = 0; 10 ** (tenths / 10) < latency.count; tenths++) {
    const percent = 100 * (1 - 10 ** (-tenths / 10));
    // Not to a ten-thousandth: among millions, several points would be at 100 %.
    points.push({ percent: Number(percent.toFixed(9)), ms: round(latency.percentile(percent)) });
  }
  if (latency.count > 0) points.push({ percent: 100, ms: round(latency.maxMs) });
  return points;
}

/** To a tenth of a microsecond: more digits say nothing. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
