/**
 * Where the columns of the picture are: the parent on the left, child processes beside it, clients on the right. Where
 * there is little room, the client is below its child process.
 *
 * @module
 */

/** A column. */
export interface Column {
  /** Its left edge. */
  readonly x: number;
  /** Its width. */
  readonly width: number;
}

/** The places that all rows have in common. */
export interface Frame {
  /** The picture's width. */
  readonly width: number;
  /** Whether a client is below its child process. */
  readonly isNarrow: boolean;
  /** The parent. */
  readonly parent: Column;
  /** Child processes. */
  readonly worker: Column;
  /** Clients. */
  readonly client: Column;
  /** What is above the first row: the listening socket. */
  readonly headHeight: number;
  /** The height of a row. */
  readonly rowHeight: number;
}

/** From here on, up to three boxes and two lines with their names have room side by side. */
export const WIDE_FROM = 940;

/** The columns of a picture of that width. */
export function frameOf(width: number): Frame {
  if (width < WIDE_FROM) {
    const parent = Math.round(Math.min(150, Math.max(78, width * 0.24)));
    const gap = Math.round(Math.min(200, Math.max(84, width * 0.26)));
    const column = { x: parent + gap, width: width - parent - gap };
    return {
      width,
      isNarrow: true,
      parent: { x: 0, width: parent },
      worker: column,
      client: column,
      headHeight: 74,
      rowHeight: 122,
    };
  }
  const worker = 168;
  const client = Math.round(Math.min(340, width * 0.27));
  const parent = 150;
  const left = Math.round((width - parent - worker - client) * 0.6);
  return {
    width,
    isNarrow: false,
    parent: { x: 0, width: parent },
    worker: { x: parent + left, width: worker },
    client: { x: width - client, width: client },
    headHeight: 74,
    rowHeight: 66,
  };
}

/** The height of a picture with so many rows. */
export function heightOf(frame: Frame, rows: number): number {
  return frame.headHeight + Math.max(rows, 1) * frame.rowHeight;
}
