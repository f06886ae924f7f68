/**
 * What the figures are hoped to be.
 *
 * @module
 */

import { OVERHEAD } from "./overhead.ts";
import { IN_A_ROW_ID } from "./parent.ts";
import { EMPTY } from "./startup.ts";
import { STATUS, WATCHED } from "./status.ts";
import { CLIENTS } from "./thousand.ts";
import type { Result } from "./trial.ts";

/** A target, next to what was measured. */
export interface Judgement {
  /** The target in words. */
  readonly target: string;
  /** What was measured, in the target's own measure, or null where a figure of it is missing. */
  readonly actual: number | null;
  /** Whether it is met; null as `actual`. */
  readonly isMet: boolean | null;
}

/** A figure: the median of a column of one row. Undefined if it was not measured. */
type Lookup = (trial: string, row: string, column: string) => number | undefined;

interface Target {
  readonly text: string;
  /** The measured value, in the measure of the limit. */
  readonly actual: (figure: Lookup) => number | undefined;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const TARGETS: readonly Target[] = [
  {
    text: "prefork of 16: at least 2 times the connections/s of tcpserver ... cat",
    actual: ratio("connections-16", "perSecond", ["prefork", "tcpserver"]),
    atLeast: 2,
  },
  ...["per-connection", "prefork"].map((mode) => ({
    text: `round trip of one client, ${mode}: at most 2.5 times the C server's`,
    actual: ratio("round-trips-1", "medianUs", [mode, "fork_echo"]),
    atMost: 2.5,
  })),
  {
    text: "prefork of 16: at least 15000 round trips/s over 16 clients",
    actual: (figure) => figure("round-trips-16", "prefork", "perSecond"),
    atLeast: 15_000,
  },
  ...["per-connection", "prefork"].map((mode) => ({
    text: `one bulk stream, ${mode}: more MB/s than socat's`,
    actual: ratio("streams-1", "megabytesPerSecond", [mode, "socat"]),
    atLeast: 1,
  })),
  {
    text: "prefork of 16, socket: at least 1.1 times the C server's connections/s (16 at once)",
    actual: ratio("connections-16", "perSecond", ["prefork-socket", "fork_echo"]),
    atLeast: 1.1,
  },
  {
    text: "round trip of one client, prefork, socket: at most 1.1 times the C server's",
    actual: ratio("round-trips-1", "medianUs", ["prefork-socket", "fork_echo"]),
    atMost: 1.1,
  },
  {
    text: "prefork of 16, socket: at least 0.75 times the C server's round trips/s (16 clients)",
    actual: ratio("round-trips-16", "perSecond", ["prefork-socket", "fork_echo"]),
    atLeast: 0.75,
  },
  {
    text: "one bulk stream, prefork, socket: at least 0.9 times the C server's MB/s",
    actual: ratio("streams-1", "megabytesPerSecond", ["prefork-socket", "fork_echo"]),
    atLeast: 0.9,
  },
  {
    text: "-- cat, socket: at least 0.8 times the connections/s (16 at once) of tcpserver ... cat",
    actual: ratio("connections-16", "perSecond", ["program", "tcpserver"]),
    atLeast: 0.8,
  },
  {
    text: "-- cat, socket: at least 0.9 times the MB/s of one stream of tcpserver ... cat",
    actual: ratio("streams-1", "megabytesPerSecond", ["program", "tcpserver"]),
    atLeast: 0.9,
  },
  {
    text: "prefork of 16, socket, with the status page open: at least 0.95 times the connections/s",
    actual: ratio(STATUS, "perSecond", [WATCHED, "prefork-socket"]),
    atLeast: 0.95,
  },
  {
    text: "--spare 8 at 20 connections/s: first echo within 1.5 ms (median)",
    actual: (figure) => figure("connections-rate-20", "spare", "medianMs"),
    atMost: 1.5,
  },
  {
    text: "CPU of a connection, per-connection: at most 1.35 times an empty Deno program's",
    actual: ratio("startup", "cpuMs", ["per-connection", EMPTY]),
    atMost: 1.35,
  },
  {
    text: "the load client, one process: at least 3000 connections/s (16 at once)",
    actual: (figure) => figure(OVERHEAD, "client", "connectionsPerSecond"),
    atLeast: 3000,
  },
  {
    text: "the load client, one process: at least 30000 round trips/s over 16 clients",
    actual: (figure) => figure(OVERHEAD, "client", "roundTripsPerSecond"),
    atLeast: 30_000,
  },
  {
    text: "20000 connections in a row, prefork, socket: descriptors of the parent, more",
    actual: (figure) => figure(IN_A_ROW_ID, "prefork-socket", "descriptors"),
    atMost: 0,
  },
  {
    text: "20000 connections in a row, prefork, socket: MB of the parent, more",
    actual: (figure) => figure(IN_A_ROW_ID, "prefork-socket", "megabytes"),
    atMost: 8,
  },
  ...["per-connection", "program"].map((row) => ({
    text: `${CLIENTS} clients at once, ${row}: all answered`,
    actual: (figure: Lookup) => figure("thousand", row, "answered"),
    atLeast: CLIENTS,
  })),
  {
    text: `${CLIENTS} clients at once: within 16 GiB`,
    actual: (figure) => figure("thousand", "per-connection", "gibibytes"),
    atMost: 16,
  },
];

/** The ratio of one row's figure to that of another. */
function ratio(
  trial: string,
  column: string,
  [row, other]: readonly [string, string],
): Target["actual"] {
  return (figure) => {
    const [own, its] = [figure(trial, row, column), figure(trial, other, column)];
    return own === undefined || its === undefined ? undefined : own / its;
  };
}

/** Judges every target by the results. */
export function judge(results: readonly Result[]): Judgement[] {
  const figure: Lookup = (trial, row, column) =>
    results.find(({ id }) => id === trial)?.rows.find(({ id }) => id === row)?.medians[column];
  return TARGETS.map(({ text: target, actual: read, atLeast, atMost }) => {
    const actual = read(figure);
    if (actual === undefined) return { target, actual: null, isMet: null };
    return {
      target,
      actual,
      isMet: actual >= (atLeast ?? -Infinity) && actual <= (atMost ?? Infinity),
    };
  });
}
