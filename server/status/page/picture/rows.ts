/**
 * The rows of the picture: a child process each, what leads to it, and its client.
 *
 * @module
 */

import { html, type VNode } from "../ui.ts";
import { cutTo } from "../format.ts";
import type { Words } from "../texts/words.ts";
import type { Frame } from "./frame.ts";
import { type Box, type Label, layoutRow, type Line, PADDING } from "./row_layout.ts";
import type { SceneRow } from "./scene.ts";

/** What rows are drawn by. */
export interface RowsOptions {
  /** The columns. */
  readonly frame: Frame;
  /** The texts. */
  readonly words: Words;
}

/** Draws the rows. They glide to their places when others go away. */
export function drawRows(rows: readonly SceneRow[], options: RowsOptions): readonly VNode[] {
  return rows.map((row, index) => {
    const y = options.frame.headHeight + index * options.frame.rowHeight;
    const place = { transform: `translateY(${y}px)` };
    return html`<g key=${row.key} class="row" style=${place}>${drawRow(row, options)}</g>`;
  });
}

function drawRow(row: SceneRow, { frame, words }: RowsOptions): readonly (VNode | null)[] {
  const { worker, connection } = row;
  const { wire, sockets, address, message, ...boxes } = layoutRow(row, { frame, words });
  const isLit = connection?.isLit ?? false;
  const isRelayed = isLit && connection?.isInWorker === false;
  const pid = worker?.pid ?? 0;
  return [
    wire && html`
      <g key="wire" class="part ${isRelayed ? "lit" : ""}" tabindex="0" role="img"
        data-part=${`wire:${pid}`} aria-label=${`${words("parent")} – ${pid}: ${textOf(wire)}`}
      >${drawLine(wire)}</g>
    `,
    connection && html`
      <g key="sockets" class="part ${isLit ? "lit" : ""}"
        data-part=${`client:${connection.id}`}>${sockets.map(drawLine)}</g>
    `,
    boxes.worker && html`
      <g key="worker" class="part worker ${worker?.look}" tabindex="0" role="img"
        data-part=${`worker:${pid}`}
        aria-label=${`${words("worker")} ${pid}: ${words(`state_${worker?.look ?? "idle"}`)}`}>
            ${drawBox(boxes.worker)}
            <text class="pid" x=${boxes.worker.x + PADDING} y=${boxes.worker.y + 21}>${pid}</text>
            <text class="state" text-anchor="end" x=${boxes.worker.x + boxes.worker.width - PADDING}
              y=${boxes.worker.y + 21}>${cutTo(
                words(`state_${worker?.look ?? "idle"}`),
                (boxes.worker.width - 74) / 7,
              )}</text>
          </g>
    `,
    boxes.client && html`
      <g key="client" class="part client ${isLit ? "lit" : ""}" tabindex="0"
        role="img" data-part=${`client:${connection?.id}`}
        aria-label=${`${words("client", { address: connection?.address ?? "" })}: ${
          connection?.message ?? ""
        }`}>
            ${drawBox(boxes.client)}
            <text class="address" x=${boxes.client.x + PADDING} y=${boxes.client.y +
              16}>${address}</text>
            <text class="message" x=${boxes.client.x + PADDING} y=${boxes.client.y +
              32}>${message}</text>
          </g>
    `,
  ];
}

function drawBox({ x, y, width, height }: Box): VNode {
  return html`
    <rect class="box" x=${x + 0.5} y=${y + 0.5} width=${width - 1} height=${height - 1}
      rx="4" />
  `;
}

function drawLine({ kind, path, labels }: Line): VNode {
  return html`
    <g
      key=${path}><path class="reach" d=${path} /><path class="line ${kind}" d=${path} />
        ${labels.map(drawLabel)}</g>
  `;
}

function drawLabel({ x, y, anchor, text, isFaint }: Label): VNode | null {
  if (text === "") return null;
  return html`
    <text class=${isFaint ? "label faint" : "label"} x=${x} y=${y} text-anchor=${anchor}
    >${text}</text>
  `;
}

function textOf({ labels }: Line): string {
  return labels.map(({ text }) => text).filter((text) => text !== "").join(", ");
}
