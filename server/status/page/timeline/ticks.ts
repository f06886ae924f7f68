/**
 * The marks of a time axis: round spans of time before its end.
 *
 * @module
 */

/** A mark. */
export interface TimeTick {
  /** How long before the end. */
  readonly agoMs: number;
  /** What stands there: `0`, `10 s`, `2 min`. */
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What marks may be apart. */
const STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800].map((step) => step * SECOND);

/** The marks of a time so long, so many at most. */
export function timeTicks(spanMs: number, most: number): readonly TimeTick[] {
  const step = STEPS.find((step) => spanMs / step <= most) ?? spanMs;
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, index) => {
    const agoMs = index * step;
    const label = step % MINUTE === 0 && agoMs > 0
      ? `${agoMs / MINUTE} min`
      : `${agoMs / SECOND} s`;
    return { agoMs, label };
  });
}
