/**
 * What the rounds of a figure come to, and which of two figures is better: only where the rounds say so.
 *
 * @module
 */

/** Which of two values is the better one; `neither` where that depends on what is wanted. */
export type Better = "higher" | "lower" | "neither";

/** The values of some rounds. */
export interface Range {
  /** The lowest. */
  readonly low: number;
  /** The highest. */
  readonly high: number;
  /** How many rounds. */
  readonly rounds: number;
}

/**
 * Fewer rounds tell nothing apart: those of two equal models lie apart by chance once in 10 times with three of each,
 * once in 126 with five.
 */
export const ROUNDS_MIN = 3;

/** The middle of the values, or the mean of the two in the middle; null without any. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const above = sorted[Math.floor(sorted.length / 2)];
  const below = sorted[Math.ceil(sorted.length / 2) - 1];
  return above === undefined || below === undefined ? null : (above + below) / 2;
}

/** From the lowest to the highest value; null without any. */
export function rangeOf(values: readonly number[]): Range | null {
  if (values.length === 0) return null;
  return { low: Math.min(...values), high: Math.max(...values), rounds: values.length };
}

/** How far the rounds lie apart, as a share of the figure: 0 where that is 0, null of one round. */
export function spreadOf({ low, high, rounds }: Range, value: number): number | null {
  if (rounds < 2) return null;
  return value === 0 ? 0 : (high - low) / value;
}

/** Whether every round of the one is better or worse than every round of the other. */
export function areApart(one: Range, other: Range): boolean {
  if (Math.min(one.rounds, other.rounds) < ROUNDS_MIN) return false;
  return one.low > other.high || one.high < other.low;
}

/**
 * The rank of each range: one more than those that are better in every round. Ranges that cannot be told apart may
 * share one. Null where there is no range, none is better, or there are too few rounds.
 */
export function ranksOf(ranges: readonly (Range | null)[], better: Better): (number | null)[] {
  return ranges.map((own) => {
    if (own === null || own.rounds < ROUNDS_MIN || better === "neither") return null;
    const isBetter = (other: Range | null) =>
      other !== null && areApart(other, own) &&
      (better === "higher" ? other.low > own.high : other.high < own.low);
    return 1 + ranges.filter(isBetter).length;
  });
}
