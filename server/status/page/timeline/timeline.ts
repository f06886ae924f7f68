/**
 * The timeline: a bar for each child process, from its start until it is reaped.
 *
 * @module
 */

import type { ServerState } from "../../state.ts";
import type { KeyPress } from "../browser.ts";
import { formatMs } from "../format.ts";
import { html, useState, type VNode } from "../ui.ts";
import type { Words } from "../texts/words.ts";
import { type Bar, layoutTimeline, type Timeline as Layout } from "./layout.ts";
import { type TimeTick, timeTicks } from "./ticks.ts";
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

/** The height of a line: less where there are many. */
const LANE_HEIGHTS = [
  { lanes: 16, height: 22 },
  { lanes: 40, height: 12 },
  { lanes: Infinity, height: 5 },
] as const;
const PHASES = ["starting", "idle", "serving", "ending", "zombie"] as const;

/** A line so high has room for a text. */
const NAMED_HEIGHT = 22;
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
  const onKeyDown = (event: KeyPress) => {
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
  const options = { from, to, now, width, words };
  const isPaused = view.endsAt !== null;
  return html`<div>
    <div class="bar">
      <p class="hint">${words("timelineHint")}</p>
      <div class="buttons" role="group" aria-label=${words("timeline")}>
        ${button("zoomOut", words("zoomOut"), "−")}
        <span class="zoom">${span}</span>
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
      ${drawBars(layout, options)}
      ${drawAxis(options)}
    </div>
    <ul class="legend">
      ${
    PHASES.map((phase) =>
      html`<li key=${phase}><span class="key phase-${phase}"></span>${words(`state_${phase}`)}</li>`
    )
  }
    </ul>
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

function drawBars({ bars, lanes }: Layout, options: DrawOptions): VNode {
  const { width } = options;
  const laneHeight = LANE_HEIGHTS.find((known) => lanes <= known.lanes)?.height ?? 5;
  const height = TOP + Math.max(lanes, 1) * laneHeight;
  return html`<svg class="timeline" viewBox=${`0 0 ${width} ${height}`}>
    ${
    ticksOf(options).map(({ agoMs }) => {
      const x = placeIn(options.to - agoMs, options);
      return html`<line key=${agoMs} class="grid-line" x1=${x} x2=${x} y1="0" y2=${height} />`;
    })
  }
    ${bars.map((bar) => drawBar(bar, { ...options, laneHeight }))}
  </svg>`;
}

function drawAxis(options: DrawOptions): VNode {
  const { to, now, width, words } = options;
  return html`<svg class="axis" viewBox=${`0 0 ${width} ${AXIS}`} aria-hidden="true">
    ${
    ticksOf(options).map(({ agoMs, label }, index) => {
      const x = placeIn(to - agoMs, options);
      const anchor = index === 0 ? "end" : x < 30 ? "start" : "middle";
      const time = formatMs(Math.round((now - to) / 1000) * 1000);
      const end = to === now ? words("now") : words("ago", { time });
      const text = index === 0 ? end : words(to === now ? "ago" : "before", { time: label });
      return html`<text key=${agoMs} class="label" x=${x} y="14" text-anchor=${anchor}>${text}</text>`;
    })
  }
  </svg>`;
}

function ticksOf({ from, to, width }: DrawOptions): readonly TimeTick[] {
  return timeTicks(to - from, Math.max(2, Math.floor(width / 110)));
}

function drawBar(
  { pid, lane, parts, isEnded, from, to, startMs }: Bar,
  options: DrawOptions & { readonly laneHeight: number },
): VNode {
  const { words, laneHeight } = options;
  const y = TOP + lane * laneHeight;
  const barHeight = Math.round(laneHeight * 0.75);
  const left = placeIn(from, options);
  const width = placeIn(to, options) - left;
  const state = words(isEnded ? "state_ended" : `state_${parts.at(-1)?.phase ?? "starting"}`);
  const values = { pid, state, life: formatMs(to - from), start: formatMs(startMs) };
  const isNamed = width >= NAMED_FROM && laneHeight >= NAMED_HEIGHT;
  return html`
    <g key=${`${pid}:${from}`} class="part span ${isEnded ? "past" : ""}"
      data-part=${`worker:${pid}`}>
        <title>${words("bar", values)}</title>
        ${parts.map(({ phase, from, to }) => {
          const x = placeIn(from, options);
          const width = Math.max(placeIn(to, options) - x, 0.8);
          return html`
            <rect key=${from} class="phase ${phase}" x=${x} y=${y} width=${width}
              height=${barHeight} />
          `;
        })}
        ${isNamed && html`<text class="on-bar" x=${left + 5} y=${y + 12}>${pid}</text>`}
      </g>
  `;
}

/** Where a time is, to a tenth of a pixel; what is before the beginning is at the beginning. */
function placeIn(at: number, { from, to, width }: DrawOptions): number {
  const x = (at - from) / (to - from) * width;
  return Math.round(Math.min(Math.max(x, 0), width) * 10) / 10;
}
