/**
 * The head of the picture: the kernel's accept queue, and the listening socket that leads from it to the parent.
 *
 * @module
 */

import { html, type VNode } from "../ui.ts";
import { cutTo, formatDescriptors } from "../format.ts";
import type { AcceptQueue } from "../../state.ts";
import type { Words } from "../texts/words.ts";
import type { Frame } from "./frame.ts";

/** What the queue is drawn by. */
export interface QueueOptions {
  /** The columns. */
  readonly frame: Frame;
  /** The texts. */
  readonly words: Words;
  /** The queue; null where it cannot be seen. */
  readonly queue: AcceptQueue | null;
  /** How long it may be, as the user asked. */
  readonly backlog: number;
  /** The listening socket's descriptors. */
  readonly fds: readonly number[] | null;
  /** Whether the server takes no more. */
  readonly isClosed: boolean;
}

const Y = 4;
const HEIGHT = 44;

/** Draws the queue as a box that fills up. */
export function drawQueue(options: QueueOptions): VNode {
  const { frame, words, queue, isClosed } = options;
  const { x, width } = frame.isNarrow ? frame.worker : frame.client;
  const from = frame.parent.width;
  const middle = Y + HEIGHT / 2;
  const backlog = queue?.backlog ?? options.backlog;
  const length = isClosed ? 0 : queue?.length ?? 0;
  const count = isClosed
    ? words("closedCopy")
    : queue === null
    ? words("queueUnknown", { backlog })
    : words("queueCount", { length, backlog });
  const part = Math.min(1, length / Math.max(1, backlog));
  const fds = formatDescriptors(options.fds);
  const name = words("listening");
  const labels = isClosed
    ? html`<text class="label faint" x=${from + 26} y=${middle + 4}>${words("closedCopy")}</text>`
    : frame.isNarrow
    ? html`<text class="label" x=${from + 6} y=${middle - 5}>${fds}</text>`
    : html`
      <g>
        <text class="label" x=${from + 6} y=${middle - 5}>${fds}</text>
        <text class="label" text-anchor="middle" x=${(from + x) / 2} y=${middle - 5}>${name}</text>
      </g>
    `;
  return html`
    <g class="part queue ${part > 0 ? "waiting" : ""}" tabindex="0" role="img"
      data-part="queue" aria-label=${`${words("queue")}: ${count}. ${name} ${fds}`}>
        <path class="line ${isClosed ? "closed" : "socket"}" d=${isClosed
          ? `M${from},${middle}h14m-3,-4l8,8m0,-8l-8,8`
          : `M${x},${middle}H${from}`} />
        ${labels}
        <rect class="box" x=${x + 0.5} y=${Y + 0.5} width=${width - 1} height=${HEIGHT -
          1} rx="4" />
        <text class="name" x=${x + 10} y=${Y + 17}>${cutTo(words("queue"), (width - 20) / 7)}</text>
        <text class="count" x=${x + 10} y=${Y + 32}>${cutTo(count, (width - 20) / 6.6)}</text>
        <rect class="level-back" x=${x + 10} y=${Y + 37} width=${width - 20} height="3" rx="1.5" />
        <rect class="level" x=${x + 10} y=${Y + 37} width=${(width - 20) *
          part} height="3" rx="1.5" />
      </g>
  `;
}
