/**
 * The few statistics that the bench needs.
 *
 * @module
 */

/** The middle of the values, or the mean of the two in the middle. Throws `RangeError` if there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const above = sorted[Math.floor(sorted.length / 2)];
  const below = sorted[Math.ceil(sorted.length / 2) - 1];
  if (above === undefined || below === undefined) {
    throw new RangeError("No values to take the median of");
  }
  return (above + below) / 2;
}

/** How far the values lie apart, as a share of their median: (largest - smallest) / median. 0 where that is 0. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle;
}
