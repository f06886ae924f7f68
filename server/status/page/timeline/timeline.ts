/**
 * The timeline: a bar for each child process, from its start until it is reaped.
 *
 * @module
 */

import type { ServerState } from "../../state.ts";
import { formatMs } from "../format.ts";
import { html, useState, type VNode } from "../ui.ts";
import type { Words } from "../texts/words.ts";
import { type Bar, layoutTimeline, type Timeline as Layout } from "./layout.ts";
import { timeTicks } from "./ticks.ts";
import { actionOf, change, FIRST_VIEW, type View, type ViewAction } from "./view.ts";

/** What the timeline is drawn by. */
export interface TimelineProps {
  /** The server. */
  readonly state: ServerState;
  /** The time, by the server's clock. */
  readonly now: number;
  /** The texts. */
  readonly words: Words;
  /** The room that it has. */
  readonly width: number;
}

const LANE = 22;
const BAR = 16;
/** A bar so wide has room for its pid. */
const NAMED_FROM = 56;
const TOP = 4;
const AXIS = 24;

/** Draws it, with its buttons. */
export function Timeline({ state, now, words, width }: TimelineProps): VNode {
  const [view, setView] = useState<View>(FIRST_VIEW);
  const to = view.endsAt ?? now;
  const from = to - view.spanMs;
  const layout = layoutTimeline(state, { from, to, now });
  const onKeyDown = (event: KeyboardEvent) => {
    const action = actionOf(event.key);
    if (action === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setView((view) => change(view, action, now));
  };
  const button = (action: ViewAction, name: string, text: string) =>
    html`
      <button type="button" aria-label=${name} title=${name}
        onclick=${() => setView((view) => change(view, action, now))}>${text}</button>
    `;
  const span = formatMs(view.spanMs);
  const isPaused = view.endsAt !== null;
  return html`<div>
    <div class="bar">
      <p class="hint">${words("timelineHint")}</p>
      <div class="buttons" role="group" aria-label=${words("timeline")}>
        ${button("zoomOut", words("zoomOut"), "−")}
        <span class="span">${span}</span>
        ${button("zoomIn", words("zoomIn"), "+")}
        ${button("earlier", words("earlier"), "←")}
        ${button("later", words("later"), "→")}
        <button type="button" class="pause" aria-pressed=${isPaused ? "true" : "false"}
          onclick=${() => setView((view) => change(view, "pause", now))}>
          ${words(isPaused ? "resume" : "pause")}
        </button>
      </div>
    </div>
    <div class="timeline-box" tabindex="0" role="group" onkeydown=${onKeyDown}
      aria-label=${words("timelineKeys", { span })}>
      ${drawTimeline(layout, { from, to, now, width, words })}
    </div>
    ${layout.bars.length === 0 && html`<p class="empty">${words("timelineEmpty")}</p>`}
    ${
    layout.hidden > 0 &&
    html`<p class="hint">${words("timelineMore", { count: layout.hidden })}</p>`
  }
  </div>`;
}

interface DrawOptions {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly width: number;
  readonly words: Words;
}

function drawTimeline({ bars, lanes }: Layout, options: DrawOptions): VNode {
  const { from, to, now, width, words } = options;
  const height = TOP + Math.max(lanes, 1) * LANE + AXIS;
  const bottom = height - AXIS;
  const place = (at: number) => placeIn(at, options);
  const ticks = timeTicks(to - from, Math.max(2, Math.floor(width / 110)));
  return html`<svg class="timeline" viewBox=${`0 0 ${width} ${height}`}>
    ${
    ticks.map(({ agoMs, label }, index) => {
      const x = place(to - agoMs);
      const anchor = index === 0 ? "end" : x < 30 ? "start" : "middle";
      const isNow = agoMs === 0 && to === now;
      const behind = formatMs(Math.round((now - to) / 1000) * 1000);
      const text = index > 0 ? `-${label}` : isNow ? words("now") : words("ago", { time: behind });
      return html`
        <g key=${agoMs}>
          <line class="grid-line" x1=${x} x2=${x} y1="0" y2=${bottom} />
          <text class="label" x=${x} y=${height - 7} text-anchor=${anchor}>${text}</text>
        </g>
      `;
    })
  }
    ${bars.map((bar) => drawBar(bar, options))}
  </svg>`;
}

function drawBar(
  { pid, lane, parts, isEnded, from, to, startMs }: Bar,
  options: DrawOptions,
): VNode {
  const { words } = options;
  const y = TOP + lane * LANE;
  const left = placeIn(from, options);
  const width = placeIn(to, options) - left;
  const state = words(isEnded ? "state_ended" : `state_${parts.at(-1)?.phase ?? "starting"}`);
  const values = { pid, state, life: formatMs(to - from), start: formatMs(startMs) };
  return html`
    <g key=${`${pid}:${from}`} class="part span ${isEnded ? "past" : ""}"
      data-part=${`worker:${pid}`}>
        <title>${words("bar", values)}</title>
        ${parts.map(({ phase, from, to }) => {
          const x = placeIn(from, options);
          const width = Math.max(placeIn(to, options) - x, 0.8);
          return html`
            <rect key=${from} class="phase ${phase}" x=${x} y=${y} width=${width}
              height=${BAR} />
          `;
        })}
        ${width >= NAMED_FROM && html`<text class="on-bar" x=${left + 5} y=${y + 12}>${pid}</text>`}
      </g>
  `;
}

/** Where a time is, to a tenth of a pixel; what is before the beginning is at the beginning. */
function placeIn(at: number, { from, to, width }: DrawOptions): number {
  const x = (at - from) / (to - from) * width;
  return Math.round(Math.min(Math.max(x, 0), width) * 10) / 10;
}
