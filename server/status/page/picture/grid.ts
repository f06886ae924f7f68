/**
 * Many child processes as cells, coloured by state. One cell at a time is chosen; the arrow keys go on to the next.
 *
 * @module
 */

import type { KeyPress } from "../browser.ts";
import { html, useState, type VNode } from "../ui.ts";
import type { Words } from "../texts/words.ts";
import type { Frame } from "./frame.ts";
import { type GridLayout, nextInGrid, placeInGrid } from "./grid_layout.ts";
import type { SceneRow } from "./scene.ts";

/** What a grid is drawn by. */
export interface GridProps {
  /** The child processes. */
  readonly rows: readonly SceneRow[];
  /** The columns. */
  readonly frame: Frame;
  /** The places of the squares. */
  readonly layout: GridLayout;
  /** The texts. */
  readonly words: Words;
  /** Called with the part that the arrow keys came to. */
  readonly onPart: (part: string) => void;
}

/** Draws the squares. */
export function Grid({ rows, frame, layout, words, onPart }: GridProps): VNode {
  const [chosen, setChosen] = useState<number | null>(null);
  const connections = rows.filter(({ connection }) => connection !== null).length;
  const processes = rows.filter(({ worker }) => worker !== null);
  const onKeyDown = (event: KeyPress) => {
    const { columns } = layout;
    const index = chosen ?? -1;
    const next = nextInGrid(event.key, { index, count: processes.length, columns });
    const pid = processes[next ?? -1]?.worker?.pid;
    if (next === null || pid === undefined) return;
    event.preventDefault();
    setChosen(next);
    onPart(`worker:${pid}`);
  };
  const x = frame.parent.x + frame.parent.width + 24;
  const text = words("gridKeys", { workers: processes.length, connections });
  return html`
    <g class="grid part" tabindex="0" role="img" data-part="grid" onkeydown=${onKeyDown}
      aria-label=${text}>
        <path class="line wire" d=${`M${frame.parent.width},${frame.headHeight + 9}h24`} />
        ${processes.map(({ key, worker, connection }, index) => {
          const place = placeInGrid(index, layout);
          const classes = ["square", worker?.look];
          if (connection?.isLit) classes.push("lit");
          if (index === chosen) classes.push("chosen");
          const left = x + place.x;
          const top = frame.headHeight + place.y;
          const name = layout.isNamed && html`
            <text text-anchor="middle" x=${left + layout.width / 2}
              y=${top + layout.height / 2 + 4.5}>${worker?.pid}</text>
          `;
          return html`
            <g key=${key} class=${classes.join(" ")} data-part=${`worker:${worker?.pid}`}>
              <rect x=${left + 0.5} y=${top + 0.5} width=${layout.width} height=${layout.height}
                rx="2" />
              ${name}
            </g>
          `;
        })}
      </g>
  `;
}
