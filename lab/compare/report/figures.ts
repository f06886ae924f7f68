/**
 * The figures: what each is called, how it is read from the samples, and how it is shown.
 *
 * @module
 */

import { LatencyHistogram } from "../../../client/load/tally/histogram.ts";
import { say } from "../../../ipc/say.ts";
import type { Sample } from "../measure/visit.ts";
import { type Better, median } from "./statistics.ts";

/** The figures by their names in the JSON report, where a point leads into an object. */
export const FIGURE_NAMES = [
  "connectionsPerSecond",
  "firstEchoMs.median",
  "firstEchoMs.p99",
  "roundTripMs.median",
  "roundTripMs.p99",
  "bytesPerSecond",
  "processes",
  "bytesPerClient",
  "cpuMsPerConnection",
] as const;

/** A figure by its name. */
export type FigureName = typeof FIGURE_NAMES[number];

/** One kind of figure. */
export interface FigureKind {
  /** In the heading of the table: two lines. */
  readonly heading: readonly [string, string];
  /** In a sentence and over the bars. */
  readonly title: string;
  /** Which values are better. */
  readonly better: Better;
  /** What of it one round shows; null where it shows nothing. */
  readonly ofRound: (sample: Sample) => number | null;
  /** What all rounds together show; null where they show too little. */
  readonly ofAll: (samples: readonly Sample[]) => number | null;
  /** The figure for people, in the heading's unit. */
  readonly format: (value: number) => string;
}

/** As few as a 99th percentile can be told of. */
export const LATENCIES_MIN = 100;

/** With fewer connections, what is said of them is a guess. */
export const CONNECTIONS_MIN = 10;

/** The median of the rounds is the figure. */
function ofRounds(ofRound: FigureKind["ofRound"]): Pick<FigureKind, "ofRound" | "ofAll"> {
  return {
    ofRound,
    ofAll: (samples) => median(samples.map(ofRound).filter((value) => value !== null)),
  };
}

/** All latencies together have percentiles that those of the rounds would not have. */
function ofLatencies(
  latenciesOf: (sample: Sample) => LatencyHistogram,
  percent: number,
): Pick<FigureKind, "ofRound" | "ofAll"> {
  const read = (latencies: LatencyHistogram) =>
    latencies.count === 0 ? null : latencies.percentile(percent);
  return {
    ofRound: (sample) => read(latenciesOf(sample)),
    ofAll(samples) {
      const all = together(samples.map(latenciesOf));
      return percent > 50 && all.count < LATENCIES_MIN ? null : read(all);
    },
  };
}

/** The histogram of all. */
export function together(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const all = new LatencyHistogram();
  for (const histogram of histograms) all.add(histogram);
  return all;
}

/** First echoes of the connections. */
export const firstEchoesOf = ({ tally }: Sample): LatencyHistogram => tally.latencies.firstEcho;

/** Round trips of the client that stays. */
export const roundTripsOf = ({ roundTrips }: Sample): LatencyHistogram => roundTrips;

/** `12.3`, `1,234`: so many digits that three of them tell something. */
export function formatFigure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const MICROSECONDS = (ms: number) => formatFigure(ms * 1000);
const MEGABYTES = (bytes: number) => formatFigure(bytes / 1e6);

/** What each figure is. */
export const FIGURES: Readonly<Record<FigureName, FigureKind>> = {
  connectionsPerSecond: {
    heading: [say`connections`, say`per second`],
    title: say`connections per second`,
    better: "higher",
    ...ofRounds(({ connectionsPerSecond }) => connectionsPerSecond),
    format: formatFigure,
  },
  "firstEchoMs.median": {
    heading: [say`first echo`, say`median, ms`],
    title: say`time to the first echo, median, ms`,
    better: "lower",
    ...ofLatencies(firstEchoesOf, 50),
    format: formatFigure,
  },
  "firstEchoMs.p99": {
    heading: ["", say`99th, ms`],
    title: say`time to the first echo, 99th percentile, ms`,
    better: "lower",
    ...ofLatencies(firstEchoesOf, 99),
    format: formatFigure,
  },
  "roundTripMs.median": {
    heading: [say`round trip`, say`median, us`],
    title: say`round trip, median, us`,
    better: "lower",
    ...ofLatencies(roundTripsOf, 50),
    format: MICROSECONDS,
  },
  "roundTripMs.p99": {
    heading: ["", say`99th, us`],
    title: say`round trip, 99th percentile, us`,
    better: "lower",
    ...ofLatencies(roundTripsOf, 99),
    format: MICROSECONDS,
  },
  bytesPerSecond: {
    heading: [say`one stream`, say`MB/s`],
    title: say`bytes in one stream, MB/s`,
    better: "higher",
    ...ofRounds(({ bytesPerSecond }) => bytesPerSecond),
    format: MEGABYTES,
  },
  processes: {
    heading: ["", say`processes`],
    title: say`processes`,
    better: "neither",
    ...ofRounds(({ use }) => use?.processes ?? null),
    format: (value) => value.toLocaleString("en-US", { maximumFractionDigits: 1 }),
  },
  bytesPerClient: {
    heading: [say`memory of`, say`a client, MB`],
    title: say`memory of a client that does nothing, MB`,
    better: "lower",
    ...ofRounds(({ use }) => use?.bytesPerClient ?? null),
    format: MEGABYTES,
  },
  cpuMsPerConnection: {
    heading: [say`CPU of a`, say`connection, ms`],
    title: say`CPU of a connection, ms`,
    better: "lower",
    ofRound: ({ use, tally }) => use === null || tally.done === 0 ? null : use.cpuMs / tally.done,
    ofAll(samples) {
      const done = samples.reduce((sum, { tally }) => sum + tally.done, 0);
      const cpuMs = samples.reduce((sum, { use }) => sum + (use?.cpuMs ?? 0), 0);
      return done === 0 || samples.every(({ use }) => use === null) ? null : cpuMs / done;
    },
    format: formatFigure,
  },
};
