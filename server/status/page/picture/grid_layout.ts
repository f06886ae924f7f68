/**
 * Where the squares of many child processes are.
 *
 * @module
 */

/** The places of the squares. */
export interface GridLayout {
  /** The side of a square. */
  readonly side: number;
  /** From one square to the next. */
  readonly step: number;
  /** Squares in a line. */
  readonly columns: number;
  /** The height of all. */
  readonly height: number;
}

/** Squares get smaller the more there are. */
const STEPS = [26, 22, 18, 15, 12] as const;

/** As high as the squares may be together before they get smaller. */
const HEIGHT_WANTED = 300;

/** Places so many squares in a column of that width. */
export function layoutGrid(count: number, width: number): GridLayout {
  const layouts = STEPS.map((step) => {
    const columns = Math.max(1, Math.floor(width / step));
    return { step, columns, height: Math.ceil(count / columns) * step, side: step - 3 };
  });
  const [smallest] = layouts.slice(-1);
  const found = layouts.find(({ height }) => height <= HEIGHT_WANTED) ?? smallest;
  return found ?? { step: 12, columns: 1, height: count * 12, side: 9 };
}

/** The upper left corner of a square. */
export function placeInGrid(
  index: number,
  { step, columns }: GridLayout,
): { readonly x: number; readonly y: number } {
  return { x: index % columns * step, y: Math.floor(index / columns) * step };
}

/** The square that an arrow key goes to, or null for other keys. */
export function nextInGrid(
  key: string,
  { index, count, columns }: {
    readonly index: number;
    readonly count: number;
    readonly columns: number;
  },
): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined) return null;
  return Math.min(Math.max(index + step, 0), count - 1);
}
