/**
 * A histogram as Prometheus has them: how many values were not above each bound, and their sum.
 *
 * @module
 */

/** Counts of values by size. It is plain data: it goes over a pipe as JSON. */
export interface Histogram {
  /** The upper bounds, rising, the last one's infinity left out. */
  readonly bounds: readonly number[];
  /** How many values lay in each bucket, and above all bounds; not yet added up. */
  readonly counts: number[];
  /** The sum of all values. */
  sum: number;
}

/** A histogram of no values, in buckets up to these bounds. */
export function emptyHistogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
}

/** Counts a value. */
export function observe(histogram: Histogram, value: number): void {
  const { bounds, counts } = histogram;
  const found = bounds.findIndex((bound) => value <= bound);
  const bucket = found === -1 ? bounds.length : found;
  counts[bucket] = (counts[bucket] ?? 0) + 1;
  histogram.sum += value;
}

/** How many values there were. */
export function countOf({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
