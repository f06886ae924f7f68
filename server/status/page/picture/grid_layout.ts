/**
 * Where the cells of many child processes are: with a pid in each as long as there is room, else small squares.
 *
 * @module
 */

/** The places of the cells. */
export interface GridLayout {
  /** The width of a cell. */
  readonly width: number;
  /** Its height. */
  readonly height: number;
  /** Cells in a line. */
  readonly columns: number;
  /** The height of all. */
  readonly total: number;
  /** Whether a pid has room in it. */
  readonly isNamed: boolean;
}

/** The sizes of cells, the gap to the next included: they get smaller the more there are. */
const SIZES = [[80, 30], [26, 26], [22, 22], [18, 18], [15, 15], [12, 12]] as const;

const GAP = 4;

/** As high as the cells may be together before they get smaller. */
const HEIGHT_WANTED = 300;

/** Places so many cells in a column of that width. */
export function layoutGrid(count: number, room: number): GridLayout {
  const place = ([stepX, stepY]: readonly [number, number]): GridLayout => {
    const columns = Math.max(1, Math.floor((room + GAP) / stepX));
    return {
      width: stepX - GAP,
      height: stepY - GAP,
      columns,
      total: Math.ceil(count / columns) * stepY,
      isNamed: stepX > stepY,
    };
  };
  const fitting = SIZES.find((size) => place(size).total <= HEIGHT_WANTED);
  return place(fitting ?? [12, 12]);
}

/** The upper left corner of a cell. */
export function placeInGrid(
  index: number,
  { width, height, columns }: GridLayout,
): { readonly x: number; readonly y: number } {
  return {
    x: index % columns * (width + GAP),
    y: Math.floor(index / columns) * (height + GAP),
  };
}

/** The cell that an arrow key goes to, or null for other keys. */
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
