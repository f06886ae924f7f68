/**
 * Where the parts of one row are: boxes, lines and their texts, from the row's upper left corner.
 *
 * A line leads from the descriptors at one end to those at the other. That of the client's socket ends at who has it:
 * it goes on below the child process to the parent, or turns up into the child process.
 *
 * @module
 */

import { cutTo, formatDescriptors } from "../format.ts";
import type { Words } from "../texts/words.ts";
import type { Column, Frame } from "./frame.ts";
import type { SceneConnection, SceneRow } from "./scene.ts";

/** A text. */
export interface Label {
  /** Where it starts, is centred, or ends. */
  readonly x: number;
  /** Its base line. */
  readonly y: number;
  /** Which of the three. */
  readonly anchor: "start" | "middle" | "end";
  /** What it says. */
  readonly text: string;
  /** Whether it tells of something that is not there any more. */
  readonly isFaint?: boolean;
}

/** A line between two parts. */
export interface Line {
  /** As the `d` of a path. */
  readonly path: string;
  /** What it is of. */
  readonly kind: "wire" | "socket" | "closed";
  /** The texts beside it. */
  readonly labels: readonly Label[];
}

/** A box. */
export interface Box extends Column {
  /** Its upper edge. */
  readonly y: number;
  /** Its height. */
  readonly height: number;
}

/** The parts of a row. */
export interface RowLayout {
  /** The child process. */
  readonly worker: Box | null;
  /** The client. */
  readonly client: Box | null;
  /** The client's last message, cut to the room that it has. */
  readonly message: string;
  /** The client's address, likewise. */
  readonly address: string;
  /** What is between the parent and the child process. */
  readonly wire: Line | null;
  /** The client's socket, and the parent's closed copy of it. */
  readonly sockets: readonly Line[];
}

const WORKER_HEIGHT = 32;
const CLIENT_HEIGHT = 40;
/** From the left edge of a box to its text. */
export const PADDING = 10;
/** The width of a letter of the client's type, which all have the same. */
const LETTER_WIDTH = 7.3;
/** From a line to the text on it. */
const ABOVE = 5;
/** From a line to the base line of the text below it. */
const BELOW = 13;

/** Places the parts of a row. */
export function layoutRow(row: SceneRow, { frame, words }: LayoutOptions): RowLayout {
  const { isNarrow, worker, client } = frame;
  const workerBox = { ...worker, y: 2, height: WORKER_HEIGHT };
  const clientY = isNarrow ? (row.worker === null ? 2 : 56) : row.worker === null ? 2 : 24;
  const clientBox = { ...client, y: clientY, height: CLIENT_HEIGHT };
  const { connection } = row;
  const columns = Math.floor((client.width - 2 * PADDING) / LETTER_WIDTH);
  return {
    worker: row.worker === null ? null : workerBox,
    client: connection === null ? null : clientBox,
    message: cutTo(connection?.message ?? "", columns),
    address: cutTo(connection?.address ?? "", columns),
    wire: wireLine(row, { frame, words, y: workerBox.y + WORKER_HEIGHT / 2 }),
    sockets: connection === null
      ? []
      : socketLines(connection, { frame, words, workerBox, clientBox }),
  };
}

/** What a row is placed by. */
export interface LayoutOptions {
  /** The columns. */
  readonly frame: Frame;
  /** The texts. */
  readonly words: Words;
}

function wireLine(
  { wire }: SceneRow,
  { frame, words, y }: LayoutOptions & { readonly y: number },
): Line | null {
  if (wire === null) return null;
  const from = frame.parent.x + frame.parent.width;
  const to = frame.worker.x;
  const name = frame.isNarrow ? words(`wire_${wire.kind}Short`) : words(`wire_${wire.kind}`);
  return {
    kind: "wire",
    path: `M${from},${y}H${to}`,
    labels: [
      { x: from + 6, y: y - ABOVE, anchor: "start", text: descriptors(wire.parentFds, frame) },
      {
        x: (from + to) / 2,
        y: y + (frame.isNarrow ? BELOW : -ABOVE),
        anchor: "middle",
        text: name,
      },
      { x: to - 6, y: y - ABOVE, anchor: "end", text: descriptors(wire.workerFds, frame) },
    ],
  };
}

function socketLines(
  { isInParent, isInWorker, parentFds, workerFds }: SceneConnection,
  { frame, words, workerBox, clientBox }: LayoutOptions & {
    readonly workerBox: Box;
    readonly clientBox: Box;
  },
): readonly Line[] {
  const { isNarrow } = frame;
  const y = clientBox.y + (isNarrow ? CLIENT_HEIGHT / 2 : 26);
  const parentEdge = frame.parent.x + frame.parent.width;
  const gap = (parentEdge + frame.worker.x) / 2;
  const tcp = words("wire_tcp");
  const lines: Line[] = [];
  if (isInParent) {
    const [x, labelY] = isNarrow
      ? [gap, y + BELOW]
      : [(frame.worker.x + frame.worker.width + clientBox.x) / 2, y - ABOVE];
    lines.push({
      kind: "socket",
      path: `M${clientBox.x},${y}H${parentEdge}`,
      labels: [
        { x: parentEdge + 6, y: y - ABOVE, anchor: "start", text: descriptors(parentFds, frame) },
        { x, y: labelY, anchor: "middle", text: tcp },
      ],
    });
  } else {
    const text = words("closedCopy");
    lines.push({
      kind: "closed",
      path: `M${parentEdge},${y}h14m-3,-4l8,8m0,-8l-8,8`,
      labels: [{ x: parentEdge + 26, y: y + 4, anchor: "start", text, isFaint: true }],
    });
  }
  if (!isInWorker) return lines;
  const foot = workerBox.y + workerBox.height;
  const numbers = formatDescriptors(workerFds);
  if (isNarrow) {
    const x = workerBox.x + 24;
    const text = numbers === "" ? tcp : `${tcp}, ${numbers}`;
    lines.push({
      kind: "socket",
      path: `M${x},${clientBox.y}V${foot}`,
      labels: [{ x: x + 8, y: (clientBox.y + foot) / 2 + 4, anchor: "start", text }],
    });
  } else {
    const right = workerBox.x + workerBox.width;
    const x = right - 24;
    const middle = (right + clientBox.x) / 2;
    lines.push({
      kind: "socket",
      path: `M${clientBox.x},${y}H${x}V${foot}`,
      labels: [
        { x: x - 6, y: y - ABOVE, anchor: "end", text: numbers },
        // For the moment that both have it, the parent's line says so.
        { x: middle, y: y - ABOVE, anchor: "middle", text: isInParent ? "" : tcp },
      ],
    });
  }
  return lines;
}

/** The numbers alone where a word more has no room. */
function descriptors(numbers: readonly number[] | null, { isNarrow }: Frame): string {
  const text = formatDescriptors(numbers);
  return isNarrow ? text.replace("fd ", "") : text;
}
