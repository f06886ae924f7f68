/**
 * A histogram of latencies (HdrHistogram, http://hdrhistogram.org): three significant digits from a microsecond to
 * a day in a fixed amount of memory. Two add up to the histogram of both, which averages and percentiles do not.
 *
 * @module
 */

import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  Int32Histogram,
  JsHistogram,
} from "hdr-histogram-js";

const MICROSECONDS_MAX = 24 * 60 * 60 * 1_000_000;
const DIGITS = 3;

/** A histogram as text, for another process. */
export interface EncodedHistogram {
  /** HdrHistogram's own format (V2, compressed, base64). */
  readonly counts: string;
  /** The sum of all latencies, in milliseconds. */
  readonly sumMs: number;
  /** The greatest, which the counts know to three digits only. */
  readonly maxMs: number;
}

/** So many latencies in a range. */
export interface LatencyRange {
  /** The lower end, in milliseconds; what is equal to it belongs to the range. */
  readonly fromMs: number;
  /** The upper end; what is equal to it does not. */
  readonly toMs: number;
  /** How many latencies there are. */
  readonly count: number;
}

/** Latencies in milliseconds. */
export class LatencyHistogram {
  readonly #counts = new Int32Histogram(1, MICROSECONDS_MAX, DIGITS);
  #sumMs = 0;
  #maxMs = 0;

  /** Counts a latency. One of more than a day counts as a day. */
  record(ms: number): void {
    const microseconds = Math.round(ms * 1000);
    this.#counts.recordValue(Math.min(Math.max(microseconds, 0), MICROSECONDS_MAX));
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** Adds the latencies of another. */
  add(other: LatencyHistogram): void {
    this.#counts.add(other.#counts);
    this.#sumMs += other.#sumMs;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  /** How many latencies it has. */
  get count(): number {
    return this.#counts.totalCount;
  }

  /** The greatest latency in milliseconds, exactly; 0 without any. */
  get maxMs(): number {
    return this.#maxMs;
  }

  /** The mean in milliseconds; 0 without any. */
  get meanMs(): number {
    return this.count === 0 ? 0 : this.#sumMs / this.count;
  }

  /** The latency in milliseconds that `percent` of all do not exceed; 0 without any. */
  percentile(percent: number): number {
    return Math.min(this.#counts.getValueAtPercentile(percent) / 1000, this.#maxMs);
  }

  /** The latencies by powers of two, from the first range that has any to the last. */
  ranges(): LatencyRange[] {
    const counts: number[] = [];
    const values = this.#counts.recordedValuesIterator;
    values.reset();
    while (values.hasNext()) {
      const { valueIteratedTo, countAddedInThisIterationStep } = values.next();
      const power = Math.floor(Math.log2(Math.max(valueIteratedTo, 1)));
      counts[power] = (counts[power] ?? 0) + countAddedInThisIterationStep;
    }
    const first = counts.findIndex((count) => count > 0);
    if (first === -1) return [];
    return Array.from(counts.slice(first), (count = 0, i) => ({
      fromMs: 2 ** (first + i) / 1000,
      toMs: 2 ** (first + i + 1) / 1000,
      count,
    }));
  }

  /** The histogram as text. */
  encode(): EncodedHistogram {
    return {
      counts: encodeIntoCompressedBase64(this.#counts),
      sumMs: this.#sumMs,
      maxMs: this.#maxMs,
    };
  }

  /** The histogram that a text stands for. Throws `Error` if it stands for none. */
  static decode(encoded: EncodedHistogram): LatencyHistogram {
    const histogram = new LatencyHistogram();
    const counts = decodeFromCompressedBase64(encoded.counts);
    if (!(counts instanceof JsHistogram)) throw new Error("Cannot decode a histogram");
    histogram.#counts.add(counts);
    histogram.#sumMs = encoded.sumMs;
    histogram.#maxMs = encoded.maxMs;
    return histogram;
  }
}
