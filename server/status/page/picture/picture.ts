/**
 * The picture: the parent, the accept queue, child processes and clients, and the descriptors that connect them.
 *
 * @module
 */

import type { ServerState } from "../../state.ts";
import { html, type VNode } from "../ui.ts";
import type { Words } from "../texts/words.ts";
import { frameOf, heightOf } from "./frame.ts";
import { Grid } from "./grid.ts";
import { layoutGrid } from "./grid_layout.ts";
import { drawQueue } from "./queue.ts";
import { drawRows } from "./rows.ts";
import { LOOKS, type Scene } from "./scene.ts";

/** What the picture is drawn by. */
export interface PictureProps {
  /** The server. */
  readonly state: ServerState;
  /** The picture's content. */
  readonly scene: Scene;
  /** The texts. */
  readonly words: Words;
  /** The room that it has. */
  readonly width: number;
  /** Called with the part that the reader came to by the arrow keys. */
  readonly onPart: (part: string) => void;
}

/** With more, each is a square. */
export const ROWS_MAX = 24;

/** Draws it. */
export function Picture({ state, scene, words, width, onPart }: PictureProps): VNode {
  const { server, acceptQueue, phase } = state;
  const frame = frameOf(width);
  const { parent, headHeight } = frame;
  const isStopping = phase === "draining" || phase === "stopped";
  const isClosed = isStopping && (scene.listeningFds?.length ?? 0) === 0;
  const isGrid = scene.rows.length > ROWS_MAX;
  const grid = layoutGrid(scene.rows.length, width - parent.width - 24);
  const height = isGrid
    ? headHeight + Math.max(grid.total, 40) + 4
    : heightOf(frame, scene.rows.length);
  const empty = words(server.transport === null ? "emptyIterative" : "empty", {
    port: server.port,
  });
  return html`<div>
    <svg class="picture" viewBox=${`0 0 ${width} ${height}`} role="group"
      aria-label=${words("picture")}>
      <g class="part parent" tabindex="0" role="img" data-part="parent"
        aria-label=${`${words("parent")}, pid ${server.pid}`}>
        <rect class="box" x="0.5" y="4.5" width=${parent.width - 1} height=${height - 9} rx="4" />
        <text class="name" x="10" y="24">${
    words(frame.isNarrow && parent.width < 120 ? "parentShort" : "parent")
  }</text>
        <text class="pid" x="10" y="42">${server.pid}</text>
      </g>
      ${
    drawQueue({
      ...{ frame, words, queue: acceptQueue, backlog: server.backlog },
      ...{ fds: scene.listeningFds, isClosed },
    })
  }
      ${
    isGrid
      ? html`<${Grid} ...${{ rows: scene.rows, frame, layout: grid, words, onPart }} />`
      : drawRows(scene.rows, { frame, words })
  }
    </svg>
    ${scene.rows.length === 0 && html`<p class="empty">${empty}</p>`}
      ${isGrid && html`<p class="hint">${words("grid")}</p>`}
    <ul class="legend">
      ${
    LOOKS.map((look) =>
      html`<li key=${look}><span class="key worker ${look}"></span>${words(`state_${look}`)} <b>${
        scene.counts[look]
      }</b></li>`
    )
  }
    </ul>
  </div>`;
}
